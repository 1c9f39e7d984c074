"""Asks the kernel to run the media threads first: on a busy machine this is what keeps speech even."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

MEDIA_THREADS = ("clock", "media")
PRIORITY = 10


def prioritise_media_threads() -> int:
    """How many threads now run with real-time priority; 0 without CAP_SYS_NICE, which is not an error."""
    prioritised = 0
    for task in Path("/proc/self/task").iterdir():
        name = (task / "comm").read_text().strip()
        if not name.startswith(MEDIA_THREADS):
            continue
        try:
            os.sched_setscheduler(int(task.name), os.SCHED_RR, os.sched_param(PRIORITY))
        except PermissionError:
            log.warning("media.realtime_refused", thread=name)
        else:
            prioritised += 1
    return prioritised
