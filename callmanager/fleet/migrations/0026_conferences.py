"""A number belongs to an extension, a ring group, a receptionist, a call queue or a conference room: to one alone."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "0026_conferences.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0025_queue_stays")]
    operations = [migrations.RunSQL(SQL.read_text(encoding="utf-8"))]
