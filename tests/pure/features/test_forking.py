"""Which answer the caller gets when all phones failed, as a table."""

from __future__ import annotations

import pytest

from callmanager.domain.outcome import CallStatus
from sipworker.features.forking import Failure, is_final_for_all, outcome_of_all

BUSY, NO_ANSWER, FAILED, REFUSED = (
    CallStatus.BUSY,
    CallStatus.NO_ANSWER,
    CallStatus.FAILED,
    CallStatus.REFUSED,
)

TABLE = {
    "busy is busy": ([486], True, BUSY, 486),
    "one busy phone outweighs one that is gone": ([480, 486], True, BUSY, 486),
    "one busy phone outweighs a broken one": ([500, 486], True, BUSY, 486),
    "busy everywhere": ([600], False, BUSY, 600),
    "a decline wins over busy": ([486, 603], True, REFUSED, 603),
    "a phone that gave up after ringing was not answered": ([480], True, NO_ANSWER, 480),
    "a phone that timed out after ringing was not answered": ([408], True, NO_ANSWER, 480),
    "a phone that never rang could not be reached": ([408], False, FAILED, 480),
    "an unavailable phone that never rang failed": ([480], False, FAILED, 480),
    "no codec in common": ([488], False, FAILED, 488),
    "no codec in common, said by 606": ([606], False, FAILED, 488),
    "a challenge is not passed on, the caller would answer it": ([401], False, FAILED, 480),
    "a contact the edge lost is unavailable, not unknown": ([404], False, FAILED, 480),
    "a redirection is not followed": ([302], False, FAILED, 480),
    "a 503 is not ours to pass on": ([503], False, FAILED, 500),
    "unavailable outweighs a server error": ([503, 480], False, FAILED, 480),
    "another 6xx is passed on": ([604], False, FAILED, 604),
    "a leg that died without a code is unreachable": ([0], False, FAILED, 480),
}


@pytest.mark.parametrize(("codes", "has_rung", "status", "sip_code"), TABLE.values(), ids=TABLE.keys())
def test_outcome(codes: list[int], has_rung: bool, status: CallStatus, sip_code: int) -> None:
    outcome = outcome_of_all([Failure(code, "") for code in codes], has_rung=has_rung)
    assert (outcome.status, outcome.sip_code) == (status, sip_code)
    assert outcome.reason


def test_every_final_code_gives_an_answer_a_caller_may_hear() -> None:
    for code in range(300, 700):
        outcome = outcome_of_all([Failure(code, "")], has_rung=False)
        assert 400 <= outcome.sip_code < 700
        assert outcome.sip_code not in (401, 407, 503)


def test_only_6xx_speaks_for_the_person() -> None:
    assert [code for code in (302, 486, 503, 600, 603) if is_final_for_all(code)] == [600, 603]
