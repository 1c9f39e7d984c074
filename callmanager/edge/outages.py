"""What the edge link sees go away and come back, told to the event log: the edge at once, the database afterwards."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

import django.db
import psycopg2
import structlog

from tenants.models import EventSource, Severity
from tenants.services.event_log import event_record

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_DATABASE = (django.db.Error, psycopg2.Error)
# All processes start at the same time: what is not there yet is no outage.
START_GRACE_S = 15.0
# And stop at the same time: an edge that left just before us is none either.
TOLD_AFTER_S = 3.0


@dataclass(slots=True)
class Outages:
    """Shared by the parts of the link: two parts that lose the same thing make one outage."""

    started_at: float = field(default_factory=time.time)
    _since: dict[EventSource, float] = field(default_factory=dict)
    _has_worked: bool = False
    _is_told: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, error: BaseException) -> None:
        """`error` ended a part's work; called again with every failed attempt."""
        source = EventSource.DATABASE if isinstance(error, _DATABASE) else EventSource.EDGE
        now = time.time()
        with self._lock:
            if not self._has_worked and now - self.started_at < START_GRACE_S:
                return
            since = self._since.setdefault(source, now)
            # The database can't be told that it is away.
            is_due = source == EventSource.EDGE and not self._is_told and now - since >= TOLD_AFTER_S
            self._is_told = self._is_told or is_due
        if is_due:
            message = "The edge does not answer: no phone can register or call."
            self._tell(Severity.ERROR, source, "edge.down", message)

    def end(self) -> None:
        """A part works again, for which it needs the edge and the database."""
        with self._lock:
            self._has_worked = True
            over = dict(self._since)
            self._since.clear()
            self._is_told = False
        for source, since in over.items():
            away_s = round(time.time() - since)
            name = "The database" if source == EventSource.DATABASE else "The edge"
            kind = "database.back" if source == EventSource.DATABASE else "edge.up"
            message = f"{name} answers again; it was away for {away_s} s."
            self._tell(Severity.WARNING, source, kind, message, away_s=away_s)

    def _tell(self, severity: Severity, source: EventSource, kind: str, message: str, **data: object) -> None:
        try:
            event_record(severity=severity, source=source, kind=kind, message=message, data=data)
        except django.db.Error as error:
            log.warning("edge_link.event_lost", kind=kind, error=type(error).__name__)
