"""Tells the task queue which calls have ended. A hint only: a periodic task finds what was not announced."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

TASK = "callmanager.assemble_cdrs"
TIMEOUT_S = 2.0
CALLS_PER_TASK = 100


class CdrAnnouncer:
    def __init__(self, broker_url: str) -> None:
        self._celery = Celery(broker=broker_url, set_as_current=False)
        self._celery.conf.update(
            broker_connection_timeout=TIMEOUT_S,
            broker_transport_options={
                "socket_timeout": TIMEOUT_S,
                "socket_connect_timeout": TIMEOUT_S,
            },
            task_ignore_result=True,
            task_publish_retry=False,
        )

    def announce(self, ended: Sequence[tuple[int, str]]) -> None:
        for start in range(0, len(ended), CALLS_PER_TASK):
            calls = [list(call) for call in ended[start : start + CALLS_PER_TASK]]
            try:
                self._celery.send_task(TASK, args=[calls], ignore_result=True)
            except OperationalError as error:
                log.warning("cdr.announcement_failed", calls=len(calls), error=type(error).__name__)
                return
