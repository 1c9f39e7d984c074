"""Ringing all phones of an extension, up to the answer or the end."""

from __future__ import annotations

import pytest

from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    EndCall,
    FindContacts,
    HangUpLeg,
    RefuseLeg,
    RingLeg,
    SendDigit,
    StartTimer,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.session import MAX_LENGTH_TIMER
from sipworker.call.signals import (
    ContactsFound,
    DigitPressed,
    HangUpRequested,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegRinging,
    TimerFired,
)
from tests.cast import ACME_DOMAIN, BOB, BOBS_DESK
from tests.pure.features.conftest import Call

DESK, MOBILE = "s1-1", "s1-2"


def rings(leg: str) -> LegRinging:
    return LegRinging(leg, 180, early_media=False)


def has_early_media(leg: str) -> LegRinging:
    return LegRinging(leg, 183, early_media=True, codec="G722")


def test_contacts_are_asked_for_first(call: Call) -> None:
    assert call.of(FindContacts) == [FindContacts(BOB, ACME_DOMAIN)]


def test_every_contact_is_dialled_with_the_callers_codecs_and_directory_name(ringing: Call) -> None:
    first, second = ringing.of(DialLeg)
    assert (first.ruid, second.ruid) == ("uloc-desk", "uloc-mobile")
    assert first.codecs == ("G722", "PCMA")
    assert (first.caller, first.caller_display_name) == ("101", "Alice")
    assert ringing.of(StartTimer) == [StartTimer("ring", 20)]


def test_nobody_registered_is_unavailable(call: Call) -> None:
    actions = call.hear(ContactsFound(BOB, ()))
    assert actions[0] == RefuseLeg("alice", 480, "Not registered", 18)
    assert call.end.outcome.status is CallStatus.FAILED


def test_the_caller_hears_ringing_once(ringing: Call) -> None:
    assert ringing.hear(rings(DESK), rings(MOBILE), rings(DESK)) == [RingLeg("alice", 180, False)]


def test_early_media_of_the_first_phone_reaches_the_caller(ringing: Call) -> None:
    actions = ringing.hear(has_early_media(MOBILE), has_early_media(DESK))
    assert actions == [RingLeg("alice", 183, True, "G722"), BridgeLegs("alice", MOBILE)]


def test_early_media_may_follow_ringing(ringing: Call) -> None:
    actions = ringing.hear(rings(DESK), has_early_media(DESK))
    assert actions[-1] == BridgeLegs("alice", DESK)


def test_a_digit_reaches_the_phone_that_is_heard_early(ringing: Call) -> None:
    ringing.hear(has_early_media(DESK))
    assert ringing.hear(DigitPressed("alice", "5", 160)) == [SendDigit(DESK, "5", 160)]


def test_a_digit_before_early_media_goes_nowhere(ringing: Call) -> None:
    assert ringing.hear(rings(DESK), DigitPressed("alice", "5", 160)) == [RingLeg("alice", 180, False)]


def test_the_first_answer_gets_the_call_and_the_others_are_told(ringing: Call) -> None:
    actions = ringing.hear(rings(DESK), rings(MOBILE), LegAnswered(MOBILE, "Softphone 2", "PCMA"))
    assert actions[1:] == [
        AnswerLeg("alice", "PCMA"),
        StartTimer(MAX_LENGTH_TIMER, 43200.0),
        BridgeLegs("alice", MOBILE),
        CancelLeg(DESK, 200, "Call completed elsewhere"),
        StopTimer("ring"),
    ]


def test_the_early_phone_that_answers_stays_bridged(ringing: Call) -> None:
    actions = ringing.hear(has_early_media(DESK), LegAnswered(DESK))
    assert actions.count(BridgeLegs("alice", DESK)) == 1
    assert not ringing.of(UnbridgeLegs)


def test_the_bridge_moves_from_the_early_phone_to_the_one_that_answers(ringing: Call) -> None:
    ringing.hear(has_early_media(DESK), LegAnswered(MOBILE))
    assert ringing.of(UnbridgeLegs) == [UnbridgeLegs("alice", DESK)]
    assert ringing.of(BridgeLegs)[-1] == BridgeLegs("alice", MOBILE)


