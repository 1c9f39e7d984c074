"""The waiting lines of all companies on this worker: who waits, who is offered to whom, and what agents do.

Nothing is decided here: `QueueLine` says who is rung, `agent_state` who may be. Looked after a few times a second and
after everything that changed a line.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from callmanager.domain.agent_state import AgentHappening, AgentState, state_after
from callmanager.domain.queue import Queue
from callmanager.domain.queue_line import PEACE_S, Floor, QueueLine, has_agents
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.queueing import (
    AgentsOffered,
    AnswerInQueue,
    AskPlace,
    Closed,
    DeclineInQueue,
    JoinQueue,
    KeepPlace,
    LeaveQueue,
    OpenInQueue,
    PlaceFound,
    PlaceTaken,
    QueueAction,
    QueueClosed,
    QueueSignal,
)
from sipworker.ports import Ports
from sipworker.runtime.group_use import GroupUse
from sipworker.runtime.queue_promises import CallbackDue, KeptCallback, Promises
from sipworker.runtime.registry import LiveCall, Registry

News = tuple[LiveCall, QueueSignal]

LOOK_EVERY_S = 0.25
# Of whom no phone could be found, until the edge may have told of one.
GONE_S = 10.0
# Callers whose last agent is remembered, for each company.
KNOWN_MAX = 10_000
# Of how many answered calls the time to wait is reckoned.
HOLD_SAMPLES = 10


@dataclass(slots=True)
class _Company:
    line: QueueLine = field(default_factory=QueueLine)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    # Who called; by session.
    callers: dict[str, str] = field(default_factory=dict)
    # What agents have done that the snapshot does not know of yet, by the queue's id and their number.
    states: dict[tuple[int, str], AgentState] = field(default_factory=dict)
    known: OrderedDict[tuple[str, str], str] = field(default_factory=OrderedDict)
    held_s: dict[str, deque[float]] = field(default_factory=dict)
    promises: Promises = field(default_factory=Promises)
    is_changed: bool = False

    @property
    def is_idle(self) -> bool:
        return not self.calls and not self.promises and not self.line.talking


class QueueDesk:
    def __init__(self, ports: Ports, registry: Registry, groups: GroupUse) -> None:
        self._ports = ports
        self._registry = registry
        self._groups = groups
        self._companies: dict[int, _Company] = {}
        self._look_at = 0.0
        self._due: list[CallbackDue] = []

    def perform(self, call: LiveCall, action: QueueAction) -> tuple[News, ...]:
        """What to tell at once; offers follow by `news`."""
        tenant_id = call.context.invite.tenant_id
        company = self._companies.setdefault(tenant_id, _Company())
        session = company.promises.place_of(call.context.session_id)
        now = self._ports.clock.monotonic()
        company.is_changed = True
        match action:
            case JoinQueue():
                return self._join(company, call, action, now)
            case OpenInQueue():
                company.line.open(session)
            case AnswerInQueue(agent=agent):
                self._answer(company, session, agent, now)
            case DeclineInQueue(agent=agent, is_gone=is_gone):
                company.line.decline(session, agent, now, peace_s=GONE_S if is_gone else PEACE_S)
            case KeepPlace(number=number):
                company.calls.pop(session, None)
                company.promises.keep(company.line, session, tenant_id, number, now)
            case LeaveQueue():
                self._leave(company, session)
            case AskPlace():
                return ((call, self._place(company, session)),)
        return ()

    def leave(self, call: LiveCall) -> None:
        """The call is over."""
        company = self._companies.get(call.context.invite.tenant_id)
        if company is None:
            return
        company.is_changed = True
        session = call.context.session_id
        if not company.promises.end_call(company.line, session, self._ports.clock.monotonic()):
            self._leave(company, session)

    def note_state(self, call: LiveCall, told: Mapping[str, object]) -> None:
        """An agent has signed in or out, or the queue's rule has done so."""
        tenant_id = call.context.invite.tenant_id
        snapshot = self._ports.snapshots.find(tenant_id)
        if snapshot is None:
            return
        company = self._companies.setdefault(tenant_id, _Company())
        company.is_changed = True
        name, number = str(told.get("queue", "")), str(told.get("agent", ""))
        for queue in [snapshot.find_queue(name)] if name else snapshot.queues:
            if queue is None or number not in {member.number for member in queue.members}:
                continue
            company.states[queue.queue_id, number] = state_after(
                self._state(company, snapshot, queue.number, number),
                AgentHappening(str(told["happening"])),
                is_ready_automatically=queue.is_ready_automatically,
                at=self._ports.clock.now().timestamp(),
                pause_reason=str(told.get("pause_reason", "")),
            )

    def take_due(self) -> list[CallbackDue]:
        """Callers whom somebody has to call now; each is told of with `ring_back` or `refuse_back`."""
        due, self._due = self._due, []
        return due

    def ring_back(self, due: CallbackDue, session: str) -> None:
        """This call of the agent's is made for it."""
        self._companies[due.tenant_id].promises.begin_call(due, session)

    def refuse_back(self, due: CallbackDue, *, is_busy: bool = False) -> bool:
        """The agent can't call that number; `is_busy`: nobody can now. Whether it is given up."""
        company, now = self._companies[due.tenant_id], self._ports.clock.monotonic()
        company.line.decline(due.place, due.agent, now)
        is_given_up = not is_busy and company.promises.refuse(due.place)
        if is_given_up:
            self._leave(company, due.place)
        return is_given_up

    def take_over(self, snapshot: TenantSnapshot, kept: KeptCallback) -> bool:
        """What another worker has promised is kept here, in the place that the caller had there; False: it is over.
        Asked for twice, it is one.
        """
        company = self._companies.setdefault(snapshot.tenant_id, _Company())
        if company.promises.knows(kept.place):
            return company.line.find(kept.place) is not None
        now, unix_now = self._ports.clock.monotonic(), self._ports.clock.now().timestamp()
        queue = snapshot.find_queue(kept.queue)
        priority, exclusive = self._of_number(snapshot, kept.queue, kept.number)
        company.line.enter(
            kept.place,
            kept.queue,
            now - max(0.0, unix_now - kept.entered_at),
            priority=priority,
            exclusive=exclusive,
            known=company.known.get((kept.queue, kept.number), "") if queue and queue.is_sticky else "",
        )
        company.callers[kept.place] = kept.number
        promised_at = now - max(0.0, unix_now - kept.promised_at)
        company.promises.keep(company.line, kept.place, snapshot.tenant_id, kept.number, promised_at)
        company.line.open(kept.place)
        company.is_changed = True
        return True

    def give_back(self, tenant_id: int, place: str) -> bool:
        """Another worker shall keep it; False: an agent is at it already."""
        company = self._companies.get(tenant_id)
        if company is None:
            return True
        if company.promises.is_called(place):
            return False
        company.promises.give_back(place)
        self._leave(company, place)
        return True

    def news(self) -> Iterator[News]:
        """Offers, and lines that are closed; to be told before anything else is asked here."""
        now = self._ports.clock.monotonic()
        is_due = now >= self._look_at
        if is_due:
            self._look_at = now + LOOK_EVERY_S
        for tenant_id, company in tuple(self._companies.items()):
            if is_due or company.is_changed:
                company.is_changed = False
                yield from self._look(tenant_id, company, now)

    def _look(self, tenant_id: int, company: _Company, now: float) -> Iterator[News]:
        snapshot = self._ports.snapshots.find(tenant_id)
        if company.is_idle or snapshot is None:
            company.line.forget_idle(now)
            return
        floor = self._floor(company, snapshot)
        for number, queue_number in company.line.talking.items():
            if number not in floor.engaged:
                queue = snapshot.find_queue(queue_number)
                company.line.release(number, now, queue.wrap_up_s if queue is not None else 0)
        yield from self._closed(company, floor)
        for place in company.promises.outdated(company.line, floor.queues, now):
            self._leave(company, place)
        for offer in company.line.assign(floor, now):
            due = company.promises.due(company.line, offer)
            if due is None:
                yield company.calls[offer.call], AgentsOffered(offer.agents)
            else:
                self._due.append(due)

    def _closed(self, company: _Company, floor: Floor) -> Iterator[News]:
        has: dict[str, bool] = {}
        for session, call in tuple(company.calls.items()):
            waiting = company.line.find(session)
            if waiting is None:
                continue
            queue = floor.queues.get(waiting.queue)
            if queue is None:
                yield call, QueueClosed(Closed.DELETED)
            elif not queue.keeps_waiting:
                if queue.number not in has:
                    has[queue.number] = has_agents(queue, floor)
                if not has[queue.number]:
                    yield call, QueueClosed(Closed.NO_AGENTS)

    def _floor(self, company: _Company, snapshot: TenantSnapshot) -> Floor:
        contacts, domain = self._ports.contacts, snapshot.sip_domain
        return Floor(
            snapshot.queues_by_number,
            lambda queue, number: self._state(company, snapshot, queue, number).is_ready,
            lambda number: bool(contacts.contacts(number, domain)),
            self._registry.engaged(snapshot.tenant_id),
            self._groups.of(snapshot.tenant_id, self._ports.clock.now()),
        )

    def _state(self, company: _Company, snapshot: TenantSnapshot, queue: str, number: str) -> AgentState:
        """What was done last: here, or by somebody who told the database. What is stored is forgotten here."""
        stored = snapshot.agent_state(queue, number)
        found = snapshot.find_queue(queue)
        key = (found.queue_id if found is not None else 0, number)
        own = company.states.get(key)
        if own is None or stored.since < own.since:
            return stored if own is None else own
        del company.states[key]
        return stored

    def _join(self, company: _Company, call: LiveCall, action: JoinQueue, now: float) -> tuple[News, ...]:
        session = call.context.session_id
        queue: Queue | None = (
            call.context.snapshot.find_queue(action.queue) if call.context.snapshot else None
        )
        company.calls[session] = call
        company.callers[session] = action.caller
        is_sticky = queue is not None and queue.is_sticky
        priority, exclusive = self._of_caller(call, action)
        company.line.enter(
            session,
            action.queue,
            now,
            priority=priority,
            exclusive=exclusive,
            known=company.known.get((action.queue, action.caller), "") if is_sticky else "",
            is_open=action.is_open,
        )
        taken = company.promises.resume(company.line, session, action.caller)
        return tuple((call, PlaceTaken(place, action.queue)) for place in taken)

    def _of_caller(self, call: LiveCall, action: JoinQueue) -> tuple[int, frozenset[str]]:
        """How much the caller matters, and who goes first for them."""
        snapshot = call.context.snapshot
        if snapshot is None or call.context.invite.is_private:
            return 0, frozenset()
        return self._of_number(snapshot, action.queue, action.caller)

    def _of_number(self, snapshot: TenantSnapshot, queue: str, number: str) -> tuple[int, frozenset[str]]:
        callers = snapshot.queue_callers
        today = self._ports.clock.now().astimezone(ZoneInfo(snapshot.time_zone)).date()
        return int(callers.is_vip(number, today)), callers.exclusive_agents(number, queue)

    def _answer(self, company: _Company, session: str, agent: str, now: float) -> None:
        waiting = company.line.find(session)
        if waiting is not None:
            samples = company.held_s.setdefault(waiting.queue, deque(maxlen=HOLD_SAMPLES))
            samples.append(now - waiting.entered_at)
            known = (waiting.queue, company.callers.get(session, ""))
            company.known[known] = agent
            company.known.move_to_end(known)
            while len(company.known) > KNOWN_MAX:
                company.known.popitem(last=False)
        company.line.answer(session, agent)
        self._leave(company, session)

    def _leave(self, company: _Company, session: str) -> None:
        company.line.leave(session)
        company.calls.pop(session, None)
        company.callers.pop(session, None)
        company.promises.drop(session)

    def _place(self, company: _Company, session: str) -> PlaceFound:
        waiting = company.line.find(session)
        samples = company.held_s.get(waiting.queue) if waiting is not None else None
        hold_s = sum(samples) / len(samples) if samples else 0.0
        return PlaceFound(company.line.position(session), hold_s)
