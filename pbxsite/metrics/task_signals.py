"""Counts tasks where they run: in the children of the task process."""

from __future__ import annotations

import time
from typing import Any

from celery import signals

from pbxsite.metrics.instruments import task_seconds, tasks

_started_at: dict[str, float] = {}


@signals.task_prerun.connect  # type: ignore[untyped-decorator, unused-ignore]
def note_start(task_id: str, **_: Any) -> None:
    _started_at[task_id] = time.perf_counter()


@signals.task_postrun.connect  # type: ignore[untyped-decorator, unused-ignore]
def note_end(task_id: str, task: Any, state: str | None = None, **_: Any) -> None:
    tasks.labels(task.name, (state or "unknown").lower()).inc()
    started_at = _started_at.pop(task_id, None)
    if started_at is not None:
        task_seconds.labels(task.name).observe(time.perf_counter() - started_at)
