"""The worker's row in `worker_node`: that it lives, where it listens, whether it takes calls.

The edge chooses among the rows that are `up`, and learns of a change through the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import structlog
from psycopg2 import extensions

from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread

log = structlog.get_logger(__name__)

HEARTBEAT_S = 2.0
UP, DRAINING, DOWN = "up", "draining", "down"

ANNOUNCE = """
    INSERT INTO worker_node (worker, sip_uri, started_at, last_seen_at, state)
    VALUES (%(worker)s, %(sip_uri)s, %(started_at)s, now(), %(state)s)
    ON CONFLICT (worker) DO UPDATE
       SET sip_uri = excluded.sip_uri, last_seen_at = now(), state = excluded.state
"""
SEEN = "UPDATE worker_node SET last_seen_at = now(), state = %(state)s WHERE worker = %(worker)s"
STARTED = "UPDATE worker_node SET started_at = %(started_at)s WHERE worker = %(worker)s"


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
        # So it is told only when all that the predecessor has to say of them is stored.
        self._started_at = datetime.now(UTC)
        self._is_start_told = False
        self._state = UP
        self._state_changed = threading.Event()

    def drain(self) -> None:
        """Tell the edge, by way of the row, to send new calls elsewhere."""
        self._state = DRAINING
        self._state_changed.set()

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        with closing(connect(self._database_url, self._worker)) as connection:
            connection.autocommit = True
            self._write(connection, ANNOUNCE)
            yield connection

    def turn(self, link: extensions.connection) -> None:
        self._state_changed.wait(HEARTBEAT_S)
        self._state_changed.clear()
        if self._is_worker_well():
            self._write(link, SEEN)
            self._tell_start(link)
        else:
            log.error("worker.loop_stuck", worker=self._worker)

    def _tell_start(self, link: extensions.connection) -> None:
        if not self._is_start_told and self._is_past_stored():
            self._write(link, STARTED)
            self._is_start_told = True

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
