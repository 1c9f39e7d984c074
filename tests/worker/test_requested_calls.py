"""Calls that a program asks for: the caller's telephone first, then whom they want, in one call with one story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    DialLeg,
    HangUpLeg,
    PlayRinging,
    RefuseLeg,
    RingCaller,
    StopRinging,
)
from sipworker.call.signals import Contact, LegAnswered, LegFailed, LegHungUp, LegRinging
from sipworker.ports import CommandReply
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, BOB, GLOBEX_ID
from tests.fakes import WorkerInMemory

ALICE, PHONE = "101", Contact("uloc-alice", "sip:101@192.0.2.1:5060", "Alice's phone")
CALLER, DESK = "call-0", "call-1"


@pytest.fixture
def office(worker: WorkerInMemory) -> WorkerInMemory:
    worker.contacts.by_aor[f"{ALICE}@{ACME_DOMAIN}"] = (PHONE,)
    return worker


def create(worker: WorkerInMemory, session_id: str = "call", /, **changes: object) -> CommandReply:
    wanted = {"caller": ALICE, "callee": BOB, "request_id": "r1", **changes}
    return worker.command("create", ACME_ID, session_id, **wanted)


def test_the_callers_phone_rings_first_and_shows_whom_the_call_is_for(office: WorkerInMemory) -> None:
    assert create(office, is_auto_answered=True) == CommandReply(ok=True, result={"session_id": "call"})
    (ring,) = office.sip.take_actions()
    assert ring == RingCaller(
        CALLER, ACME_ID, ALICE, ACME_DOMAIN, BOB, "Bob", PHONE.contact, is_auto_answered=True
    )
    live = office.events.live["call"]
    assert (live["caller"], live["callee"], live["state"]) == (ALICE, BOB, "dialling")


def test_who_answers_hears_ringing_and_then_whom_they_want(office: WorkerInMemory) -> None:
    create(office)
    office.hear(LegRinging(CALLER, 180, False))
    office.clock.seconds += 2
    office.hear(LegAnswered(CALLER, "Alice's phone", "PCMA"))
    dials = [action for action in office.sip.take_actions() if isinstance(action, DialLeg)]
    assert [(dial.caller, dial.number, dial.codecs) for dial in dials] == [(ALICE, BOB, ("PCMA",))] * 2
    office.hear(LegRinging(DESK, 180, False))
    (ringing,) = office.sip.take_actions()
    assert isinstance(ringing, PlayRinging)
    office.clock.seconds += 3
    office.hear(LegAnswered(DESK, "Bob's phone"))
    done = office.sip.take_actions()
    assert done[:3] == [StopRinging(CALLER, ringing.tone), AnswerLeg(CALLER), BridgeLegs(CALLER, DESK)]
    office.clock.seconds += 10
    office.hear(LegHungUp(DESK, False, 200, ""))
    assert HangUpLeg(CALLER, "Callee hangup") in office.sip.actions
    assert [kind.value for kind in office.events.kinds("call")] == [
        "call_start",
        "caller_answered",
        "target_add",
        "target_add",
        "target_ringing",
        "target_ended",
        "call_established",
        "target_ended",
        "call_ended",
    ]
    cdr = office.cdr("call")
    assert (cdr.status, cdr.caller, cdr.callee, cdr.talk_duration_s) == (CallStatus.ANSWERED, ALICE, BOB, 10)
    assert office.events.of("call")[0].data["request_id"] == "r1"


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        (486, CallStatus.BUSY, "The caller's phone is busy"),
        (603, CallStatus.CANCELLED, "Declined by the caller"),
        (480, CallStatus.FAILED, "The caller's phone refused: why"),
    ],
)
def test_a_caller_who_does_not_take_it_ends_it(
    office: WorkerInMemory, code: int, status: CallStatus, reason: str
) -> None:
    create(office)
    office.hear(LegFailed(CALLER, code, "why"))
    cdr = office.cdr("call")
    assert (cdr.status, cdr.ended_by, cdr.ended_reason) == (status, EndedBy.CALLER, reason)
    assert office.runner.live_calls == 0


def test_a_caller_who_does_not_answer_in_time_is_left_alone(office: WorkerInMemory) -> None:
    create(office, ring_timeout_s=10)
    office.hear(LegRinging(CALLER, 180, False))
    office.wait(9)
    assert office.runner.live_calls == 1
    office.wait(1)
    assert isinstance(office.sip.actions[-1], RefuseLeg)
    cdr = office.cdr("call")
    assert (cdr.status, cdr.ended_reason) == (CallStatus.NO_ANSWER, "The caller did not answer")


def test_a_caller_who_hangs_up_while_the_other_rings_has_cancelled(office: WorkerInMemory) -> None:
    create(office)
    office.hear(LegAnswered(CALLER, "", "PCMA"), LegRinging(DESK, 180, False))
    office.hear(LegHungUp(CALLER, True, 200, ""))
    assert office.cdr("call").status is CallStatus.CANCELLED


def test_whom_they_want_does_not_answer_and_the_caller_is_hung_up(office: WorkerInMemory) -> None:
    create(office)
    office.hear(LegAnswered(CALLER, "", "PCMA"))
    office.hear(LegFailed("call-1", 486, ""), LegFailed("call-2", 486, ""))
    assert office.cdr("call").status is CallStatus.BUSY
    assert any(isinstance(action, RefuseLeg) and action.leg == CALLER for action in office.sip.actions)


def test_a_program_ends_the_call_while_the_callers_phone_rings(office: WorkerInMemory) -> None:
    create(office)
    assert office.command("hang_up", ACME_ID, "call").ok
    assert (office.cdr("call").status, office.cdr("call").ended_by) == (CallStatus.CANCELLED, EndedBy.API)


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"callee": "199"}, "call_refused", "101 can't call 199: No such extension"),
        ({"caller": "199"}, "call_refused", "199 can't call 102: Caller may not call"),
        ({"caller": ""}, "argument_wrong", "caller: 1 to 64 characters"),
        ({"ring_timeout_s": 1}, "argument_wrong", "ring_timeout_s: a whole number from 5 to 120"),
        ({"color": "red"}, "argument_unknown", "color: the command does not know this argument"),
    ],
)
def test_what_can_not_be_is_said_before_anything_rings(
    office: WorkerInMemory, changes: dict[str, object], code: str, message: str
) -> None:
    reply = create(office, **changes)
    assert (reply.ok, reply.code, reply.message) == (False, code, message)
    assert (office.sip.actions, office.events.events) == ([], [])


def test_asked_twice_it_is_made_once_even_when_it_is_over(office: WorkerInMemory) -> None:
    assert create(office) == create(office)
    office.hear(LegFailed(CALLER, 486, ""))
    assert create(office).ok
    assert len([action for action in office.sip.actions if isinstance(action, RingCaller)]) == 1
    stranger = office.command("create", GLOBEX_ID, "call", caller=ALICE, callee=BOB)
    assert (stranger.ok, stranger.code) == (False, "name_taken")


def test_a_caller_without_a_phone_leaves_a_record(worker: WorkerInMemory) -> None:
    assert create(worker).ok
    assert worker.cdr("call").ended_reason == "The caller's phone is not registered"


def test_a_draining_worker_and_a_company_that_is_gone_make_no_calls(office: WorkerInMemory) -> None:
    office.snapshots.put(ACME_ID, replace(ACME, is_enabled=False))
    assert create(office).code == "call_refused"
    office.snapshots.put(ACME_ID, None)
    assert create(office).code == "tenant_not_loaded"
    office.snapshots.put(ACME_ID, ACME)
    office.runner.start_draining()
    assert create(office).message == "101 can't call 102: Worker is restarting"
