"""Who is to be called back by a queue, whatever becomes of the worker that promised it."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql" / "0027_queue_callbacks.sql"


class Migration(migrations.Migration):
    dependencies = [("fleet", "0026_conferences")]
    operations = [
        migrations.CreateModel(
            name="QueueCallback",
            fields=[
                ("place", models.TextField(primary_key=True, serialize=False)),
                ("tenant_id", models.BigIntegerField()),
                ("queue", models.TextField()),
                ("number", models.TextField()),
                ("entered_at", models.DateTimeField()),
                ("promised_at", models.DateTimeField()),
                ("worker", models.TextField()),
                ("kept_since", models.DateTimeField()),
            ],
            options={
                "db_table": "queue_callback",
                "ordering": ("entered_at", "place"),
                "indexes": [
                    models.Index(fields=["tenant_id", "entered_at"], name="queue_callback_by_tenant")
                ],
            },
        ),
        migrations.RunSQL(SQL.read_text(encoding="utf-8")),
    ]
