"""Lamps: the edge's tables of who watches what, and the news of mailboxes."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations

HERE = Path(__file__).parent
EDGE_SQL = HERE.parent.parent / "edge" / "sql" / "0004_lamps.sql"
SQL = HERE.parent / "sql" / "0020_lamps.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0019_recordings")]
    operations = [
        migrations.RunSQL(EDGE_SQL.read_text(encoding="utf-8")),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
