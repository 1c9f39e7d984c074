"""A loop that outlives outages: what fails is logged and tried again, ever less often."""

from __future__ import annotations

import threading
from collections.abc import Callable

import django.db
import psycopg2
import structlog
from django.db import connection

from callmanager.edge.outages import Outages
from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
# What an outage of the edge or of PostgreSQL looks like. Anything else is a defect and ends the process.
OUTAGES = (OSError, EdgeAwayError, EdgeRefusedError, django.db.Error, psycopg2.Error)

Working = Callable[[], None]


def run_until_stopped(
    name: str,
    work: Callable[[threading.Event, Working], None],
    stopping: threading.Event,
    outages: Outages,
) -> None:
    """`work` runs until `stopping` is set or something fails; it calls its second argument once it is ready."""
    pauses = 0

    def is_working() -> None:
        nonlocal pauses
        pauses = 0
        log.info("edge_link.connected", part=name)
        outages.end()

    try:
        while not stopping.is_set():
            try:
                work(stopping, is_working)
            except OUTAGES as error:
                log.warning("edge_link.disconnected", part=name, error=type(error).__name__)
                # A broken connection must not be used again; the next attempt opens another.
                connection.close()
                if not stopping.is_set():
                    outages.begin(error)
            connection.close()
            stopping.wait(min(FIRST_PAUSE_S * 2**pauses, LONGEST_PAUSE_S))
            pauses = min(pauses + 1, 10)
    finally:
        # One part without the other would look healthy: both end, and the process is started anew.
        stopping.set()
