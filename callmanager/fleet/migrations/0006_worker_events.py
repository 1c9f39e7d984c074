"""Workers' lives in the event log."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0006_worker_events.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0005_group_triggers"), ("tenants", "0002_logs")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
