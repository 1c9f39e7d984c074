"""Who of a queue's agents takes calls: changed by people, by their telephones, and by the queue's own rule."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from callmanager.domain.agent_state import AgentHappening, AgentState, state_after
from callmanager.domain.queue_events import agent_message
from callmanager.models import CallQueue, CallQueueMember, QueueAgent
from callmanager.models.extension import lock_tenant
from callmanager.selectors.call_queue import call_queue_list, is_agent, state_of
from callmanager.services.live_event import live_events_publish
from tenants.audit_changes import audit_note
from tenants.scope import current_tenant_id
from tenants.selectors.tenant import tenant_get

PAUSE_REASON_LENGTH = 64


def queue_agent_change(
    *,
    queues: Iterable[CallQueue],
    extension_id: int,
    happening: AgentHappening,
    pause_reason: str = "",
    at: datetime | None = None,
    is_told: bool = False,
) -> list[CallQueue]:
    """In those of the queues where the extension is an agent, that is a member and no manager; which ones those are.
    `is_told`: subscribers know it from the call in which it was dialled.

    What is older than what is stored changes nothing: news of a telephone may come late. So what changes nothing is
    stored with its moment all the same, or an older word that comes after it would count.
    """
    lock_tenant()
    at = at or timezone.now()
    reason = " ".join(pause_reason.split())
    if reason and happening is not AgentHappening.PAUSE:
        message = "Only who pauses has a reason for it."
        raise ValidationError({"pause_reason": ValidationError(message, code="not_pausing")})
    if len(reason) > PAUSE_REASON_LENGTH or not reason.isprintable():
        message = f"At most {PAUSE_REASON_LENGTH} characters, without control characters."
        raise ValidationError({"pause_reason": ValidationError(message, code="max_length")})
    wanted = [one for one in queues if is_agent(one, extension_id)]
    rows = {
        row.queue_id: row for row in QueueAgent.objects.filter(queue__in=wanted, extension_id=extension_id)
    }
    for queue in wanted:
        row = rows.get(queue.pk)
        if row is not None and row.since > at:
            continue
        before = state_of(row, queue)
        after = state_after(
            before,
            happening,
            is_ready_automatically=queue.is_ready_automatically,
            at=at.timestamp(),
            pause_reason=reason,
        )
        if after is before and happening is AgentHappening.REGISTERED:
            # Telephones say so all the time, and know nothing better.
            continue
        if row is None:
            row = QueueAgent(queue=queue, extension_id=extension_id)
        row.is_signed_in, row.is_paused, row.pause_reason = (
            after.is_signed_in,
            after.is_paused,
            after.pause_reason,
        )
        row.since = at
        row.save()
        if after is before:
            continue
        audit_note(target=queue, name=f"agent {extension_id}", before=None, after=happening.value)
        if not is_told:
            _tell(queue, extension_id, after, happening)
    return wanted


def _tell(queue: CallQueue, extension_id: int, state: AgentState, happening: AgentHappening) -> None:
    tenant = tenant_get(tenant_id=current_tenant_id())
    number = next(one.extension.number for one in queue.members.all() if one.extension_id == extension_id)
    message = agent_message(
        tenant.pk,
        tenant.name,
        queue=queue.number,
        queue_name=queue.name,
        agent=number,
        happening=happening.value,
        pause_reason=state.pause_reason,
        at=state.since,
    )
    transaction.on_commit(partial(live_events_publish, [message]))


def queue_agents_registered(*, numbers: Iterable[str], at: datetime) -> None:
    """Telephones of these extensions have registered: the queues' own rule signs them in or out."""
    members = CallQueueMember.objects.filter(extension__number__in=list(numbers))
    extension_ids = set(members.values_list("extension_id", flat=True))
    if not extension_ids:
        return
    queues = list(call_queue_list().filter(members__extension_id__in=extension_ids).distinct())
    for extension_id in extension_ids:
        queue_agent_change(
            queues=queues, extension_id=extension_id, happening=AgentHappening.REGISTERED, at=at
        )
