"""Somebody comes into a call from another one: in a talker's place, or while it rings. And whoever is there counts."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    EmitEvent,
    HangUpLeg,
    PlayMusicOnHold,
    StartTimer,
    StopMusicOnHold,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.legs import Leg, LegState
from sipworker.call.other_calls import JoinReason, PartyJoined, PartyLeft
from sipworker.call.party import Party
from sipworker.call.signals import LegHeld, LegHungUp, LegUnheld
from tests.pure.features.conftest import Call

ALICE, DESK, MOBILE, CAROL = "alice", "s1-1", "s1-2", "carol"


def carol_joins(call: Call, in_place_of: str, *, is_held: bool = False) -> list[object]:
    party = Party(CAROL, "103", "acme.example", "Carol")
    call.session.adopt(Leg(party, LegState.HELD if is_held else LegState.UP))
    return list(
        call.hear(PartyJoined(party, "s2", "call-2", JoinReason.REPLACES, in_place_of, is_held=is_held))
    )


def told(call: Call, kind: CallEventKind) -> list[dict[str, object]]:
    return [dict(event.data) for event in call.of(EmitEvent) if event.kind is kind]


@pytest.mark.parametrize(
    ("old", "bridge", "side"),
    [(DESK, BridgeLegs(ALICE, CAROL), "callee"), (ALICE, BridgeLegs(CAROL, DESK), "caller")],
    ids=["in the callee's place", "in the caller's place"],
)
def test_a_newcomer_talks_in_anothers_place(talking: Call, old: str, bridge: BridgeLegs, side: str) -> None:
    assert carol_joins(talking, old) == [
        UnbridgeLegs(ALICE, DESK),
        bridge,
        HangUpLeg(old, "Somebody else has taken the call"),
    ]
    (joined,) = told(talking, CallEventKind.CALL_JOINED)
    assert (joined["side"], joined["number"], joined["from_session"], joined["from_call_id"]) == (
        side,
        "103",
        "s2",
        "call-2",
    )
    assert talking.hear(LegHungUp(old, False, 200, "")) == []
    talking.hear(LegHungUp(CAROL, False, 200, ""))
    assert talking.end.outcome.ended_by is EndedBy(side)


def test_the_music_of_somebody_who_held_ends_with_his_place(talking: Call) -> None:
    talking.hear(LegHeld(DESK))
    assert carol_joins(talking, DESK) == [
        StopMusicOnHold(ALICE),
        BridgeLegs(ALICE, CAROL),
        HangUpLeg(DESK, "Somebody else has taken the call"),
    ]
    assert told(talking, CallEventKind.CALL_UNHOLD)[0]["aor"] == "102@acme.example"


def test_a_newcomer_who_holds_is_waited_for_with_music(talking: Call) -> None:
    assert carol_joins(talking, DESK, is_held=True) == [
        UnbridgeLegs(ALICE, DESK),
        PlayMusicOnHold(ALICE),
        HangUpLeg(DESK, "Somebody else has taken the call"),
    ]
    assert told(talking, CallEventKind.CALL_HOLD)[0]["aor"] == "103@acme.example"
    assert talking.hear(LegUnheld(CAROL)) == [StopMusicOnHold(ALICE), BridgeLegs(ALICE, CAROL)]


def test_a_ringing_call_is_answered_by_who_joins_it(ringing: Call) -> None:
    heard = carol_joins(ringing, DESK)
    assert [type(action) for action in heard[:2]] == [AnswerLeg, StartTimer]
    assert heard[2] == BridgeLegs(ALICE, CAROL)
    assert [cancel.leg for cancel in ringing.of(CancelLeg)] == [DESK, MOBILE]
    assert StopTimer("ring") in ringing.log
    (established,) = told(ringing, CallEventKind.CALL_ESTABLISHED)
    assert (established["target_id"], established["number"]) == (CAROL, "103")
    ringing.hear(LegHungUp(CAROL, False, 200, ""))
    assert (ringing.end.outcome.status, ringing.end.outcome.ended_by) == (
        CallStatus.ANSWERED,
        EndedBy.CALLEE,
    )


def test_whom_the_call_cant_take_in_is_hung_up(talking: Call) -> None:
    assert carol_joins(talking, "nobody") == [HangUpLeg(CAROL, "The call can't take anybody in")]


def test_a_call_that_somebody_leaves_for_another_ends_and_says_where_it_goes_on(talking: Call) -> None:
    leg = talking.session.release(DESK)
    assert leg.party.number == "102"
    talking.hear(PartyLeft(DESK, "s2", "call-2", JoinReason.TRANSFER))
    assert talking.of(HangUpLeg) == [HangUpLeg(ALICE, "Transferred to another call")]
    (moved,) = told(talking, CallEventKind.CALL_MOVED)
    assert (moved["to_session"], moved["to_call_id"], moved["target_id"]) == ("s2", "call-2", DESK)
    assert told(talking, CallEventKind.TARGET_ENDED)[-1]["target_id"] == DESK
    assert talking.end.outcome.status is CallStatus.ANSWERED


def test_who_talks_is_who_is_there(talking: Call) -> None:
    assert [one.number for one in talking.session.people.talking] == ["101", "102"]
    carol_joins(talking, ALICE)
    assert [one.number for one in talking.session.people.talking] == ["102", "103"]
    partner = talking.session.people.find_partner(CAROL)
    assert partner is not None
    assert partner.number == "102"
