"""What REST and pages ask of a queue's agent alike: changed all together or not at all, and in the activity log."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.http import HttpRequest

from callmanager.domain.agent_state import AgentHappening
from callmanager.models import CallQueue
from callmanager.services.queue_agent import queue_agent_change
from tenants.audit_trail import audit_request


def agent_change(
    request: HttpRequest,
    *,
    queues: Iterable[CallQueue],
    extension_id: int | None,
    happening: AgentHappening,
    pause_reason: str = "",
) -> bool:
    """Whether that extension is an agent of any of the queues. Raises ValidationError."""
    if extension_id is None:
        return False
    with transaction.atomic():
        changed = queue_agent_change(
            queues=queues, extension_id=extension_id, happening=happening, pause_reason=pause_reason
        )
        for queue in changed:
            audit_request(request, action="call_queue.agent", target=queue)
    return bool(changed)
