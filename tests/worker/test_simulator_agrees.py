"""What the simulator says of a call is what a worker's own machine does with it: 700 calls by chance."""

from __future__ import annotations

from collections import Counter

import pytest

from callmanager.domain.call_simulation import EndKind, Simulated, Simulation, simulate
from callmanager.domain.decisions import DialOut
from callmanager.domain.incoming_call import IncomingCall, Usage
from callmanager.domain.outgoing_headers import ANONYMOUS
from callmanager.domain.simulation_request import SimulationInvalid, SimulationWish, read_wish
from tests.cast import ACME_DOMAIN
from tests.worker.played_call import play
from tests.worker.random_companies import Circumstances, circumstances

CALLS = 700


def simulated(given: Circumstances) -> Simulation:
    return simulate(Simulated(question(given), given.at, given.assumed), given.snapshot)


def question(given: Circumstances) -> IncomingCall:
    is_unknown = bool(given.trunk_id) and given.caller in ("", ANONYMOUS)
    return IncomingCall(
        ANONYMOUS if is_unknown else given.caller,
        ACME_DOMAIN,
        given.dialled,
        ACME_DOMAIN,
        trunk_id=given.trunk_id,
        is_private=is_unknown,
        running_calls=0,
        usage=Usage({}, given.minutes, given.members),
    )


@pytest.mark.parametrize("seed", range(CALLS))
def test_simulator_and_worker_agree(seed: int) -> None:
    given = circumstances(seed)
    said, done = simulated(given), play(given)
    end = said.end
    assert (end.kind, end.answered_by) == (done.kind, done.answered_by)
    if end.kind is EndKind.REFUSED:
        assert (end.outcome.sip_code, end.outcome.reason) == (done.sip_code, done.reason)
    assert list(said.rung) == done.rung
    assert [(tried.trunk_id, tried.headers) for tried in said.tried] == done.tried


def test_the_calls_are_of_all_kinds() -> None:
    """Or their agreement would prove little."""
    kinds: Counter[str] = Counter()
    for seed in range(CALLS):
        said = simulated(circumstances(seed))
        kinds[said.end.kind] += 1
        kinds["from outside"] += said.asked.call.is_from_outside
        kinds["forwarded"] += len(said.steps) > 1
        kinds["group"] += any(step.group is not None and len(step.group.rung) > 1 for step in said.steps)
        kinds["failed over"] += any(len(step.attempts) > 1 for step in said.steps)
        kinds["emergency"] += any(
            isinstance(step.decision, DialOut) and step.decision.is_emergency for step in said.steps
        )
    wanted = (*EndKind, "from outside", "forwarded", "group", "failed over", "emergency")
    assert min(kinds[kind] for kind in wanted) >= 8


@pytest.mark.parametrize("seed", range(0, CALLS, 10))
def test_a_question_as_people_write_it_is_the_workers_question(seed: int) -> None:
    given = circumstances(seed)
    wish = SimulationWish(caller=given.caller, called=given.dialled, trunk_id=given.trunk_id or None)
    if ";" in given.dialled:
        with pytest.raises(SimulationInvalid):
            read_wish(wish, given.snapshot, given.at)
        return
    read, asked = read_wish(wish, given.snapshot, given.at).call, question(given)
    assert (read.caller, read.dialled, read.trunk_id, read.is_private) == (
        asked.caller,
        asked.dialled,
        asked.trunk_id,
        asked.is_private,
    )
