"""Records of who waited in queues. Written again and again while the call runs: doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.queue_stay import QueueStay
from callmanager.fleet.models import OpenCall, StoredCallEvent
from callmanager.fleet.models import QueueStay as StoredStay
from callmanager.selectors.queue_events import running_queue_sessions, stays_of_calls
from callmanager.services.own_settings import own_settings_settle
from callmanager.services.queue_mail import queue_mails_send
from tenants.scope import across_tenants

BATCH = 200
_FOLLOWED = ("left_at", "waited_ms", "outcome", "is_lost", "agent", "sla_s", "is_sla_breached")


def queue_stays_note(stays: Sequence[QueueStay]) -> None:
    """In the scope of all tenants, and in the transaction of whoever knows that calls are over."""
    StoredStay.objects.bulk_create(
        [_row(stay) for stay in stays],
        update_conflicts=True,
        unique_fields=("session_id", "sequence", "entered_at"),
        update_fields=_FOLLOWED,
    )


def queue_stays_watch() -> int:
    """Of calls that run, so that a manager hears of who waits too long while there is something to be done about it;
    how many managers' mails there were to write.
    """
    with across_tenants():
        running = running_queue_sessions()
        for start in range(0, len(running), BATCH):
            with transaction.atomic():
                # Whoever records the end of these calls meanwhile has the last word.
                wanted = list(
                    OpenCall.objects.filter(pk__in=running[start : start + BATCH], ended_at=None)
                    .order_by("pk")
                    .select_for_update(skip_locked=True)
                    .values_list("pk", flat=True)
                )
                queue_stays_note(stays_of_calls(wanted))
        changed = StoredCallEvent.objects.filter(
            kind=CallEventKind.QUEUE_AGENT_STATE.value, session_id__in=running
        )
        agents_changed = list(changed.values_list("session_id", flat=True).distinct())
    # Agents who were rung in vain: their caller may wait and talk for long.
    own_settings_settle(session_ids=agents_changed)
    return queue_mails_send()


def _row(stay: QueueStay) -> StoredStay:
    fields: dict[str, Any] = {
        "left_at": None if stay.left_at is None else _time(stay.left_at),
        "waited_ms": None if stay.left_at is None else round((stay.left_at - stay.entered_at) * 1000),
        "outcome": stay.outcome.value,
        "is_lost": stay.is_lost,
        "agent": stay.agent,
        "sla_s": stay.sla_s,
        "is_sla_breached": stay.is_sla_breached,
    }
    return StoredStay(
        tenant_id=stay.tenant_id,
        session_id=stay.session_id,
        sequence=stay.sequence,
        queue=stay.queue,
        queue_name=stay.queue_name,
        caller=stay.caller,
        caller_name=stay.caller_name,
        is_from_inside=stay.is_from_inside,
        entered_at=_time(stay.entered_at),
        **fields,
    )


def _time(unix_s: float) -> datetime:
    return datetime.fromtimestamp(unix_s, UTC)
