"""Call queues (manual 5.10): what a company sets. Pure data, part of the snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.agent_state import AgentState
from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.music import MusicChoice

# Levels of skill: 1 is the lowest, and what everybody has who was given none.
LOWEST_SKILL, HIGHEST_SKILL = 1, 10


class QueueStrategy(StrEnum):
    """Whom a waiting call is offered to first; the same orders as ring groups have (manual 5.8)."""

    SIMULTANEOUS = "simultaneous"
    PRIORITIZED_HUNT = "prioritized_hunt"
    CYCLIC_HUNT = "cyclic_hunt"
    LEAST_WORKED_HUNT = "least_worked_hunt"


@dataclass(frozen=True, slots=True)
class QueueMember:
    """An extension that can be signed in to a queue."""

    number: str
    skill_level: int = LOWEST_SKILL


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """What is stored of an agent of a queue."""

    queue: str
    number: str
    state: AgentState


@dataclass(frozen=True, slots=True)
class Queue:
    """What a worker must know of one queue. Members stand in the order that people gave them.

    `ring_duration_s` is how long a caller waits until `no_answer` follows, `max_wait_s` how long until the call is
    ended whatever follows, and `agent_ring_timeout_s` how long one agent is rung. A required skill of `min_skill_level`
    goes down by one level with every `skill_relax_s` that the caller has waited (0: never).
    """

    queue_id: int
    number: str
    name: str
    strategy: QueueStrategy = QueueStrategy.SIMULTANEOUS
    members: tuple[QueueMember, ...] = ()
    # Never rung, even if they are members.
    managers: frozenset[str] = frozenset()
    outbound_caller_id: str = ""
    ring_duration_s: int = 300
    agent_ring_timeout_s: int = 20
    max_wait_s: int = 3600
    wrap_up_s: int = 0
    # 0: nobody is told of callers who wait too long.
    sla_s: int = 0
    skips_busy: bool = True
    keeps_waiting: bool = False
    is_ready_automatically: bool = True
    # Empty: the company's own music.
    music: MusicChoice = ()
    intro_prompt: str = ""
    is_intro_heard_in_full: bool = False
    language: str = "en"
    announces_position: bool = False
    announces_hold_time: bool = False
    announcement_interval_s: int = 60
    # The key by which a caller asks to be called back; empty: nobody is.
    callback_key: str = ""
    # What callers are told of it.
    callback_prompt: str = ""
    is_sticky: bool = False
    min_skill_level: int = LOWEST_SKILL
    skill_relax_s: int = 30
    is_recorded: bool = False
    no_answer: Destination = END_CALL

    @property
    def agents(self) -> tuple[QueueMember, ...]:
        """The members that can be rung."""
        return tuple(member for member in self.members if member.number not in self.managers)

    def skill_wanted(self, waited_s: float) -> int:
        """The lowest level that may take a caller who has waited so long."""
        relaxed = int(waited_s / self.skill_relax_s) if self.skill_relax_s else 0
        return max(LOWEST_SKILL, self.min_skill_level - relaxed)
