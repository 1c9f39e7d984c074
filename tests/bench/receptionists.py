"""How many calls a second a virtual receptionist answers: each hears its prompt for as long as it is held."""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.measures import Bench
from tests.bench.results import CallRate
from tests.phones.rest import RestClient
from tests.phones.waiting import until

DESK = "8001"
RATES, STEP_S, HOLD_S = (20, 50, 75), 10, 2.0


def receptionist_rates(bench: Bench, rest: RestClient) -> list[CallRate]:
    made = rest.post("/receptionists", {"number": DESK, "name": "Bench"})
    # The worker learns of it within a moment; a call shows that it has.
    until(lambda: bench.call_rate(1, 1, callee=DESK).failed == 0, 30, "the worker knows the receptionist")
    rates = [bench.call_rate(calls_per_s, STEP_S, HOLD_S, callee=DESK) for calls_per_s in RATES]
    rest.delete(f"/receptionists/{made['id']}")
    return rates


def table(rates: Sequence[CallRate]) -> str:
    rows = [
        f"| {rate.calls_per_s} | {rate.attempts} | {rate.failed} | {rate.records} | {rate.edge_cpu_ms_per_call:.1f} "
        f"| {rate.worker_cpu_ms_per_call:.1f} |"
        for rate in rates
    ]
    head = [
        "| receptionist: calls/s | calls | failed | CDRs | edge ms | worker ms per call |",
        "|---|---|---|---|---|---|",
    ]
    return "\n".join([*head, *rows])
