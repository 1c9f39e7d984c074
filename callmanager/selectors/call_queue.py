"""The call queues of the tenant in scope, who is in them, and who of those takes calls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from callmanager.domain.agent_state import AgentState
from callmanager.domain.queue import LOWEST_SKILL
from callmanager.models import CallQueue, CallQueueManager, CallQueueMember, CallQueueSound, QueueAgent
from callmanager.models.call_queue import QueueSoundUse
from callmanager.models.destination import OBJECT_COLUMNS
from tenants.models import TenantFile

_SECRETS = ("extension__sip_password", "extension__ha1")


@dataclass(frozen=True, slots=True)
class QueueAgentMember:
    """An extension of a queue."""

    number: str
    skill_level: int = LOWEST_SKILL
    display_name: str = ""

    @property
    def words(self) -> str:
        skill = f" (skill {self.skill_level})" if self.skill_level != LOWEST_SKILL else ""
        return f"extension {self.number}{skill}"


def call_queue_list() -> QuerySet[CallQueue]:
    """With members, managers, sounds and destination: three queries more for any number of them."""
    members = CallQueueMember.objects.select_related("extension").defer(*_SECRETS)
    managers = CallQueueManager.objects.select_related("extension").defer(*_SECRETS)
    return (
        CallQueue.objects.select_related(*OBJECT_COLUMNS)
        .defer("target__sip_password", "target__ha1")
        .prefetch_related(Prefetch("members", members), Prefetch("managers", managers), "sounds")
    )


def call_queue_members(queue: CallQueue) -> tuple[QueueAgentMember, ...]:
    """In their order; a queue that is not stored has none."""
    rows = queue.members.all() if queue.pk else ()
    return tuple(
        QueueAgentMember(row.extension.number, row.skill_level, row.extension.display_name) for row in rows
    )


def call_queue_managers(queue: CallQueue) -> tuple[str, ...]:
    """Their numbers."""
    return tuple(row.extension.number for row in queue.managers.all()) if queue.pk else ()


def is_mail_address(address: str) -> bool:
    """Whether managers are written to there: mail servers of today take no other letters for granted."""
    return bool(address) and address.isascii()


def call_queue_unwritten_managers(queue: CallQueue) -> tuple[str, ...]:
    """The numbers of those who get no e-mail, because their extension has no address for it."""
    rows = queue.managers.all() if queue.pk else ()
    return tuple(row.extension.number for row in rows if not is_mail_address(row.extension.email))


def queue_sound_find(queue: CallQueue, use: QueueSoundUse) -> CallQueueSound | None:
    return next((one for one in queue.sounds.all() if one.use == use), None) if queue.pk else None


def queue_sound_file(sound: CallQueueSound) -> TenantFile | None:
    return TenantFile.objects.filter(pk=sound.stored_file_id).first()


@dataclass(frozen=True, slots=True)
class AgentRow:
    """A member of a queue with its state."""

    queue: CallQueue
    extension_id: int
    number: str
    display_name: str
    state: AgentState


def agent_rows(queues: Sequence[CallQueue]) -> list[AgentRow]:
    """Of queues of `call_queue_list`, without managers, in one query more."""
    stored = {(row.queue_id, row.extension_id): row for row in QueueAgent.objects.filter(queue__in=queues)}
    found = []
    for queue in queues:
        for member in _agents(queue):
            extension = member.extension
            state = state_of(stored.get((queue.pk, extension.pk)), queue)
            found.append(AgentRow(queue, extension.pk, extension.number, extension.display_name, state))
    return found


def is_agent(queue: CallQueue, extension_id: int) -> bool:
    """Of a queue of `call_queue_list`."""
    return any(member.extension_id == extension_id for member in _agents(queue))


def _agents(queue: CallQueue) -> list[CallQueueMember]:
    """Managers are never rung, and so have no state (manual 5.10)."""
    managers = {row.extension_id for row in queue.managers.all()}
    return [member for member in queue.members.all() if member.extension_id not in managers]


def queues_of_agent(extension_id: int) -> list[CallQueue]:
    queues = call_queue_list().filter(members__extension_id=extension_id).distinct()
    return [one for one in queues if is_agent(one, extension_id)]


def queues_of_manager(number: str) -> QuerySet[CallQueue]:
    """Those whose managers this extension belongs to."""
    return call_queue_list().filter(managers__extension__number=number).distinct()


def own_agent_rows(extension_id: int) -> list[AgentRow]:
    """What one agent is in each of its queues."""
    return [row for row in agent_rows(queues_of_agent(extension_id)) if row.extension_id == extension_id]


def state_of(row: QueueAgent | None, queue: CallQueue) -> AgentState:
    if row is None:
        return AgentState(is_signed_in=queue.is_ready_automatically)
    return AgentState(row.is_signed_in, row.is_paused, row.pause_reason, row.since.timestamp())
