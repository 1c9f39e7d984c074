"""The worker's row in `worker_node`: that it lives, where it listens, whether it takes calls.

The edge chooses among the rows that are `up`, and learns of a change through the database.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import structlog
from psycopg2 import extensions

from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread

log = structlog.get_logger(__name__)

HEARTBEAT_S = 2.0
PAST_PATIENCE_S = 60.0
PAST_POLL_S = 0.02
UP, DRAINING, DOWN = "up", "draining", "down"

ANNOUNCE = """
    INSERT INTO worker_node (worker, sip_uri, started_at, last_seen_at, state)
    VALUES (%(worker)s, %(sip_uri)s, %(started_at)s, now(), %(state)s)
    ON CONFLICT (worker) DO UPDATE
       SET sip_uri = excluded.sip_uri, started_at = excluded.started_at,
           last_seen_at = now(), state = excluded.state
"""
SEEN = "UPDATE worker_node SET last_seen_at = now(), state = %(state)s WHERE worker = %(worker)s"


class WorkerNode(ReconnectingThread[extensions.connection]):
    """Beats only while the SIP loop turns: a worker that hangs must look dead, so its calls are reaped."""

    outages = OUTAGES

    def __init__(
        self,
        database_url: str,
        worker: str,
        sip_uri: str,
        *,
        is_worker_well: Callable[[], bool],
        is_past_stored: Callable[[], bool],
    ) -> None:
        super().__init__("worker-node")
        self._database_url = database_url
        self._worker = worker
        self._sip_uri = sip_uri
        self._is_worker_well = is_worker_well
        self._is_past_stored = is_past_stored
        # Of this process, not of its connection: calls older than it belong to a predecessor and are reaped.
        self._started_at = datetime.now(UTC)
        self._state = UP
        self._state_changed = threading.Event()

    def drain(self) -> None:
        """Tell the edge, by way of the row, to send new calls elsewhere."""
        self._state = DRAINING
        self._state_changed.set()

    def _let_the_past_be_stored(self) -> None:
        """With our row, the predecessor's calls count as lost: what it had to say of them comes first."""
        latest = time.monotonic() + PAST_PATIENCE_S
        while not (self._is_past_stored() or self._stopping.is_set() or time.monotonic() > latest):
            self._stopping.wait(PAST_POLL_S)

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        self._let_the_past_be_stored()
        with closing(connect(self._database_url, self._worker)) as connection:
            connection.autocommit = True
            self._write(connection, ANNOUNCE)
            yield connection

    def turn(self, link: extensions.connection) -> None:
        self._state_changed.wait(HEARTBEAT_S)
        self._state_changed.clear()
        if self._is_worker_well():
            self._write(link, SEEN)
        else:
            log.error("worker.loop_stuck", worker=self._worker)

    def finish(self, link: extensions.connection) -> None:
        self._state = DOWN
        self._write(link, SEEN)

    def stop(self) -> None:
        self._stopping.set()
        self._state_changed.set()
        super().stop()

    def _write(self, connection: extensions.connection, sql: str) -> None:
        with connection.cursor() as cursor:
            parameters = {
                "worker": self._worker,
                "sip_uri": self._sip_uri,
                "started_at": self._started_at,
                "state": self._state,
            }
            cursor.execute(sql, parameters)
