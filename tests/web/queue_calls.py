"""Callers who wait or have waited in queues, for tests, as workers and tasks leave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from callmanager.fleet.models import OpenCall, QueueStay, StoredCallEvent
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.call_queue import call_queue_create
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

WORKER = "worker-of-tests"


Story = Sequence[tuple[str, Mapping[str, object]]]


def queue_stay_make(tenant: Tenant, session_id: str, **changes: Any) -> QueueStay:
    """An answered caller of queue 8000, five minutes ago, unless told otherwise."""
    entered_at: datetime = changes.pop("entered_at", timezone.now() - timedelta(minutes=5))
    waited_ms = changes.pop("waited_ms", 12_000)
    fields: dict[str, Any] = {
        "tenant_id": tenant.pk,
        "session_id": session_id,
        "sequence": 1,
        "queue": "8000",
        "queue_name": "Sales",
        "caller": "00491711",
        "caller_name": "",
        "is_from_inside": False,
        "entered_at": entered_at,
        "left_at": None if waited_ms is None else entered_at + timedelta(milliseconds=waited_ms),
        "waited_ms": waited_ms,
        "outcome": "answered",
        "is_lost": False,
        "agent": "101",
        "sla_s": 0,
        "is_sla_breached": False,
    }
    with tenant_scope(tenant):
        return QueueStay.objects.create(**{**fields, **changes})


def wall_queue_make(tenant: Tenant, number: str, name: str) -> dict[str, Any]:
    """A queue with an agent, and with a caller who waits."""
    with tenant_scope(tenant):
        queue = call_queue_create(number=number, name=f"{name} {number}", members=[QueueAgentMember("101")])
    queue_call_tell(tenant, f"waits-{number}", queue=number)
    return {"pk": queue.pk}


def queue_call_tell(
    tenant: Tenant,
    session_id: str,
    *more: tuple[str, Mapping[str, object]],
    queue: str = "8000",
    queue_name: str = "Sales",
    caller: str = "00491711",
    ago_s: float = 30,
    worker: str = WORKER,
) -> None:
    """A call from outside that enters the queue, and what follows, a second later each; it runs until `call_ended`."""
    start = {
        "call_id": f"{session_id}@phone",
        "caller": caller,
        "caller_domain": "",
        "caller_display_name": "Zoe",
        "callee": queue,
        "callee_domain": tenant.sip_domain,
        "direction": "in",
        "source": "udp:192.0.2.9:5060",
        "user_agent": "",
        "tenant_name": tenant.name,
        "config_rev": 1,
    }
    entered = {"queue": queue, "queue_name": queue_name, "caller": caller}
    story: Story = [("call_start", start), ("queue_entered", entered), *more]
    begun = timezone.now() - timedelta(seconds=ago_s)
    with across_tenants():
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=session_id,
                sequence=place,
                at=begun + timedelta(seconds=place),
                tenant_id=tenant.pk,
                kind=kind,
                worker=worker,
                data=dict(data),
            )
            for place, (kind, data) in enumerate(story)
        )
        is_over = story[-1][0] == "call_ended"
        OpenCall.objects.create(
            session_id=session_id,
            tenant_id=tenant.pk,
            worker=worker,
            started_at=begun,
            ended_at=begun + timedelta(seconds=len(story)) if is_over else None,
        )


def left(why: str, agent: str = "", queue: str = "8000") -> tuple[str, dict[str, object]]:
    return ("queue_left", {"queue": queue, "why": why, "agent": agent})


BREACHED: tuple[str, dict[str, object]] = ("queue_sla_breached", {"queue": "8000", "sla_s": 20})
ENDED: tuple[str, dict[str, object]] = (
    "call_ended",
    {"status": "answered", "ended_by": "caller", "reason": "Caller hangup", "sip_code": 200},
)