def test_an_early_phone_that_fails_leaves_the_bridge(ringing: Call) -> None:
    actions = ringing.hear(has_early_media(DESK), LegFailed(DESK, 486, "Busy Here"))
    assert actions[-1] == UnbridgeLegs("alice", DESK)
    assert not ringing.session.is_over


def test_a_second_answer_at_the_same_time_is_hung_up(ringing: Call) -> None:
    assert ringing.hear(LegAnswered(DESK), LegAnswered(MOBILE))[-1] == HangUpLeg(MOBILE, "Answered too late")
    assert ringing.session.people.is_answered


def test_one_busy_phone_lets_the_others_ring(ringing: Call) -> None:
    assert ringing.hear(rings(MOBILE), LegFailed(DESK, 486, "Busy Here")) == [RingLeg("alice", 180, False)]


def test_all_busy_is_busy(ringing: Call) -> None:
    actions = ringing.hear(LegFailed(DESK, 486, ""), LegFailed(MOBILE, 486, ""))
    assert actions[0] == RefuseLeg("alice", 486, "Busy", 17)
    assert (ringing.end.outcome.status, ringing.end.outcome.ended_by) == (
        CallStatus.BUSY,
        EndedBy.CALLEE,
    )


def test_a_decline_on_one_phone_stops_all(ringing: Call) -> None:
    actions = ringing.hear(rings(DESK), rings(MOBILE), LegFailed(MOBILE, 603, "Decline"))
    assert actions[1:3] == [
        RefuseLeg("alice", 603, "Declined", 21),
        CancelLeg(DESK, 603, "Declined"),
    ]
    assert ringing.end.outcome.status is CallStatus.REFUSED


def test_ringing_too_long_is_no_answer(ringing: Call) -> None:
    actions = ringing.hear(rings(DESK), TimerFired("ring"))
    assert actions[1:4] == [
        RefuseLeg("alice", 480, "No answer", 19),
        CancelLeg(DESK, 480, "No answer"),
        CancelLeg(MOBILE, 480, "No answer"),
    ]
    assert ringing.end.outcome.status is CallStatus.NO_ANSWER


def test_phones_that_never_ring_are_a_failure(ringing: Call) -> None:
    ringing.hear(TimerFired("ring"))
    assert (ringing.end.outcome.status, ringing.end.outcome.reason) == (
        CallStatus.FAILED,
        "No phone responded",
    )


def test_the_caller_cancels(ringing: Call) -> None:
    actions = ringing.hear(rings(DESK), LegHungUp("alice", True, 487, ""))
    assert actions[1:3] == [
        CancelLeg(DESK, 0, "Cancelled by caller"),
        CancelLeg(MOBILE, 0, "Cancelled by caller"),
    ]
    assert (ringing.end.outcome.status, ringing.end.outcome.ended_by) == (
        CallStatus.CANCELLED,
        EndedBy.CALLER,
    )


def test_a_caller_that_dies_while_ringing_is_a_failure(ringing: Call) -> None:
    ringing.hear(LegHungUp("alice", False, 408, "Transport lost"))
    assert (ringing.end.outcome.status, ringing.end.outcome.sip_code) == (CallStatus.FAILED, 408)
    assert not ringing.of(RefuseLeg)


def test_a_request_ends_ringing(ringing: Call) -> None:
    actions = ringing.hear(HangUpRequested(EndedBy.API, "Hung up by request"))
    assert actions[0] == RefuseLeg("alice", 480, "Hung up by request", 18)
    assert ringing.end.outcome.ended_by is EndedBy.API


def test_an_answer_after_the_timeout_hears_nothing_more(ringing: Call) -> None:
    ringing.hear(rings(DESK), TimerFired("ring"))
    assert ringing.hear(LegAnswered(DESK)) == []


@pytest.mark.parametrize("contacts", [1, 2, 12])
def test_legs_have_names_of_their_own(call: Call, contacts: int) -> None:
    call.hear(ContactsFound(BOB, (BOBS_DESK,) * contacts))
    assert len({dial.leg for dial in call.of(DialLeg)}) == contacts


def test_the_end_is_said_last_and_once(ringing: Call) -> None:
    ringing.hear(LegHungUp("alice", True, 487, ""), LegFailed(DESK, 487, ""), TimerFired("ring"))
    assert ringing.log[-1] == ringing.end
    assert isinstance(ringing.log[-1], EndCall)
