"""The waiting lines of one company's queues: who is offered to which agents, and when.

Pure and exact: no agent is offered two calls, no call has two agents, and nobody is overtaken except by a rule that can
be named (a more important caller, a skill that the next agent has not, an agent who let this very call ring in vain).
Times are seconds of one clock that never goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from callmanager.domain.queue import Queue, QueueMember, QueueStrategy
from callmanager.domain.ring_groups import NEVER_USED, MembersUse

# How long an agent who let a call ring in vain is left in peace, where the queue does not sign them out.
PEACE_S = 5.0


@dataclass(slots=True)
class Waiting:
    """A caller in a line. `exclusive` are the agents who go before all others, `known` who has had this caller last."""

    call: str
    queue: str
    entered_at: float
    sequence: int
    priority: int = 0
    exclusive: frozenset[str] = frozenset()
    known: str = ""
    # Not yet while the introduction is to be heard in full.
    is_open: bool = True
    # Of a caller who is not on the line but called back: who rings for that has to talk.
    is_called_back: bool = False
    offered: set[str] = field(default_factory=set)
    in_vain: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple[int, float, int]:
        """By time, because whoever is to be called back may have come to another worker before."""
        return (-self.priority, self.entered_at, self.sequence)


@dataclass(slots=True)
class Agent:
    """What the queues have an agent do. Signing in is no affair of the line."""

    offered: str = ""
    # The queues' calls that the agent has.
    calls: set[str] = field(default_factory=set)
    # Of which queue the last one was.
    queue: str = ""
    rests_until: float = 0.0

    @property
    def is_forgettable(self) -> bool:
        return not self.offered and not self.calls


@dataclass(frozen=True, slots=True)
class Offer:
    """Ring these agents for this call."""

    call: str
    agents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Floor:
    """What the line has to know of the rest of the world at one moment.

    `is_ready` tells of a queue and an extension whether it is signed in and does not pause; `is_there` of an extension
    whether a phone of it is registered; `engaged` are the extensions that have any call.
    """

    queues: Mapping[str, Queue]
    is_ready: Callable[[str, str], bool]
    is_there: Callable[[str], bool]
    engaged: Collection[str] = frozenset()
    use: MembersUse = field(default_factory=dict)


class QueueLine:
    """All queues of one company, because they share their agents."""

    __slots__ = ("_agents", "_sequence", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._agents: dict[str, Agent] = {}
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._waiting)

    # Callers

    def enter(
        self,
        call: str,
        queue: str,
        now: float,
        *,
        priority: int = 0,
        exclusive: frozenset[str] = frozenset(),
        known: str = "",
        is_open: bool = True,
    ) -> None:
        self._sequence += 1
        self._waiting[call] = Waiting(
            call, queue, now, self._sequence, priority, exclusive, known, is_open=is_open
        )

    def open(self, call: str) -> None:
        """The caller has heard the introduction."""
        if (waiting := self._waiting.get(call)) is not None:
            waiting.is_open = True

    def keep_place(self, call: str) -> None:
        """The caller is called back: their turn comes as if they waited. `open` says that they have hung up."""
        if (waiting := self._waiting.get(call)) is None:
            return
        for number in waiting.offered:
            self._agent(number).offered = ""
        waiting.offered.clear()
        waiting.is_open, waiting.is_called_back = False, True

    def take_place(self, call: str, kept: str) -> None:
        """Whoever was to be called back waits by themselves again, where they stood."""
        own, before = self._waiting.get(call), self._waiting.get(kept)
        if own is not None and before is not None and not before.offered:
            own.sequence, own.entered_at = before.sequence, before.entered_at
            self.leave(kept)

    def leave(self, call: str) -> None:
        """The caller does not wait any more, whatever became of the call."""
        waiting = self._waiting.pop(call, None)
        for number in waiting.offered if waiting is not None else ():
            self._agent(number).offered = ""

    def find(self, call: str) -> Waiting | None:
        return self._waiting.get(call)

    def of(self, queue: str) -> tuple[Waiting, ...]:
        """Who waits there, in order."""
        return tuple(
            sorted((one for one in self._waiting.values() if one.queue == queue), key=lambda one: one.rank)
        )

    def position(self, call: str) -> int:
        """From 1; 0: does not wait."""
        own = self._waiting.get(call)
        if own is None:
            return 0
        before = (one for one in self._waiting.values() if one.queue == own.queue and one.rank < own.rank)
        return 1 + sum(1 for _ in before)

    # Agents

    def agent(self, number: str) -> Agent:
        return self._agents.get(number, Agent())

    def answer(self, call: str, number: str) -> tuple[str, ...]:
        """This agent has taken the call; the others that rang for it, who are free again."""
        waiting = self._waiting.get(call)
        others = tuple(sorted(waiting.offered - {number})) if waiting is not None else ()
        self.leave(call)
        agent = self._agent(number)
        agent.calls.add(call)
        agent.queue = waiting.queue if waiting is not None else ""
        return others

    def decline(self, call: str, number: str, now: float, *, peace_s: float = PEACE_S) -> None:
        """This agent let it ring in vain, or could not be rung."""
        waiting = self._waiting.get(call)
        agent = self._agents.get(number)
        if waiting is None or agent is None or agent.offered != call:
            return
        waiting.offered.discard(number)
        waiting.in_vain.add(number)
        agent.offered = ""
        agent.rests_until = max(agent.rests_until, now + peace_s)

    @property
    def talking(self) -> dict[str, str]:
        """Who has calls of queues, and of which queue the last one was."""
        return {number: agent.queue for number, agent in self._agents.items() if agent.calls}

    def release(self, number: str, now: float, wrap_up_s: float) -> None:
        """What this agent had of queues is over for them."""
        agent = self._agent(number)
        agent.calls.clear()
        agent.rests_until = max(agent.rests_until, now + wrap_up_s)

    def forget_idle(self, now: float) -> None:
        """Agents of whom nothing needs to be remembered."""
        for number in [
            one for one, agent in self._agents.items() if agent.is_forgettable and agent.rests_until <= now
        ]:
            del self._agents[number]

    # Who gets whom

    def assign(self, floor: Floor, now: float) -> tuple[Offer, ...]:
        """Offer whoever waits, the most important and longest first, to agents that are free. Nothing else changes."""
        offers = []
        free: dict[str, list[QueueMember]] = {}
        for waiting in sorted(self._waiting.values(), key=lambda one: one.rank):
            queue = floor.queues.get(waiting.queue)
            if queue is None or not waiting.is_open:
                continue
            if queue.number not in free:
                free[queue.number] = self._free(queue, floor, now)
            chosen = self._choose(queue, waiting, free[queue.number], floor, now)
            if chosen:
                for number in chosen:
                    self._agent(number).offered = waiting.call
                waiting.offered.update(chosen)
                offers.append(Offer(waiting.call, chosen))
        return tuple(offers)

    def _choose(
        self, queue: Queue, waiting: Waiting, members: list[QueueMember], floor: Floor, now: float
    ) -> tuple[str, ...]:
        is_for_all = queue.strategy is QueueStrategy.SIMULTANEOUS and not waiting.is_called_back
        if not members or (waiting.offered and not is_for_all):
            return ()
        wanted = queue.skill_wanted(now - waiting.entered_at)
        free = [
            one.number for one in members if one.skill_level >= wanted and not self.agent(one.number).offered
        ]
        first = [one for one in free if one in waiting.exclusive or one == waiting.known]
        first.sort(key=lambda one: one not in waiting.exclusive)
        if first and not waiting.offered and waiting.in_vain.isdisjoint(first):
            return tuple(first if is_for_all else first[:1])
        fresh = [one for one in free if one not in waiting.in_vain]
        if not fresh and not waiting.offered:
            # Everybody who is free has let it ring in vain: from the beginning.
            waiting.in_vain.clear()
            fresh = free
        if is_for_all or not fresh:
            return tuple(fresh)
        return (_first(queue, fresh, floor.use),)

    def _free(self, queue: Queue, floor: Floor, now: float) -> list[QueueMember]:
        return [member for member in queue.agents if self._may_ring(queue, member.number, floor, now)]

    def _may_ring(self, queue: Queue, number: str, floor: Floor, now: float) -> bool:
        agent = self._agents.get(number)
        if agent is not None and (agent.offered or agent.rests_until > now):
            return False
        is_busy = number in floor.engaged or (agent is not None and bool(agent.calls))
        return (
            not (queue.skips_busy and is_busy)
            and floor.is_ready(queue.number, number)
            and floor.is_there(number)
        )

    def _agent(self, number: str) -> Agent:
        return self._agents.setdefault(number, Agent())


def has_agents(queue: Queue, floor: Floor) -> bool:
    """Whether anybody is signed in, free or not; a pause is a short one, so that whoever pauses counts as there."""
    return any(
        floor.is_ready(queue.number, one.number) and floor.is_there(one.number) for one in queue.agents
    )


def _first(queue: Queue, free: Iterable[str], use: MembersUse) -> str:
    """Those who tie stand in the queue's own order."""
    match queue.strategy:
        case QueueStrategy.CYCLIC_HUNT:
            return min(free, key=lambda one: use.get((queue.number, one), NEVER_USED).last_rung_at)
        case QueueStrategy.LEAST_WORKED_HUNT:
            return min(free, key=lambda one: use.get((queue.number, one), NEVER_USED).answered)
        case _:
            return next(iter(free))
