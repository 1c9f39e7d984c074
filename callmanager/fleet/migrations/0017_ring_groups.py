"""Call records say for which ring group a call rang; an extension and a group never share a number."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0017_ring_groups.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0016_confidential_cdrs")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
