"""Call records say over which trunks a call came and went, and whose phones rang."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0011_cdr_trunks.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0010_deleted_tenants")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
