"""What a feature adds to the setting up of a call: the same calls, with and without it, in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Any

from tests.bench.measures import Bench
from tests.bench.subscribers import FIRST_NUMBER, PAIRS
from tests.phones.rest import RestClient
from tests.phones.waiting import until

CALLS_PER_S, STEP_S, ROUNDS = 20, 10, 3
GROUP, QUEUE = "8101", "8102"
CALLEE, *CALLEES, FORWARDED = (
    str(number) for number in range(FIRST_NUMBER + PAIRS, FIRST_NUMBER + 2 * PAIRS)
)
PLAIN = "called directly"
FEATURES: Mapping[str, str] = {
    PLAIN: CALLEE,
    "ring group of one": GROUP,
    "forwarded": FORWARDED,
    "queue with free agents": QUEUE,
}


@dataclass(slots=True)
class FeatureCosts:
    """Milliseconds of the worker's CPU for one call, of each round."""

    by_feature: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0

    def table(self) -> str:
        heads = ("call", "worker ms", "adds ms", "rounds")
        plain = median(self.by_feature[PLAIN])
        rows = [
            f"| {name} | {median(costs):.2f} | {median(costs) - plain:+.2f} | {_figures(costs)} |"
            for name, costs in self.by_feature.items()
        ]
        return "\n".join(
            [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows, f"failed: {self.failed}"]
        )


def _figures(costs: list[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in costs)


def feature_costs(bench: Bench, rest: RestClient) -> FeatureCosts:
    costs = FeatureCosts()
    with _features(rest):
        for number in FEATURES.values():
            # The worker learns of it within a moment; a call shows that it has.
            until(partial(_is_in_force, bench, number), 30, f"calls to {number} succeed")
        for _ in range(ROUNDS):
            for name, number in FEATURES.items():
                rate = bench.call_rate(CALLS_PER_S, STEP_S, callee=number)
                costs.by_feature.setdefault(name, []).append(rate.worker_cpu_ms_per_call)
                costs.failed += rate.failed
    return costs


def _is_in_force(bench: Bench, number: str) -> bool:
    return bench.call_rate(1, 1, callee=number).failed == 0


@contextmanager
def _features(rest: RestClient) -> Iterator[None]:
    group = rest.post(
        "/ring_groups",
        {
            "number": GROUP,
            "name": "One",
            "skips_busy": False,
            "members": [{"kind": "extension", "number": CALLEE}],
        },
    )
    (extension,) = rest.rows("/extensions", search=FORWARDED)
    destination = {"kind": "extension", "target": CALLEE}
    rest.patch(
        f"/extensions/{extension['id']}",
        {
            "forwards": [
                {
                    "status": "available",
                    "during": during,
                    "when": "always",
                    "destination": destination,
                    "ring_timeout_s": 0,
                }
                for during in ("office_hours", "outside_office_hours")
            ]
        },
    )
    agents = [{"number": number} for number in CALLEES]
    queue = rest.post(
        "/call_queues",
        {
            "number": QUEUE,
            "name": "Many",
            "strategy": "cyclic_hunt",
            "members": agents,
            "keeps_waiting": True,
        },
    )
    rows: Any = rest.get(f"/call_queues/{queue['id']}/agents")
    for agent in rows:
        wanted = {"extension_number": QUEUE, "extension_id": agent["extension_id"], "status": True}
        rest.post("/call_queues/member_state", wanted)
    yield
    rest.delete(f"/call_queues/{queue['id']}")
    rest.delete(f"/ring_groups/{group['id']}")
    rest.patch(f"/extensions/{extension['id']}", {"forwards": []})
