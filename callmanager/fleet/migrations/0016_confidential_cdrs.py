"""Records of calls that monitored others."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0016_confidential_cdrs.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0015_voicemail")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
