"""A number belongs to an extension, a ring group or a virtual receptionist, and to one of them alone."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0022_receptionists.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0021_voicemail_by_time")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
