"""Bob parks Alice's call; Carol retrieves it, or it comes back to Bob."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    PlayFiles,
    PlayMusicOnHold,
    RefuseLeg,
    StopMusicOnHold,
)
from sipworker.call.other_calls import JoinReason, MoveLeg
from sipworker.call.signals import InviteReceived, LegAnswered, LegFailed, LegHeld, LegHungUp, PlaybackEnded
from sipworker.call.transfers import TransferAsked
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ACME_ID,
    BOB,
    BOBS_DESK,
    CAROL,
    GLOBEX_DOMAIN,
    alice_calls,
    mallory_calls,
)
from tests.fakes import WorkerInMemory

# Alice's call, in which Bob's desk phone is the first leg; and the one by which he parks it.
CALL, PARKED = "s1", "s2"
BOBS_LEG = "s1-1"


def carol_calls(dialled: str, leg: str = "carol") -> InviteReceived:
    return replace(alice_calls(dialled, leg=leg), caller=CAROL)


def bob_calls(dialled: str, leg: str = "bob") -> InviteReceived:
    return replace(alice_calls(dialled, leg=leg), caller=BOB)


def told(worker: WorkerInMemory, session_id: str, kind: CallEventKind) -> list[dict[str, object]]:
    return [dict(event.data) for event in worker.events.of(session_id) if event.kind is kind]


@pytest.fixture
def held(worker: WorkerInMemory) -> WorkerInMemory:
    """Alice talks with Bob, who holds the call."""
    worker.contacts.by_aor = {f"{BOB}@{ACME_DOMAIN}": (BOBS_DESK,)}
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(BOBS_LEG), LegHeld(BOBS_LEG))
    worker.sip.take_actions()
    return worker


@pytest.fixture
def parked(held: WorkerInMemory) -> WorkerInMemory:
    held.hear(bob_calls("*68"))
    held.hear(LegHungUp(BOBS_LEG, False, 200, ""), PlaybackEnded("bob", "parking place"))
    held.hear(LegHungUp("bob", False, 200, ""))
    return held


def test_a_held_call_is_parked_and_who_parks_it_hears_where(held: WorkerInMemory) -> None:
    held.hear(bob_calls("*68"))
    actions = held.sip.take_actions()
    assert AnswerLeg("bob") in actions
    assert any(isinstance(one, PlayFiles) and one.leg == "bob" for one in actions)
    assert PlayMusicOnHold("alice") in actions
    assert HangUpLeg(BOBS_LEG, "Parked") in actions
    held.hear(PlaybackEnded("bob", "parking place"))
    assert HangUpLeg("bob", "The call is parked") in held.sip.actions
    held.hear(LegHungUp("bob", False, 200, ""), LegHungUp(BOBS_LEG, False, 200, ""))
    assert held.runner.live_calls == 1
    live = held.events.live[PARKED]
    assert (live["park_slot"], live["parked_by"], live["parked_number"]) == ("1", BOB, "101")
    assert told(held, PARKED, CallEventKind.CALL_PARKED) == [{"slot": "1", "number": "101", "parked_by": BOB}]
    assert held.cdr(CALL).ended_reason == "Parked"


def test_a_parked_call_is_retrieved_from_any_phone(parked: WorkerInMemory) -> None:
    parked.sip.take_actions()
    parked.hear(carol_calls("*881"))
    actions = parked.sip.take_actions()
    assert StopMusicOnHold("alice") in actions
    assert BridgeLegs("alice", "carol") in actions
    assert parked.events.live[PARKED]["park_slot"] == ""
    assert told(parked, PARKED, CallEventKind.CALL_UNPARKED)[0]["reason"] == "retrieved"
    parked.hear(carol_calls("*881", leg="too late"))
    assert RefuseLeg("too late", 404, "Nobody is parked there", 1) in parked.sip.actions
    parked.hear(LegHungUp("carol", False, 200, ""))
    assert parked.cdr(PARKED).ended_by is EndedBy.CALLEE
    assert parked.runner.live_calls == 0


def test_whoever_retrieves_can_hold_and_park_anew(parked: WorkerInMemory) -> None:
    parked.hear(carol_calls("*881"))
    parked.hear(LegHeld("carol"))
    parked.hear(carol_calls("*687", leg="carol2"))
    assert told(parked, "s4", CallEventKind.CALL_PARKED)[0]["slot"] == "7"


def test_after_a_while_it_rings_at_who_parked_it_and_again(parked: WorkerInMemory) -> None:
    parked.sip.take_actions()
    parked.wait(59)
    assert parked.dialled_legs() == []
    parked.wait(2)
    (dial,) = (one for one in parked.sip.actions if isinstance(one, DialLeg))
    assert (dial.number, dial.caller) == (BOB, "101")
    parked.hear(LegFailed(dial.leg, 486, "Busy Here"))
    assert parked.events.live[PARKED]["park_slot"] == "1"
    parked.wait(61)
    again = parked.dialled_legs()[-1]
    assert again != dial.leg
    parked.sip.take_actions()
    parked.hear(LegAnswered(again))
    actions = parked.sip.take_actions()
    assert BridgeLegs("alice", again) in actions
    assert StopMusicOnHold("alice") in actions
    assert not any(isinstance(one, AnswerLeg) for one in actions)
    assert told(parked, PARKED, CallEventKind.CALL_UNPARKED)[0]["reason"] == "returned"
    assert told(parked, PARKED, CallEventKind.CALL_JOINED)[-1]["number"] == BOB
    parked.hear(LegHungUp(again, False, 200, ""))
    assert parked.runner.live_calls == 0


def test_it_can_be_retrieved_while_it_rings_back(parked: WorkerInMemory) -> None:
    parked.wait(61)
    rung = parked.dialled_legs()[-1]
    parked.sip.take_actions()
    parked.hear(carol_calls("*881"))
    actions = parked.sip.take_actions()
    assert BridgeLegs("alice", "carol") in actions
    assert any(isinstance(one, CancelLeg) and one.leg == rung for one in actions)
    assert AnswerLeg("alice") not in actions
    parked.hear(LegHungUp("alice", False, 200, ""))
    assert parked.runner.live_calls == 0


def test_who_gives_up_leaves_the_place_free(parked: WorkerInMemory) -> None:
    parked.hear(LegHungUp("alice", False, 200, ""))
    assert told(parked, PARKED, CallEventKind.CALL_UNPARKED)[0]["reason"] == "hung_up"
    assert parked.cdr(PARKED).status is CallStatus.ANSWERED
    parked.hear(carol_calls("*881"))
    assert parked.cdr("s3").sip_code == 404
    assert parked.runner.live_calls == 0


def test_a_place_holds_one_call_and_the_next_free_one_is_taken(parked: WorkerInMemory) -> None:
    parked.hear(carol_calls("*681"))
    assert RefuseLeg("carol", 486, "Somebody is parked there already", 17) in parked.sip.actions
    parked.hear(carol_calls("*68", leg="waits for a transfer"))
    parked.hear(bob_calls("*68", leg="third"))
    assert parked.runner.live_calls == 3


def test_a_place_that_is_only_reserved_has_nobody_to_take(worker: WorkerInMemory) -> None:
    worker.hear(bob_calls("*68"))
    worker.hear(carol_calls("*881"))
    assert worker.cdr("s2").sip_code == 404


def test_when_all_places_are_taken_nobody_is_parked(parked: WorkerInMemory) -> None:
    codes = replace(ACME.dial_codes, park_slots=1)
    parked.snapshots.by_tenant[ACME_ID] = replace(ACME, dial_codes=codes)
    parked.hear(carol_calls("*68"))
    assert RefuseLeg("carol", 486, "All parking places are taken", 17) in parked.sip.actions


@pytest.mark.parametrize("dialled", ["*6821", "*680", "*6801", "*8821", "*88x"])
def test_there_are_no_other_places(parked: WorkerInMemory, dialled: str) -> None:
    parked.hear(carol_calls(dialled))
    assert parked.cdr("s3").sip_code == 404


def test_an_attended_transfer_parks(worker: WorkerInMemory) -> None:
    worker.contacts.by_aor = {f"{BOB}@{ACME_DOMAIN}": (BOBS_DESK,)}
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(BOBS_LEG))
    worker.hear(bob_calls("*683"))
    worker.hear(PlaybackEnded("bob", "parking place"))
    assert worker.events.live[PARKED]["park_slot"] == ""
    call = worker.runner._registry.find(PARKED)
    assert call is not None
    worker.runner._perform(call, MoveLeg("alice", PARKED, JoinReason.TRANSFER, in_place_of="bob"))
    while worker.runner._answers:
        worker.runner._step(*worker.runner._answers.popleft())
    assert worker.events.live[PARKED]["park_slot"] == "3"
    assert HangUpLeg("bob", "The call is parked") in worker.sip.actions


def test_a_stranger_finds_nobody_at_the_same_place(parked: WorkerInMemory) -> None:
    parked.hear(mallory_calls("*881", GLOBEX_DOMAIN))
    assert parked.cdr("s3").sip_code == 404
    parked.hear(mallory_calls("*681", GLOBEX_DOMAIN, leg="mallory2"))
    assert AnswerLeg("mallory2") in parked.sip.actions
    assert parked.events.live[PARKED]["park_slot"] == "1"


@pytest.mark.parametrize("dialled", ["*68", "*681"])
def test_who_heard_the_place_and_transfers_a_call_to_it_gets_that_place(
    worker: WorkerInMemory, dialled: str
) -> None:
    """As the transfer of a call to a number: Alice's call asks for the place that Bob waits at."""
    worker.contacts.by_aor = {f"{BOB}@{ACME_DOMAIN}": (BOBS_DESK,)}
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(BOBS_LEG))
    worker.hear(bob_calls(dialled))
    worker.hear(TransferAsked(BOBS_LEG, dialled, ACME_DOMAIN, is_attended=True, replaces="bob"))
    assert worker.events.live[CALL]["park_slot"] == "1"
    assert worker.cdr(PARKED).ended_reason == "The call is parked"
    worker.hear(carol_calls("*881"))
    assert BridgeLegs("alice", "carol") in worker.sip.actions
