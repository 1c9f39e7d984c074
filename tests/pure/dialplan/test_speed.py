"""A decision costs a worker's one thread next to nothing, however large the company is."""

from __future__ import annotations

from tests.bench.decisions import BUDGET_US, measure_decisions


def test_no_decision_of_a_large_company_takes_longer_than_it_may() -> None:
    slow = {cost.what: cost.median_us for cost in measure_decisions() if cost.median_us > BUDGET_US}
    assert slow == {}
