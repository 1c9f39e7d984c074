"""The last call events of a worker that does not come back: read from its disk and stored in its place.

One that does come back stores them itself. Twice is harmless, so nothing is taken away from it here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.core.cache import cache

from callmanager.domain.call_events import CallEvent, CallEventKind, event_lines_read
from callmanager.fleet.models import Cdr, OpenCall, StoredCallEvent
from tenants.scope import across_tenants, no_scope

logger = structlog.get_logger(__name__)

# Below the worker's own directory; docs/interfaces.md section 7.
FILES = ("spool/events.jsonl", "write-ahead/events-0.jsonl", "write-ahead/events-1.jsonl")
_READ_AGAIN_AFTER = timedelta(days=7)


def lost_events_store(*, worker: str, last_seen_at: datetime) -> int:
    """Once for each time the worker fell silent; the number of events that were read."""
    key = f"callmanager.lost_events.{worker}.{last_seen_at.timestamp()}"
    with no_scope():
        if cache.get(key):
            return 0
        events = sum(_store_file(path) for name in FILES if (path := _directory(worker) / name).is_file())
        cache.set(key, True, _READ_AGAIN_AFTER.total_seconds())
    if events:
        logger.warning("events.of_lost_worker_stored", worker=worker, events=events)
    return events


def _directory(worker: str) -> Path:
    # The name comes from a table that workers write: it may lead nowhere but to a worker's directory.
    return Path(settings.PBX_STATE_DIR) / Path(worker).name


def _store_file(path: Path) -> int:
    count = 0
    with path.open("rb") as lines, across_tenants():
        for events in event_lines_read(lines, _note_unreadable):
            _store(events)
            count += len(events)
    return count


def _store(events: list[CallEvent]) -> None:
    rows = [
        StoredCallEvent(
            session_id=event.session_id,
            sequence=event.sequence,
            at=_time(event),
            tenant_id=event.tenant_id,
            kind=event.kind.value,
            worker=event.worker,
            data=dict(event.data),
        )
        for event in events
    ]
    StoredCallEvent.objects.bulk_create(rows, ignore_conflicts=True)
    started = {event.session_id: event for event in events if event.kind is CallEventKind.CALL_START}
    recorded = set(Cdr.objects.filter(session_id__in=started).values_list("session_id", flat=True))
    # Open until the reaper closes them; an end that was told counts then.
    OpenCall.objects.bulk_create(
        [
            OpenCall(
                session_id=session_id,
                tenant_id=event.tenant_id,
                worker=event.worker,
                started_at=_time(event),
            )
            for session_id, event in started.items()
            if session_id not in recorded
        ],
        ignore_conflicts=True,
    )


def _note_unreadable(length_bytes: int) -> None:
    logger.warning("events.line_unreadable", length_bytes=length_bytes)


def _time(event: CallEvent) -> datetime:
    return datetime.fromtimestamp(event.at, UTC)
