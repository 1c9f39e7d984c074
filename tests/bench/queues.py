"""What a long queue costs the worker's one thread: 500 callers wait, 100 agents talk, 20 callers come every second.

In plain Python, with `FakeSip` instead of the stack, as if a minute went by: what is measured is the time that the
worker computes. Whoever is delivered wrongly is counted: an agent who is offered two calls, a caller who is overtaken.
"""

from __future__ import annotations

import gc
from collections import deque
from dataclasses import dataclass, field, replace
from statistics import median, quantiles
from time import process_time

from callmanager.domain.agent_state import AgentState
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.queue import AgentEntry, Queue, QueueMember, QueueStrategy
from sipworker.call.actions import CancelLeg, DialLeg, HangUpLeg
from sipworker.call.signals import Contact, InviteReceived, LegAnswered, LegHungUp, LegId, LegSignal
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, alice_calls
from tests.fakes import WorkerInMemory

WAITING, AGENTS, ARRIVALS_PER_S = 500, 100, 20
TICK_S, MINUTE_S = 0.05, 60
RINGS_S = 1.0
# With the ringing as long as keeps a hundred agents busy with twenty callers a second.
TALKS_S = AGENTS / ARRIVALS_PER_S - RINGS_S - 2 * TICK_S
QUEUE = "8000"


@dataclass(frozen=True, slots=True)
class QueueCost:
    strategy: QueueStrategy
    answered: int
    waiting: int
    wrong: int
    core_percent: float
    # Of one look at the lines, with all that was to be done then.
    median_ms: float
    p99_ms: float

    @property
    def percent_each(self) -> float:
        return self.core_percent / self.waiting if self.waiting else 0.0


@dataclass
class _Day:
    """Callers and agents who do what people do; says what the worker did wrong."""

    worker: WorkerInMemory
    at: float = 0.0
    callers: int = 0
    answered: int = 0
    wrong: int = 0
    offered_last: int = 0
    # Agents by leg, and legs that ring or talk by agent.
    agents: dict[LegId, str] = field(default_factory=dict)
    busy: dict[str, LegId] = field(default_factory=dict)
    due: deque[tuple[float, LegSignal]] = field(default_factory=deque)
    took_s: list[float] = field(default_factory=list)

    def arrive(self, many: int) -> list[InviteReceived]:
        first, self.callers = self.callers, self.callers + many
        return [alice_calls(QUEUE, f"caller-{one}") for one in range(first, self.callers)]

    def tick(self, arrivals: int) -> None:
        self.at += TICK_S
        signals: list[InviteReceived | LegSignal] = [*self.arrive(arrivals)]
        while self.due and self.due[0][0] <= self.at:
            signals.append(self._happens(self.due.popleft()[1]))
        self.worker.sip.inbox.extend(signals)
        self.worker.clock.seconds += TICK_S
        before = process_time()
        self.worker.runner.run_once(0)
        self.took_s.append(process_time() - before)
        for action in self.worker.sip.take_actions():
            if isinstance(action, DialLeg):
                self._rings(action)
            elif isinstance(action, CancelLeg | HangUpLeg) and action.leg in self.agents:
                self._free(action.leg)
        self.worker.sip.waits.clear()

    def _rings(self, dial: DialLeg) -> None:
        session = int(dial.leg.split("-")[0].removeprefix("s"))
        self.wrong += dial.number in self.busy or session < self.offered_last
        self.offered_last = max(self.offered_last, session)
        self.agents[dial.leg], self.busy[dial.number] = dial.number, dial.leg
        self.due.append((self.at + RINGS_S, LegAnswered(dial.leg)))
        self.due = deque(sorted(self.due, key=lambda one: one[0]))

    def _happens(self, signal: LegSignal) -> LegSignal:
        if isinstance(signal, LegHungUp):
            self._free(signal.leg)
        elif signal.leg in self.agents:
            self.answered += 1
            self.due.append((self.at + TALKS_S, LegHungUp(signal.leg, False, 200, "")))
            self.due = deque(sorted(self.due, key=lambda one: one[0]))
        return signal

    def _free(self, leg: LegId) -> None:
        agent = self.agents.pop(leg, "")
        if self.busy.get(agent) == leg:
            del self.busy[agent]


def measure_queue(strategy: QueueStrategy) -> QueueCost:
    day = _Day(_worker(strategy))
    day.tick(WAITING + AGENTS)
    day.took_s.clear()
    gc.collect()
    for _ in range(int(MINUTE_S / TICK_S)):
        day.tick(int(ARRIVALS_PER_S * TICK_S))
    waiting = day.worker.runner.live_calls - len(day.busy)
    took = sorted(day.took_s)
    return QueueCost(
        strategy,
        day.answered,
        waiting,
        day.wrong,
        100 * sum(took) / MINUTE_S,
        1000 * median(took),
        1000 * quantiles(took, n=100)[-1],
    )


def table() -> str:
    head = f"{'a queue of ' + str(WAITING):24} {'answered':>9} {'wait':>6} {'wrong':>6} {'% of a core':>12} {'each':>8}"
    lines = [f"{head} {'median ms':>10} {'p99 ms':>8}"]
    for strategy in QueueStrategy:
        if strategy is QueueStrategy.SIMULTANEOUS:
            continue
        cost = measure_queue(strategy)
        lines.append(
            f"{strategy.value:24} {cost.answered:9} {cost.waiting:6} {cost.wrong:6} {cost.core_percent:12.1f}"
            f" {cost.percent_each:8.4f} {cost.median_ms:10.2f} {cost.p99_ms:8.2f}"
        )
    return "\n".join(lines)


def _worker(strategy: QueueStrategy) -> WorkerInMemory:
    numbers = [str(2000 + one) for one in range(AGENTS)]
    queue = Queue(
        1,
        QUEUE,
        "Sales",
        strategy,
        tuple(map(QueueMember, numbers)),
        music=("hold",),
        ring_duration_s=3600,
        announces_position=True,
    )
    worker = WorkerInMemory(capacity=2000)
    worker.snapshots.put(
        ACME_ID,
        replace(
            ACME,
            extensions=(*ACME.extensions, *(ExtensionEntry(number, f"Agent {number}") for number in numbers)),
            queues=(queue,),
            agents=tuple(AgentEntry(QUEUE, number, AgentState(is_signed_in=True)) for number in numbers),
        ),
    )
    worker.contacts.by_aor = {
        f"{number}@{ACME_DOMAIN}": (Contact(f"ruid-{number}", f"sip:{number}@192.0.2.9", "Phone"),)
        for number in numbers
    }
    return worker
