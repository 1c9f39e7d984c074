"""The functions behind the triggers on extensions' groups."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0005_group_triggers.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0004_edge")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
