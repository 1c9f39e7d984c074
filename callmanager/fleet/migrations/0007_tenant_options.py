"""The limit of calls reaches the workers, and the call records of a deleted tenant may stay."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0007_tenant_options.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0006_worker_events"), ("tenants", "0006_tenant_options_and_files")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
