"""What the edge sees of the database."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent.parent / "edge" / "sql" / "0001_edge.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0003_directory_triggers")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
