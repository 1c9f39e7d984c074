"""One trunk of a simulated call, asked under the assumptions of whoever asks."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.call_assumptions import Assumptions, TrunkAnswer
from callmanager.domain.decisions import DialOut, TrunkTry
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_failover import goes_on
from callmanager.domain.unanswered import Failure


@dataclass(frozen=True, slots=True)
class Attempt:
    """One trunk of a DialOut that was tried. `failure` None: it rang there."""

    tried: TrunkTry
    trunk_name: str
    answer: TrunkAnswer
    failure: Failure | None
    goes_on: bool


def attempt(tried: TrunkTry, dial: DialOut, assumptions: Assumptions, snapshot: TenantSnapshot) -> Attempt:
    answer = assumptions.trunk(tried.trunk_id)
    failure = answer.failure
    is_next_tried = failure is not None and goes_on(failure.sip_code, dial.also_next_on)
    return Attempt(tried, trunk_name(tried.trunk_id, snapshot), answer, failure, is_next_tried)


def trunk_name(trunk_id: int, snapshot: TenantSnapshot) -> str:
    trunk = snapshot.find_trunk(trunk_id)
    return trunk.name if trunk is not None else str(trunk_id)
