"""A number belongs to an extension, a ring group, a virtual receptionist or a call queue, and to one of them alone."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0024_call_queues.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0023_trunk_ports")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
