"""The functions behind the triggers, and the triggers on shared tables."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0003_directory_triggers.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0002_call_records"), ("tenants", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
