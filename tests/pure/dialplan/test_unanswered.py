"""Which answer the caller gets when all phones failed, and which forwarding follows, as a table."""

from __future__ import annotations

import pytest

from callmanager.domain.outcome import CallStatus
from callmanager.domain.unanswered import (
    NOT_REGISTERED,
    Failure,
    Unanswered,
    is_final_for_all,
    outcome_of_all,
    rung_too_long,
    why_unanswered,
)

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


def test_a_decline_may_be_one_phones_alone_where_an_extension_is_shared() -> None:
    assert not is_final_for_all(603, is_decline_final=False)
    assert is_final_for_all(600, is_decline_final=False)


@pytest.mark.parametrize(
    ("codes", "has_rung", "why"),
    [
        ([486], False, Unanswered.BUSY),
        ([600], False, Unanswered.BUSY),
        ([603], True, Unanswered.BUSY),
        ([480], True, Unanswered.NO_ANSWER),
        ([487, 408], True, Unanswered.NO_ANSWER),
        ([408], False, Unanswered.OFFLINE),
        ([404], False, Unanswered.OFFLINE),
        ([488], True, Unanswered.OFFLINE),
        ([503], True, Unanswered.OFFLINE),
        ([604], True, Unanswered.OFFLINE),
    ],
)
def test_which_forwarding_follows_the_answers(codes: list[int], has_rung: bool, why: Unanswered) -> None:
    assert why_unanswered(outcome_of_all([Failure(code) for code in codes], has_rung=has_rung)) is why


def test_which_forwarding_follows_silence() -> None:
    assert why_unanswered(NOT_REGISTERED) is Unanswered.OFFLINE
    assert why_unanswered(rung_too_long(has_rung=True)) is Unanswered.NO_ANSWER
    assert why_unanswered(rung_too_long(has_rung=False)) is Unanswered.OFFLINE
