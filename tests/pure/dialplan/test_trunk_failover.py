"""When a call goes on to the next trunk, and what its caller hears after the last one."""

from __future__ import annotations

import pytest

from callmanager.domain.outcome import CallStatus
from callmanager.domain.trunk_failover import (
    TRUNK_DOWN,
    TRUNK_FULL,
    TRUNK_SILENT,
    goes_on,
    outcome_of_trunks,
)
from callmanager.domain.unanswered import Failure


@pytest.mark.parametrize("sip_code", [408, 500, 502, 503, 504, 599])
def test_a_trunk_that_failed_is_followed_by_the_next(sip_code: int) -> None:
    assert goes_on(sip_code)


@pytest.mark.parametrize("sip_code", [302, 403, 404, 480, 484, 486, 487, 488, 600, 603, 604])
def test_what_is_said_of_the_number_goes_on_only_if_the_rule_says_so(sip_code: int) -> None:
    assert not goes_on(sip_code)
    assert not goes_on(sip_code, frozenset({410}))
    assert goes_on(sip_code, frozenset({sip_code}))


def test_a_trunk_that_is_down_full_or_silent_is_followed_by_the_next() -> None:
    assert all(goes_on(failure.sip_code) for failure in (TRUNK_DOWN, TRUNK_FULL, TRUNK_SILENT))


TABLE = {
    "busy is busy": ([503, 486], False, CallStatus.BUSY, 486),
    "busy everywhere": ([600], False, CallStatus.BUSY, 600),
    "declined": ([603], True, CallStatus.REFUSED, 603),
    "unknown number": ([404], False, CallStatus.FAILED, 404),
    "rang and gave up": ([480], True, CallStatus.NO_ANSWER, 480),
    "unavailable at once": ([480], False, CallStatus.FAILED, 480),
    "all trunks down": ([503, 503, 503], False, CallStatus.FAILED, 500),
    "our password is wrong": ([407], False, CallStatus.FAILED, 500),
    "a redirection is not followed": ([302], False, CallStatus.FAILED, 480),
    "forbidden by the provider": ([403], False, CallStatus.FAILED, 403),
    "silent": ([408], False, CallStatus.FAILED, 480),
}


@pytest.mark.parametrize(("codes", "has_rung", "status", "sip_code"), TABLE.values(), ids=TABLE.keys())
def test_what_the_caller_hears(codes: list[int], has_rung: bool, status: CallStatus, sip_code: int) -> None:
    outcome = outcome_of_trunks([Failure(code) for code in codes], has_rung=has_rung)
    assert (outcome.status, outcome.sip_code) == (status, sip_code)
    assert outcome.reason


def test_every_final_code_gives_an_answer_a_caller_may_hear() -> None:
    for code in range(300, 700):
        outcome = outcome_of_trunks([Failure(code)], has_rung=False)
        assert 400 <= outcome.sip_code < 700
        assert outcome.sip_code not in (401, 407, 503)
