"""The task processes: `celery -A pbxsite worker` and `celery -A pbxsite beat`."""

from __future__ import annotations

import importlib
import os

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pbxsite.settings")

app = Celery("tandem")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["pbxsite.home"])


@signals.worker_process_init.connect  # type: ignore[untyped-decorator, unused-ignore]
def count_tasks(**_: object) -> None:
    """In each child: what counts them needs the settings, which name this module's broker."""
    importlib.import_module("pbxsite.metrics.task_signals")
