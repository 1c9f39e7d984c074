"""Carol picks up what rings at Bob, or what he holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.dial_codes import profile_codes
from callmanager.domain.dial_features import DialProfile
from callmanager.domain.outcome import CallStatus
from callmanager.domain.rights import GroupEntry
from callmanager.domain.ring_groups import RingGroupEntry
from sipworker.call.actions import AnswerLeg, BridgeLegs, CancelLeg, HangUpLeg, RefuseLeg
from sipworker.call.signals import InviteReceived, LegAnswered, LegHeld, LegHungUp, LegRinging
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ACME_ID,
    ALICE,
    BOB,
    BOBS_DESK,
    CAROL,
    GLOBEX,
    GLOBEX_DOMAIN,
    GLOBEX_ID,
    alice_calls,
    mallory_calls,
)
from tests.fakes import WorkerInMemory
from tests.worker.trunk_cast import ACME_OUTSIDE, BOBS_DID, provider_calls

DESK, MOBILE = "s1-1", "s1-2"


def carol_calls(dialled: str, leg: str = "carol") -> InviteReceived:
    return replace(alice_calls(dialled, leg=leg), caller=CAROL)


@pytest.fixture
def ringing(worker: WorkerInMemory) -> WorkerInMemory:
    """Alice rings Bob on two phones."""
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, early_media=False))
    worker.sip.take_actions()
    return worker


@pytest.mark.parametrize("dialled", ["**102", "*8"])
def test_a_ringing_call_is_taken_and_the_phones_learn_that_it_was(
    ringing: WorkerInMemory, dialled: str
) -> None:
    ringing.hear(carol_calls(dialled))
    actions = ringing.sip.take_actions()
    assert AnswerLeg("carol") in actions
    assert any(isinstance(action, AnswerLeg) and action.leg == "alice" for action in actions)
    assert BridgeLegs("alice", "carol") in actions
    cancels = [action for action in actions if isinstance(action, CancelLeg)]
    assert {(cancel.leg, cancel.sip_code) for cancel in cancels} == {(DESK, 200), (MOBILE, 200)}
    established = next(
        event.data for event in ringing.events.of("s1") if event.kind is CallEventKind.CALL_ESTABLISHED
    )
    assert established["number"] == CAROL
    ringing.hear(LegHungUp("carol", False, 200, ""))
    assert (ringing.cdr("s1").answered_number, ringing.cdr("s1").callee) == (CAROL, BOB)
    own = ringing.cdr("s2")
    assert (own.answered_by, own.callee, own.ended_reason) == ("pickup", dialled, "Picked up another call")
    assert ringing.runner.live_calls == 0


@pytest.mark.parametrize("dialled", ["**102", "##102"])
def test_a_held_call_is_taken_where_none_rings(ringing: WorkerInMemory, dialled: str) -> None:
    ringing.hear(LegAnswered(DESK))
    ringing.hear(LegHeld(DESK))
    ringing.sip.take_actions()
    ringing.hear(carol_calls(dialled))
    actions = ringing.sip.take_actions()
    assert BridgeLegs("alice", "carol") in actions
    assert HangUpLeg(DESK, "Somebody else has taken the call") in actions
    ringing.hear(LegHungUp("alice", False, 200, ""))
    assert ringing.cdr("s1").status is CallStatus.ANSWERED


def test_a_ringing_call_goes_before_a_held_one_and_the_oldest_before_the_others(
    ringing: WorkerInMemory,
) -> None:
    ringing.contacts.by_aor[f"{ALICE}@{ACME_DOMAIN}"] = (BOBS_DESK,)
    ringing.hear(replace(alice_calls(BOB, leg="second"), caller="104"))
    ringing.hear(carol_calls("**102"))
    assert BridgeLegs("alice", "carol") in ringing.sip.actions
    ringing.hear(carol_calls("##102", leg="again"))
    assert RefuseLeg("again", 404, "There is no call to pick up", 1) in ringing.sip.actions


@pytest.mark.parametrize("dialled", ["**102", "##102", "*8"])
def test_there_may_be_nothing_to_take(worker: WorkerInMemory, dialled: str) -> None:
    worker.hear(carol_calls(dialled))
    assert RefuseLeg("carol", 404, "There is no call to pick up", 1) in worker.sip.actions
    assert worker.cdr().status is CallStatus.REFUSED


def test_a_call_that_is_talked_in_is_not_taken(ringing: WorkerInMemory) -> None:
    ringing.hear(LegAnswered(DESK))
    ringing.hear(carol_calls("**102"))
    assert ringing.cdr("s2").sip_code == 404


def test_nobody_picks_up_what_they_dialled_themselves(ringing: WorkerInMemory) -> None:
    ringing.hear(alice_calls("**102", leg="alices other phone"))
    assert ringing.cdr("s2").sip_code == 404


def test_the_same_number_of_another_company_is_not_taken(ringing: WorkerInMemory) -> None:
    """Globex has a 102 in the group of its 101, whose number is Alice's."""
    extensions = (*GLOBEX.extensions, replace(GLOBEX.extensions[0], number=BOB))
    group = GroupEntry(9, "All", members=frozenset({ALICE, BOB}))
    ringing.snapshots.by_tenant[GLOBEX_ID] = replace(GLOBEX, extensions=extensions, groups=(group,))
    for number, dialled in enumerate(("**102", "*8"), start=2):
        ringing.hear(mallory_calls(dialled, GLOBEX_DOMAIN, leg=f"mallory {dialled}"))
        assert ringing.cdr(f"s{number}").sip_code == 404
    assert ringing.runner.live_calls == 1


def test_the_monitoring_of_a_call_is_none_to_pick_up(ringing: WorkerInMemory) -> None:
    codes = profile_codes(DialProfile.MANUAL, is_monitoring_enabled=True)
    group = GroupEntry(7, "Managers", monitors=frozenset({CAROL}))
    ringing.snapshots.by_tenant[ACME_ID] = replace(ACME, dial_codes=codes, groups=(*ACME.groups, group))
    ringing.hear(LegAnswered(DESK))
    ringing.hear(carol_calls("888*102"))
    ringing.hear(LegHeld("carol"))
    ringing.hear(alice_calls("##103", leg="alices other phone"))
    assert ringing.cdr("s3").sip_code == 404


def test_a_call_to_a_ring_group_is_taken_where_it_rings(worker: WorkerInMemory) -> None:
    group = RingGroupEntry(1, "600", "Sales", members=(BOB, "104"))
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, ring_groups=(group,))
    worker.hear(alice_calls("600"))
    worker.sip.take_actions()
    worker.hear(carol_calls("**102"))
    actions = worker.sip.take_actions()
    assert BridgeLegs("alice", "carol") in actions
    assert {action.leg for action in actions if isinstance(action, CancelLeg)} == {DESK, MOBILE}
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr("s1").answered_number == CAROL


def test_a_call_from_outside_is_taken_and_who_calls_is_nobodys_extension(worker: WorkerInMemory) -> None:
    worker.snapshots.by_tenant[ACME_ID] = ACME_OUTSIDE
    worker.hear(provider_calls(BOBS_DID, leg="outside"))
    worker.sip.take_actions()
    worker.hear(carol_calls("**102"))
    assert BridgeLegs("outside", "carol") in worker.sip.actions
    worker.hear(LegHungUp("outside", False, 200, ""))
    cdr = worker.cdr("s1")
    assert (cdr.direction, cdr.answered_number) == ("in", CAROL)
