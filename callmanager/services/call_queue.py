"""Call queues of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import END_CALL, Destination
from callmanager.models import CallQueue, CallQueueManager, CallQueueMember, QueueAgent
from callmanager.models.extension import lock_tenant
from callmanager.selectors.call_queue import QueueAgentMember, call_queue_managers, call_queue_members
from callmanager.selectors.queue_events import waiting_counts
from callmanager.selectors.usage import call_queue_usage
from callmanager.services.call_queue_checks import CallQueueChecks, QueuePeople
from callmanager.services.call_queue_sound import callback_words_settle
from callmanager.services.in_use import refuse_if_used
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.capacity import refuse_above_limit
from tenants.integrity import refusing_duplicates

CALL_QUEUE_FIELDS = (
    *("number", "name", "outbound_caller_id", "strategy", "ring_duration_s", "agent_ring_timeout_s"),
    *("max_wait_s", "wrap_up_s", "sla_s", "skips_busy", "keeps_waiting", "is_ready_automatically"),
    *("is_intro_heard_in_full", "language", "announces_position", "announces_hold_time"),
    *(
        "announcement_interval_s",
        "callback_key",
        "is_sticky",
        "min_skill_level",
        "skill_relax_s",
        "is_recorded",
    ),
)


class CallersWaiting(ValidationError):
    """Somebody has to say first that those who wait in the queue shall be sent on."""

    def __init__(self, waiting: int, where: str) -> None:
        who = "1 caller waits" if waiting == 1 else f"{waiting} callers wait"
        super().__init__(f"{who} there now, and would go on to “{where}”.", code="callers_waiting")


@routing_guarded
def call_queue_create(
    *,
    members: Sequence[QueueAgentMember] = (),
    managers: Sequence[str] = (),
    no_answer: Destination = END_CALL,
    **fields: Any,
) -> CallQueue:
    """LimitReached where the company has as many as it may."""
    _require(fields)
    queue, people = CallQueue(**fields), QueuePeople(tuple(members), tuple(managers))
    with refusing_duplicates():
        tenant = lock_tenant()
        refuse_above_limit(
            limit=tenant.max_queues, present=CallQueue.objects.count(), added=1, what="call queues"
        )
        checks = CallQueueChecks.read(people, no_answer)
        checks.check(queue, people, no_answer, number_before="")
        queue.save()
        _write_people(queue, QueuePeople(), people, checks)
        callback_words_settle(queue=queue)
    return queue


@routing_guarded
def call_queue_update(
    *,
    queue: CallQueue,
    members: Sequence[QueueAgentMember] | None = None,
    managers: Sequence[str] | None = None,
    no_answer: Destination | None = None,
    **changes: Any,
) -> CallQueue:
    """What is left out stays. Who waits there goes on waiting, by the new rules."""
    _require(changes)
    number_before, destination_before = queue.number, queue.destination
    for name, value in changes.items():
        setattr(queue, name, value)
    with refusing_duplicates():
        lock_tenant()
        before = QueuePeople(call_queue_members(queue), call_queue_managers(queue))
        wanted = QueuePeople(
            before.members if members is None else tuple(members),
            before.managers if managers is None else tuple(managers),
        )
        destination = destination_before if no_answer is None else no_answer
        checks = CallQueueChecks.read(wanted, destination)
        checks.check(queue, wanted, destination, number_before=number_before)
        queue.save()
        if destination != destination_before:
            audit_note(
                target=queue,
                name="no_answer",
                before=f"{destination_before.kind.value} {destination_before.target}".strip(),
                after=f"{destination.kind.value} {destination.target}".strip(),
            )
        _write_people(queue, before, wanted, checks)
        callback_words_settle(queue=queue)
    return queue


@routing_guarded
def call_queue_delete(*, queue: CallQueue, are_callers_sent_on: bool = False) -> None:
    """InUse while others send calls to it. Who waits there goes where unanswered calls go, if that was agreed to:
    CallersWaiting otherwise.
    """
    with refusing_duplicates():
        lock_tenant()
        refuse_if_used(call_queue_usage(ids=[queue.pk]))
        waiting = 0 if are_callers_sent_on else waiting_counts().get(queue.number, 0)
        if waiting:
            raise CallersWaiting(waiting, queue.words)
        queue.delete()


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - set(CALL_QUEUE_FIELDS):
        raise TypeError(f"A call queue has no {', '.join(sorted(unknown))} to set.")


def _write_people(
    queue: CallQueue, before: QueuePeople, wanted: QueuePeople, checks: CallQueueChecks
) -> None:
    if wanted.members != before.members:
        CallQueueMember.objects.filter(queue=queue).delete()
        rows = checks.member_rows(wanted.members)
        CallQueueMember.objects.bulk_create(
            CallQueueMember(queue=queue, position=place, **row) for place, row in enumerate(rows, start=1)
        )
        # Who comes back later begins as anybody new.
        gone = QueueAgent.objects.filter(queue=queue)
        gone.exclude(extension_id__in=[row["extension_id"] for row in rows]).delete()
        audit_note(
            target=queue,
            name="members",
            before=[one.words for one in before.members],
            after=[one.words for one in wanted.members],
        )
    if wanted.managers != before.managers:
        CallQueueManager.objects.filter(queue=queue).delete()
        CallQueueManager.objects.bulk_create(
            CallQueueManager(queue=queue, **row) for row in checks.manager_rows(wanted.managers)
        )
        audit_note(target=queue, name="managers", before=list(before.managers), after=list(wanted.managers))
    for name in ("members", "managers"):
        queue.__dict__.get("_prefetched_objects_cache", {}).pop(name, None)
