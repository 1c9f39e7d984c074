"""The durable copy of call events: batches into PostgreSQL, onto disk while it is away, at least once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from queue import Empty, SimpleQueue

import psycopg2
import structlog
from psycopg2 import extensions
from psycopg2.extras import Json, execute_values

from callmanager.domain.call_events import CallEvent, CallEventKind
from sipworker.gateways.postgres import OUTAGES, connect
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.gateways.spool import Spool
from sipworker.gateways.write_ahead import WriteAhead

log = structlog.get_logger(__name__)

FLUSH_EVERY_S = 0.1
FLUSH_EVENTS = 200
WAIT_S = 0.5

INSERT_EVENTS = """
    INSERT INTO call_event (tenant_id, session_id, sequence, kind, at, worker, data) VALUES %s
    ON CONFLICT DO NOTHING
"""
OPEN_CALLS = """
    INSERT INTO open_call (session_id, tenant_id, worker, started_at) VALUES %s ON CONFLICT DO NOTHING
"""
END_CALLS = """
    UPDATE open_call SET ended_at = ended.at FROM (VALUES %s) AS ended (session_id, at)
     WHERE open_call.session_id = ended.session_id AND open_call.ended_at IS NULL
"""

# [tenant_id, session_id] of calls whose last event is stored.
EndedCalls = list[tuple[int, str]]


class EventStore(ReconnectingThread[extensions.connection]):
    """Takes events from the SIP thread through a queue that never blocks."""

    outages = OUTAGES

    def __init__(
        self,
        database_url: str,
        application_name: str,
        spool: Spool,
        write_ahead: WriteAhead,
        announce_ended: Callable[[EndedCalls], None],
    ) -> None:
        super().__init__("event-store")
        self._database_url = database_url
        self._application_name = application_name
        self._spool = spool
        self._write_ahead = write_ahead
        self._announce_ended = announce_ended
        self.has_replayed = False
        self._queue: SimpleQueue[CallEvent] = SimpleQueue()
        # What has been taken from the queue and is neither stored nor spooled yet.
        self._batch: list[CallEvent] = []
        self._adopt_what_was_left_behind()

    @property
    def waiting(self) -> int:
        """Events that are in memory and neither stored nor spooled yet."""
        return self._queue.qsize() + len(self._batch)

    def put(self, event: CallEvent) -> None:
        """On return the event survives the death of this process."""
        self._write_ahead.append(event)
        self._queue.put(event)

    def _adopt_what_was_left_behind(self) -> None:
        """By a process that was killed. Some of it may be stored already: storing twice is harmless."""
        for batch in self._write_ahead.left_behind():
            self._spool.append(batch)
        self._write_ahead.clear()

    @contextmanager
    def open(self) -> Iterator[extensions.connection]:
        # Whatever waits must not stay in memory alone while we wait for the server.
        self._spool_waiting()
        try:
            with closing(connect(self._database_url, self._application_name)) as connection:
                self._replay(connection)
                self.has_replayed = True
                yield connection
        finally:
            self._spool_waiting()

    def turn(self, link: extensions.connection) -> None:
        self._collect(WAIT_S)
        if self._batch:
            self._store(link, self._batch)
            self._forget_batch()

    def finish(self, link: extensions.connection) -> None:
        while not self._queue.empty():
            self.turn(link)

    def pause(self, pause_s: float) -> None:
        """While the database is away, events go to disk as promptly as they otherwise go to the database."""
        until = time.monotonic() + pause_s
        while time.monotonic() < until and not self._stopping.is_set():
            self._collect(until - time.monotonic())
            self._spool_waiting()

    def _collect(self, wait_s: float) -> None:
        """A full batch, or what came within the flush interval after the first event."""
        try:
            self._batch.append(self._queue.get(timeout=max(0.0, min(wait_s, WAIT_S))))
        except Empty:
            return
        deadline = time.monotonic() + FLUSH_EVERY_S
        while len(self._batch) < FLUSH_EVENTS:
            try:
                self._batch.append(self._queue.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                return

    def _spool_waiting(self) -> None:
        while not self._queue.empty():
            self._batch.append(self._queue.get())
        if self._batch:
            self._spool.append(self._batch)
            self._forget_batch()

    def _forget_batch(self) -> None:
        self._write_ahead.note_safe(len(self._batch))
        self._batch = []

    def _replay(self, connection: extensions.connection) -> None:
        if self._spool.is_empty:
            return
        count = 0
        for batch in self._spool.batches():
            self._store(connection, batch)
            count += len(batch)
        self._spool.clear()
        log.info("spool.replayed", events=count)

    def _store(self, connection: extensions.connection, events: Sequence[CallEvent]) -> None:
        try:
            with connection, connection.cursor() as cursor:
                _write(cursor, events)
        except (psycopg2.DataError, psycopg2.IntegrityError):
            # One bad event must not hold up the others.
            if len(events) == 1:
                self._spool.reject(events[0])
                return
            for event in events:
                self._store(connection, [event])
            return
        ended = [(e.tenant_id, e.session_id) for e in events if e.kind is CallEventKind.CALL_ENDED]
        if ended:
            self._announce_ended(ended)


def _write(cursor: extensions.cursor, events: Sequence[CallEvent]) -> None:
    execute_values(
        cursor,
        INSERT_EVENTS,
        [
            (e.tenant_id, e.session_id, e.sequence, e.kind.value, _time(e), e.worker, Json(dict(e.data)))
            for e in events
        ],
        page_size=FLUSH_EVENTS,
    )
    started = [e for e in events if e.kind is CallEventKind.CALL_START]
    if started:
        rows = [(e.session_id, e.tenant_id, e.worker, _time(e)) for e in started]
        execute_values(cursor, OPEN_CALLS, rows, page_size=FLUSH_EVENTS)
    ended = [e for e in events if e.kind is CallEventKind.CALL_ENDED]
    if ended:
        execute_values(
            cursor,
            END_CALLS,
            [(e.session_id, _time(e)) for e in ended],
            template="(%s, %s::timestamptz)",
            page_size=FLUSH_EVENTS,
        )


def _time(event: CallEvent) -> datetime:
    return datetime.fromtimestamp(event.at, UTC)
