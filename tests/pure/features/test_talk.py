"""An answered call: hold, digits, and every way to end it."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    BridgeLegs,
    EmitEvent,
    HangUpLeg,
    PlayMusicOnHold,
    SendDigit,
    StopMusicOnHold,
    UnbridgeLegs,
)
from sipworker.call.errors import IllegalSignal
from sipworker.call.session import MAX_LENGTH_TIMER
from sipworker.call.signals import (
    DigitPressed,
    HangUpRequested,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegUnheld,
    TimerFired,
)
from tests.pure.features.conftest import Call

ALICE, DESK, MOBILE = "alice", "s1-1", "s1-2"
BRIDGE, UNBRIDGE = BridgeLegs(ALICE, DESK), UnbridgeLegs(ALICE, DESK)


@pytest.mark.parametrize(("holder", "held"), [(ALICE, DESK), (DESK, ALICE)], ids=["caller", "callee"])
def test_hold_plays_music_to_the_other_side_only(talking: Call, holder: str, held: str) -> None:
    assert talking.hear(LegHeld(holder)) == [UNBRIDGE, PlayMusicOnHold(held)]
    assert talking.hear(LegUnheld(holder)) == [StopMusicOnHold(held), BRIDGE]


def test_hold_is_told_with_both_addresses(talking: Call) -> None:
    talking.hear(LegHeld(DESK))
    (event,) = [e for e in talking.of(EmitEvent) if e.kind is CallEventKind.CALL_HOLD]
    assert event.data == {
        "side": "callee",
        "aor": "102@acme.example",
        "peer_aor": "101@acme.example",
    }


def test_a_repeated_hold_is_one_hold(talking: Call) -> None:
    talking.hear(LegHeld(ALICE))
    assert talking.hear(LegHeld(ALICE)) == []


def test_an_unhold_without_hold_is_nothing(talking: Call) -> None:
    assert talking.hear(LegUnheld(ALICE)) == []


def test_two_holds_need_two_unholds_before_they_hear_each_other(talking: Call) -> None:
    talking.hear(LegHeld(ALICE))
    assert talking.hear(LegHeld(DESK)) == [PlayMusicOnHold(ALICE)]
    assert talking.hear(LegUnheld(ALICE)) == [StopMusicOnHold(DESK)]
    assert talking.hear(LegUnheld(DESK)) == [StopMusicOnHold(ALICE), BRIDGE]


def test_digits_go_to_the_other_side(talking: Call) -> None:
    assert talking.hear(DigitPressed(ALICE, "1", 100)) == [SendDigit(DESK, "1", 100)]
    assert talking.hear(DigitPressed(DESK, "#", 80)) == [SendDigit(ALICE, "#", 80)]


def test_the_callee_hangs_up(talking: Call) -> None:
    talking.hear(LegHungUp(DESK, False, 200, ""))
    assert talking.of(HangUpLeg) == [HangUpLeg(ALICE, "Callee hangup")]
    assert talking.end.callee_leg == DESK
    assert talking.end.outcome.ended_by is EndedBy.CALLEE


def test_the_caller_hangs_up_while_held(talking: Call) -> None:
    talking.hear(LegHeld(DESK), LegHungUp(ALICE, False, 200, ""))
    assert talking.of(HangUpLeg) == [HangUpLeg(DESK, "Caller hangup")]
    assert (talking.end.outcome.status, talking.end.outcome.ended_by) == (
        CallStatus.ANSWERED,
        EndedBy.CALLER,
    )


@pytest.mark.parametrize(("leg", "side"), [(ALICE, EndedBy.CALLER), (DESK, EndedBy.CALLEE)])
def test_a_phone_that_dies_ends_the_call_with_what_killed_it(talking: Call, leg: str, side: EndedBy) -> None:
    talking.hear(LegHungUp(leg, False, 408, "Session timer expired"))
    assert (talking.end.outcome.ended_by, talking.end.outcome.reason) == (side, "Session timer expired")
    assert talking.end.outcome.status is CallStatus.ANSWERED


def test_a_request_ends_both_sides(talking: Call) -> None:
    talking.hear(HangUpRequested(EndedBy.API, "Hung up by request"))
    assert {bye.leg for bye in talking.of(HangUpLeg)} == {ALICE, DESK}


def test_a_call_that_nobody_ends_is_ended(talking: Call) -> None:
    talking.hear(TimerFired(MAX_LENGTH_TIMER))
    assert talking.end.outcome.reason == "Maximum call length reached"
    assert {bye.leg for bye in talking.of(HangUpLeg)} == {ALICE, DESK}


def test_the_confirmed_cancel_of_a_loser_changes_nothing(talking: Call) -> None:
    assert talking.hear(LegFailed(MOBILE, 487, "Request Terminated")) == []


def test_what_cannot_be_is_refused_by_name(talking: Call) -> None:
    with pytest.raises(IllegalSignal):
        talking.hear(LegFailed(DESK, 486, ""))
    with pytest.raises(IllegalSignal):
        talking.hear(LegHeld("a leg of another call"))
    assert talking.hear(LegHeld(ALICE)) == [UNBRIDGE, PlayMusicOnHold(DESK)]
