"""Calls that a program makes for an extension: its telephone rings first, then whom it wants."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.fleet.models import StoredCallEvent
from callmanager.services.live_call import worker_command
from tenants.models import Tenant


@dataclass(frozen=True, slots=True)
class CallRequest:
    caller: str
    callee: str
    ring_timeout_s: int = 30
    is_auto_answered: bool = False


def requested_call_make(
    *, tenant: Tenant, worker: str, session_id: str, request_id: str, wanted: CallRequest
) -> None:
    """`worker` is that of all calls of this company (`edge.worker_lookup`).

    `session_id` names the call from now on: asked twice with the same one, it is made once.
    """
    if StoredCallEvent.objects.filter(session_id=session_id).exists():
        return  # by a worker that has been started anew since
    worker_command(
        tenant_id=tenant.pk,
        worker=worker,
        session_id=session_id,
        command="create",
        arguments={
            "caller": wanted.caller,
            "callee": wanted.callee,
            "ring_timeout_s": wanted.ring_timeout_s,
            "is_auto_answered": wanted.is_auto_answered,
            "request_id": request_id,
        },
    )
