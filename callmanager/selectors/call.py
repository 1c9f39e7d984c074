"""What happened and what is registered, for the tenant in scope (or, across tenants, for the fleet)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import QuerySet

from callmanager.domain.call_events import CallEvent
from callmanager.domain.ladder_lanes import related_sessions
from callmanager.fleet.models import Cdr, Registration, StoredCallEvent

# How far a story is followed from call to call, and how much of it is shown.
RELATED_STEPS, RELATED_AT_MOST = 4, 8
# No call is longer than half a day.
RELATED_WITHIN = timedelta(hours=12)


def cdr_list() -> QuerySet[Cdr]:
    return Cdr.objects.all()


def cdr_find(*, session_id: str) -> Cdr | None:
    return Cdr.objects.filter(session_id=session_id).first()


def call_event_list(*, cdr: Cdr) -> QuerySet[StoredCallEvent]:
    """The events of one call in their order; the times bound the partitions that are searched."""
    return StoredCallEvent.objects.filter(
        session_id=cdr.session_id, at__gte=cdr.started_at, at__lte=cdr.ended_at
    ).order_by("sequence")


def related_cdr_list(*, cdr: Cdr, events: Sequence[CallEvent], visible: QuerySet[Cdr]) -> list[Cdr]:
    """The other calls of the same story that whoever looks may see too, as far as they are over."""
    found: dict[str, Cdr] = {}
    wanted = related_sessions(events) - {cdr.session_id}
    for _ in range(RELATED_STEPS):
        missing = wanted - found.keys() - {cdr.session_id}
        if not missing or len(found) >= RELATED_AT_MOST:
            break
        around = visible.filter(
            tenant_id=cdr.tenant_id,
            session_id__in=missing,
            started_at__gte=cdr.started_at - RELATED_WITHIN,
            started_at__lte=cdr.ended_at + RELATED_WITHIN,
        )
        for one in around[:RELATED_AT_MOST]:
            found[one.session_id] = one
            wanted |= related_sessions([stored.to_event() for stored in call_event_list(cdr=one)])
        wanted -= missing - found.keys()
    return sorted(found.values(), key=lambda one: one.started_at)


def registration_list() -> QuerySet[Registration]:
    return Registration.objects.all()
