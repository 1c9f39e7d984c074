"""A long queue with the stack and SIPp: 500 callers wait, 100 agents' phones answer, 20 callers come every second.

What was delivered wrongly is read from the records afterwards: a caller who rang at more than one agent or at none, an
agent who was offered a second call before the first one was over, a caller who was overtaken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from tests.bench.measures import Bench
from tests.bench.sipp import Credentials
from tests.bench.subscribers import answering_phones, extensions_make
from tests.phones.demo_system import DemoSystem
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, until

QUEUE = "8000"
WAITING, AGENTS, ARRIVALS_PER_S, ARRIVING_S = 500, 100, 20, 60
FIRST_AGENT = 4000
RINGS_S = 1.0
# What is left of five seconds for each call: the ringing, and a moment until the line is looked at.
TALKS_S = AGENTS / ARRIVALS_PER_S - RINGS_S - 0.3
WINDOW_S = 20.0
RECORDS_S = 120.0
# Offers of one look at the line go out together; their events carry milliseconds.
SAME_MOMENT_S = 0.005


@dataclass(frozen=True, slots=True)
class PhoneQueueCost:
    """`waiting` callers and nobody else; then, with agents and arrivals, `waiting_then` on an average of the window."""

    waiting: int
    worker_core_percent: float
    edge_core_percent: float
    waiting_then: float
    worker_core_percent_then: float
    edge_core_percent_then: float
    callers: int
    failed: int
    answered: int
    wrong: int

    @property
    def percent_each(self) -> float:
        return self.worker_core_percent / self.waiting


def table(cost: PhoneQueueCost) -> str:
    heads = ("wait", "agents", "arrivals/s", "worker % of a core", "edge %", "each %")
    alone = f"{cost.waiting} | 0 | 0 | {cost.worker_core_percent:.1f} | {cost.edge_core_percent:.1f}"
    busy = f"{cost.worker_core_percent_then:.1f} | {cost.edge_core_percent_then:.1f}"
    rows = [
        f"{alone} | {cost.percent_each:.3f}",
        f"{cost.waiting_then:.0f} | {AGENTS} | {ARRIVALS_PER_S} | {busy} | ",
    ]
    said = f"{cost.callers} callers: {cost.failed} failed, {cost.answered} answered, {cost.wrong} delivered wrongly"
    return "\n".join(
        [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *(f"| {row} |" for row in rows), said]
    )


def queue_of_phones_cost(
    bench: Bench, system: DemoSystem, rest: RestClient, directory: Path
) -> PhoneQueueCost:
    agents = extensions_make(system, rest, FIRST_AGENT, AGENTS)
    made = rest.post(
        "/call_queues",
        {
            "number": QUEUE,
            "name": "Everybody",
            "strategy": "cyclic_hunt",
            "members": [{"number": one.number} for one in agents],
            "keeps_waiting": True,
            "ring_duration_s": 3600,
        },
    )
    # The worker learns of it within a moment; a call shows that it has.
    until(lambda: _is_known(bench), 30, "the worker knows the queue")
    before = until(lambda: _sessions(rest), PATIENCE_S, "that call is recorded")
    try:
        cost = _measure(bench, system, rest, directory, agents)
    finally:
        rest.response("DELETE", f"/call_queues/{made['id']}?confirm=true")
    return _judged(cost, rest, before)


def _is_known(bench: Bench) -> bool:
    with bench.held_calls(1, 1, 0.2, QUEUE) as call:
        return call.wait(PATIENCE_S).is_flawless


def _measure(
    bench: Bench, system: DemoSystem, rest: RestClient, directory: Path, agents: Sequence[Credentials]
) -> PhoneQueueCost:
    callers = WAITING + ARRIVALS_PER_S * ARRIVING_S
    with bench.held_calls(WAITING, ARRIVALS_PER_S, 0, QUEUE, scenario="waiting") as first:
        # SIPp is asked first: a wallboard of so many, asked for all the time, would be measured as well.
        until(lambda: first.calls_started >= WAITING, WAITING / ARRIVALS_PER_S + PATIENCE_S, "all come")
        until(lambda: _waiting(rest) == WAITING, PATIENCE_S, "all wait")
        alone = bench.cpu_percent_while([first], WINDOW_S)
        with bench.held_calls(
            ARRIVALS_PER_S * ARRIVING_S, ARRIVALS_PER_S, 0, QUEUE, scenario="waiting"
        ) as more:
            until(
                lambda: _waiting(rest) >= WAITING + AGENTS, 2 * PATIENCE_S, "those whom agents take at once"
            )
            with answering_phones(system, agents, directory, "agent", round(1000 * TALKS_S)) as phones:
                # Everybody's first call is over.
                until(lambda: phones.calls_started >= 2 * AGENTS, PATIENCE_S, "agents take calls in turn")
                waiting = [_waiting(rest)]
                busy = bench.cpu_percent_while([more], WINDOW_S)
                waiting.append(_waiting(rest))
                results = [one.wait(ARRIVING_S + 4 * PATIENCE_S) for one in (first, more)]
    return PhoneQueueCost(
        waiting=WAITING,
        worker_core_percent=alone[0],
        edge_core_percent=alone[1],
        waiting_then=sum(waiting) / len(waiting),
        worker_core_percent_then=busy[0],
        edge_core_percent_then=busy[1],
        callers=callers,
        failed=callers - sum(one.successful for one in results),
        answered=0,
        wrong=0,
    )


def _board(rest: RestClient) -> Json:
    (queue,) = rest.get("/wallboard", queue=QUEUE)["queues"]
    found: Json = queue
    return found


def _waiting(rest: RestClient) -> int:
    return len(_board(rest)["waiting"])


def _sessions(rest: RestClient) -> set[str]:
    return {row["session_id"] for row in _pages(rest, "/queue_calls", queue=QUEUE)}


def _pages(rest: RestClient, path: str, **filters: str) -> list[Json]:
    rows: list[Json] = []
    page = 0
    while True:
        page += 1
        found = rest.get(path, page_size=100, page=page, **filters)
        rows += found["results"]
        if found["next"] is None:
            return rows


def _judged(cost: PhoneQueueCost, rest: RestClient, before: set[str]) -> PhoneQueueCost:
    """With what the records say."""

    def recorded() -> int:
        stays: int = rest.get("/queue_calls", queue=QUEUE, outcome="answered", page_size=1)["count"]
        records: int = rest.get("/cdrs/", callee=QUEUE, page_size=1)["count"]
        return min(stays, records - len(before))

    until(lambda: recorded() >= cost.callers - cost.failed, RECORDS_S, "all is recorded")
    stays = [row for row in _pages(rest, "/queue_calls", queue=QUEUE) if row["session_id"] not in before]
    records = [row for row in _pages(rest, "/cdrs/", callee=QUEUE) if row["session_id"] not in before]
    answered = sum(row["outcome"] == "answered" for row in stays)
    return replace(cost, answered=answered, wrong=wrong_deliveries(stays, records))


def wrong_deliveries(stays: Iterable[Json], records: Iterable[Json]) -> int:
    """How many callers rang at no agent or several, how many agents were offered a call too early, and how many callers
    were overtaken."""
    targets = {row["session_id"]: row["call_targets"] for row in records}
    entered = {row["session_id"]: datetime.fromisoformat(row["entered_at"]).timestamp() for row in stays}
    not_once = sum(len(targets.get(session, ())) != 1 for session in entered)
    by_agent: dict[str, list[tuple[float, float]]] = {}
    for rung in targets.values():
        for one in rung:
            by_agent.setdefault(one["number"], []).append(
                (one["added_at"], one["ended_at"] or one["added_at"])
            )
    too_early: int = sum(
        later[0] < earlier[1] for spans in by_agent.values() for earlier, later in pairwise(sorted(spans))
    )
    offered = [
        targets[session][0]["added_at"]
        for session in sorted(entered, key=lambda one: entered[one])
        if targets.get(session)
    ]
    overtaken: int = sum(later < earlier - SAME_MOMENT_S for earlier, later in pairwise(offered))
    print(f"  not once {not_once}, too early {too_early}, overtaken {overtaken}", flush=True)
    return not_once + too_early + overtaken
