"""Transfers played through a whole worker: who talks, who is told what, and what is left of it in the records."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from callmanager.domain.call_events import CallEventKind as Kind
from callmanager.domain.decisions import CheckMessages, Decision, Refuse, RingExtension
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.outcome import CallStatus, EndedBy
from callmanager.domain.transfer import FOR_ANYBODY, FOR_ONESELF, MAX_TRANSFERS, transfer_decision
from sipworker.call.actions import (
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    PlayMusicOnHold,
    RefuseLeg,
    StopMusicOnHold,
    UnbridgeLegs,
)
from sipworker.call.signals import (
    Contact,
    InviteReceived,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegId,
    LegRinging,
)
from sipworker.call.transfers import DismissLeg, ReportTransfer, TransferAsked
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ACME_ID,
    ALICE,
    BOB,
    CAROL,
    GLOBEX_DOMAIN,
    MALLORY,
    alice_calls,
    mallory_calls,
)
from tests.fakes import WorkerInMemory

DESK, TARGET = "s1-1", "s1-2"


@pytest.fixture
def worker() -> WorkerInMemory:
    worker = WorkerInMemory()
    worker.contacts.by_aor = {
        f"{number}@{domain}": (Contact(f"{number}-0", f"sip:{number}@192.0.2.9", ""),)
        for number, domain in (
            (ALICE, ACME_DOMAIN),
            (BOB, ACME_DOMAIN),
            (CAROL, ACME_DOMAIN),
            (MALLORY, GLOBEX_DOMAIN),
        )
    }
    return worker


@pytest.fixture
def talking(worker: WorkerInMemory) -> WorkerInMemory:
    """Alice has called Bob, and they talk."""
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(DESK))
    worker.sip.take_actions()
    return worker


def bob_calls(dialled: str, leg: str = "bob") -> InviteReceived:
    return replace(alice_calls(dialled, leg), caller=BOB, caller_display_name="")


def reports(worker: WorkerInMemory, leg: LegId = DESK) -> list[int]:
    told = (action for action in worker.sip.actions if isinstance(action, ReportTransfer | DismissLeg))
    return [getattr(action, "sip_code", 200) for action in told if action.leg == leg]


def hung_up(worker: WorkerInMemory) -> list[LegId]:
    return [action.leg for action in worker.sip.actions if isinstance(action, HangUpLeg)]


def test_a_blind_transfer_rings_the_target_as_a_call_of_who_is_transferred(talking: WorkerInMemory) -> None:
    talking.hear(LegHeld(DESK), TransferAsked(DESK, CAROL, ACME_DOMAIN))
    (dial,) = [action for action in talking.sip.actions if isinstance(action, DialLeg)]
    assert (dial.number, dial.caller, dial.caller_display_name) == (CAROL, ALICE, "Alice")
    assert PlayMusicOnHold("alice") in talking.sip.actions
    assert talking.events.live["s1"]["transferring_to"] == CAROL
    talking.hear(LegRinging(TARGET, 180, False))
    assert reports(talking) == [180]
    talking.sip.take_actions()
    talking.hear(LegAnswered(TARGET))
    assert reports(talking) == [200]
    assert talking.sip.actions[0] == StopMusicOnHold("alice")
    assert BridgeLegs("alice", TARGET) in talking.sip.actions
    assert talking.events.live["s1"]["answered_number"] == CAROL
    assert talking.events.live["s1"]["held_by"] == []
    assert (talking.events.live["s1"]["is_transferred"], talking.events.live["s1"]["transferring_to"]) == (
        True,
        "",
    )
    talking.hear(LegHungUp(DESK, False, 200, ""), LegHungUp(TARGET, False, 200, ""))
    assert hung_up(talking) == ["alice"]
    record = talking.cdr()
    assert (record.status, record.ended_by, record.answered_number) == (
        CallStatus.ANSWERED,
        EndedBy.CALLEE,
        BOB,
    )
    assert [(one.number, one.status) for one in record.targets] == [(BOB, "answered"), (CAROL, "answered")]


def test_the_caller_can_transfer_too_and_the_target_takes_the_callers_side(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked("alice", CAROL, ACME_DOMAIN), LegAnswered(TARGET))
    assert BridgeLegs(DESK, TARGET) in talking.sip.actions
    assert talking.events.live["s1"]["caller_now"] == CAROL
    talking.hear(LegHungUp("alice", False, 200, ""))
    assert talking.runner.live_calls == 1
    talking.hear(LegHungUp(TARGET, False, 200, ""))
    assert talking.cdr().ended_by is EndedBy.CALLER
    assert hung_up(talking) == [DESK]


def test_who_hangs_up_at_once_has_transferred_all_the_same(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegHungUp(DESK, False, 200, ""))
    assert talking.runner.live_calls == 1
    talking.hear(LegAnswered(TARGET))
    assert BridgeLegs("alice", TARGET) in talking.sip.actions
    assert reports(talking) == []


def test_a_busy_target_gives_the_call_back(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegFailed(TARGET, 486, "Busy Here"))
    assert reports(talking) == [486]
    assert talking.sip.actions[-2:] == [BridgeLegs("alice", DESK), ReportTransfer(DESK, 486)]
    talking.sip.take_actions()
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegAnswered("s1-3"))
    assert reports(talking) == [200]


def test_who_still_holds_resumes_by_himself_when_nothing_came_of_it(talking: WorkerInMemory) -> None:
    talking.hear(LegHeld(DESK), TransferAsked(DESK, CAROL, ACME_DOMAIN))
    talking.sip.take_actions()
    talking.hear(LegFailed(TARGET, 486, "Busy Here"))
    assert talking.sip.actions == [
        StopMusicOnHold("alice"),
        PlayMusicOnHold("alice"),
        ReportTransfer(DESK, 486),
    ]


def test_who_has_left_is_rung_again_when_nobody_answers(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegHungUp(DESK, False, 200, ""))
    talking.wait(60)
    (back,) = [one for one in talking.sip.actions if isinstance(one, DialLeg) and one.number == BOB]
    assert back.caller == ALICE
    talking.hear(LegAnswered(back.leg))
    assert BridgeLegs("alice", back.leg) in talking.sip.actions
    kinds = talking.events.kinds("s1")
    assert kinds.count(Kind.TRANSFER_STARTED) == 2
    assert kinds[-1] is Kind.CALL_TRANSFERRED
    assert talking.events.of("s1")[-1].data["transfer"] == "return"


def test_a_call_that_nobody_wants_ends(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegHungUp(DESK, False, 200, ""))
    talking.wait(60)
    talking.wait(31)
    assert hung_up(talking) == ["alice"]
    assert (talking.cdr().status, talking.cdr().ended_by) == (CallStatus.ANSWERED, EndedBy.PBX)


def test_a_company_says_how_long_who_transferred_is_rung(worker: WorkerInMemory) -> None:
    codes = replace(ACME.dial_codes, return_ring_s=7)
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, dial_codes=codes)
    worker.hear(alice_calls(BOB), LegAnswered(DESK))
    worker.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegHungUp(DESK, False, 200, ""))
    worker.wait(60)
    worker.wait(6.9)
    assert hung_up(worker) == []
    worker.wait(0.2)
    assert hung_up(worker) == ["alice"]


def test_who_is_transferred_may_give_up(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), LegHungUp("alice", False, 200, ""))
    assert reports(talking) == [487]
    assert [one.leg for one in talking.sip.actions if isinstance(one, CancelLeg)] == [TARGET]
    assert hung_up(talking) == [DESK]
    assert talking.cdr().ended_by is EndedBy.CALLER


REFUSED = {
    "nowhere": ("777", ACME_DOMAIN, 404),
    "to oneself": (BOB, ACME_DOMAIN, 486),
    "back to who is transferred": (ALICE, ACME_DOMAIN, 486),
    "to a foreign domain": (CAROL, "evil.example", 403),
    "to a neighbour's domain": (MALLORY, GLOBEX_DOMAIN, 403),
    "outside without a rule": ("00493012345", ACME_DOMAIN, 404),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_transfer_that_may_not_be_is_refused_and_they_talk_on(talking: WorkerInMemory, case: str) -> None:
    target, domain, code = REFUSED[case]
    talking.hear(TransferAsked(DESK, target, domain))
    assert reports(talking) == [code]
    assert talking.sip.actions[-2] == BridgeLegs("alice", DESK)
    assert Kind.TRANSFER_FAILED in talking.events.kinds("s1")
    talking.hear(LegHungUp(DESK, False, 200, ""))
    assert talking.cdr().status is CallStatus.ANSWERED


def test_a_second_wish_while_one_is_under_way_is_refused(talking: WorkerInMemory) -> None:
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN), TransferAsked("alice", CAROL, ACME_DOMAIN))
    assert reports(talking, "alice") == [491]


def test_a_call_is_not_handed_round_for_ever(talking: WorkerInMemory) -> None:
    for _ in range(MAX_TRANSFERS):
        talking.hear(TransferAsked(DESK, "777", ACME_DOMAIN))
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN))
    assert reports(talking)[-1] == 482


def test_a_call_to_a_service_is_nobodys_to_transfer(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("*43"), TransferAsked("alice", CAROL, ACME_DOMAIN))
    assert reports(worker, "alice") == [403]


def test_a_transferred_call_may_be_transferred_again(talking: WorkerInMemory) -> None:
    talking.hear(
        TransferAsked(DESK, CAROL, ACME_DOMAIN), LegAnswered(TARGET), LegHungUp(DESK, False, 200, "")
    )
    talking.hear(TransferAsked(TARGET, BOB, ACME_DOMAIN), LegAnswered("s1-3"))
    assert BridgeLegs("alice", "s1-3") in talking.sip.actions
    talking.hear(LegHungUp(TARGET, False, 200, ""), LegHungUp("alice", False, 200, ""))
    assert (talking.cdr().ended_by, len(talking.cdr().targets)) == (EndedBy.CALLER, 3)


# Attended


@pytest.fixture
def consulting(talking: WorkerInMemory) -> WorkerInMemory:
    """Bob holds Alice and talks to Carol."""
    talking.hear(LegHeld(DESK), bob_calls(CAROL))
    talking.hear(LegAnswered("s2-1"))
    talking.sip.take_actions()
    return talking


def test_an_attended_transfer_makes_one_call_of_two(consulting: WorkerInMemory) -> None:
    consulting.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN, True, "bob"))
    assert reports(consulting) == [200]
    assert BridgeLegs("alice", "s2-1") in consulting.sip.actions
    assert hung_up(consulting) == ["bob"]
    second, live = consulting.cdr("s2"), consulting.events.live
    assert (second.status, second.ended_reason) == (CallStatus.ANSWERED, "Transferred to another call")
    assert [(one.session_id, one.is_later) for one in second.related] == [("s1", True)]
    assert list(live) == ["s1"]
    assert (live["s1"]["answered_number"], live["s1"]["state"]) == (CAROL, "talking")
    consulting.hear(LegHungUp(DESK, False, 200, ""), LegHungUp("s2-1", False, 200, ""))
    first = consulting.cdr("s1")
    assert first.ended_by is EndedBy.CALLEE
    assert [(one.session_id, one.is_later) for one in first.related] == [("s2", False)]
    assert [(one.number, one.status) for one in first.targets] == [(BOB, "answered"), (CAROL, "answered")]
    assert consulting.runner.live_legs == 0


def test_a_consultation_that_rings_still_becomes_a_blind_transfer(talking: WorkerInMemory) -> None:
    talking.hear(LegHeld(DESK), bob_calls(CAROL))
    talking.sip.take_actions()
    talking.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN, True, "bob"))
    assert [one.number for one in talking.sip.actions if isinstance(one, DialLeg)] == [CAROL]


@pytest.mark.parametrize(
    "replaces", ["", "nobody", DESK, "alice"], ids=["unknown", "gone", "its own", "not his"]
)
def test_a_dialog_that_is_not_the_transferors_other_call_is_unknown(
    consulting: WorkerInMemory, replaces: LegId
) -> None:
    consulting.hear(TransferAsked(DESK, CAROL, ACME_DOMAIN, True, replaces))
    assert reports(consulting) == [481]
    assert consulting.runner.live_calls == 2


def test_a_strangers_dialog_is_unknown(talking: WorkerInMemory) -> None:
    talking.hear(mallory_calls(MALLORY, GLOBEX_DOMAIN), mallory_calls("*43", GLOBEX_DOMAIN, "mallory2"))
    talking.hear(TransferAsked("alice", MALLORY, ACME_DOMAIN, True, "mallory2"))
    assert reports(talking, "alice") == [481]


def test_both_calls_stay_as_they_are_while_the_other_one_ends(consulting: WorkerInMemory) -> None:
    consulting.hear(LegHungUp("s2-1", False, 200, ""), TransferAsked(DESK, CAROL, ACME_DOMAIN, True, "bob"))
    assert reports(consulting) == [481]
    assert UnbridgeLegs("alice", DESK) not in consulting.sip.actions


# INVITE with Replaces


def test_a_second_phone_takes_its_own_extensions_call(talking: WorkerInMemory) -> None:
    talking.hear(replace(bob_calls(BOB, "mobile"), replaces=DESK))
    assert BridgeLegs("alice", "mobile") in talking.sip.actions
    assert hung_up(talking) == [DESK]
    assert talking.cdr("s2").ended_reason == "Moved to another call"
    talking.hear(LegHungUp(DESK, False, 200, ""), LegHungUp("mobile", False, 200, ""))
    assert talking.cdr("s1").ended_by is EndedBy.CALLEE


def place_wanted(case: str) -> tuple[InviteReceived, LegId, int]:
    bobs = bob_calls(BOB, "mobile")
    return {
        "nobody's": (bobs, "", 481),
        "one that is over": (bobs, "s9-1", 481),
        "a colleague's in mid-talk": (replace(bobs, caller=CAROL), DESK, 404),
        "a stranger's": (mallory_calls(BOB, GLOBEX_DOMAIN), DESK, 481),
    }[case]


@pytest.mark.parametrize(
    "case", ["nobody's", "one that is over", "a colleague's in mid-talk", "a stranger's"]
)
def test_the_place_of_somebody_else_is_not_to_be_had(talking: WorkerInMemory, case: str) -> None:
    invite, leg, code = place_wanted(case)
    talking.hear(replace(invite, replaces=leg))
    (refusal,) = [action for action in talking.sip.actions if isinstance(action, RefuseLeg)]
    assert (refusal.leg, refusal.sip_code) == (invite.leg, code)
    assert hung_up(talking) == []


def test_what_is_for_the_one_who_dials_it_is_for_nobody_else() -> None:
    messages = CheckMessages(BOB, Mailbox())
    assert transfer_decision(messages, ALICE) == Refuse(403, "Nobody can be transferred there")
    ring = RingExtension(CAROL, "", 20)
    assert transfer_decision(ring, ALICE) is ring


def test_every_decision_is_either_for_anybody_or_for_who_dials_it() -> None:
    assert set(get_args(FOR_ANYBODY)) | set(get_args(FOR_ONESELF)) == set(get_args(Decision))
    assert not set(get_args(FOR_ANYBODY)) & set(get_args(FOR_ONESELF))
