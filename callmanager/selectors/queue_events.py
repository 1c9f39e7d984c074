"""The events of calls that are or were in queues, as stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.queue_stay import STAY_KINDS, QueueStay, StayOutcome, stays_of
from callmanager.fleet.models import OpenCall, StoredCallEvent

ENTERED = CallEventKind.QUEUE_ENTERED.value


def running_queue_sessions() -> list[str]:
    """Calls of the scope that are not over and have been in a queue; the oldest first."""
    entered = StoredCallEvent.objects.filter(
        kind=ENTERED, session_id__in=OpenCall.objects.filter(ended_at=None).values("session_id")
    )
    return list(dict.fromkeys(entered.order_by("at").values_list("session_id", flat=True)))


def stays_of_calls(session_ids: Collection[str]) -> list[QueueStay]:
    """Of these calls of the scope, whether they are over or not."""
    if not session_ids:
        return []
    calls: defaultdict[str, list[CallEvent]] = defaultdict(list)
    for row in _rows(session_ids):
        calls[row.session_id].append(row.to_event())
    return [stay for events in calls.values() for stay in stays_of(events)]


def waiting_counts() -> Mapping[str, int]:
    """How many wait in the queues of the scope now; by number, without those where nobody does."""
    stays = stays_of_calls(running_queue_sessions())
    return Counter(stay.queue for stay in stays if stay.outcome is StayOutcome.WAITING)


def _rows(session_ids: Collection[str]) -> Iterable[StoredCallEvent]:
    kinds = [kind.value for kind in STAY_KINDS]
    return StoredCallEvent.objects.filter(session_id__in=session_ids, kind__in=kinds)
