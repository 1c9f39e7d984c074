"""Partitioned tables with row-level security: SQL, because Django can't say either."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0002_call_records.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
