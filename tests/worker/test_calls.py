"""A call from its INVITE to its record, as the world sees it."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    CancelLeg,
    DialLeg,
    EchoLeg,
    HangUpLeg,
    PlayTone,
    RefuseLeg,
)
from sipworker.call.signals import LegAnswered, LegFailed, LegHeld, LegHungUp, LegRinging, LegUnheld
from tests.cast import ACME_DOMAIN, BOB, CAROL, DISABLED_DAVE, GLOBEX_DOMAIN, alice_calls, mallory_calls
from tests.fakes import A_CLEAN_CALL, WorkerInMemory

DESK, MOBILE = "s1-1", "s1-2"


def start_talking(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False), LegRinging(MOBILE, 180, False))
    worker.clock.seconds += 4
    worker.hear(LegAnswered(DESK, "Desk phone 2"))


def test_an_answered_call_tells_its_whole_story(worker: WorkerInMemory) -> None:
    start_talking(worker)
    worker.clock.seconds += 60
    worker.hear(LegHungUp("alice", False, 200, "", A_CLEAN_CALL))
    assert [kind.value for kind in worker.events.kinds("s1")] == [
        "call_start",
        "target_add",
        "target_add",
        "target_ringing",
        "target_ringing",
        "target_ended",
        "call_established",
        "target_ended",
        "call_ended",
    ]
    cdr = worker.cdr()
    assert (cdr.status, cdr.ended_by, cdr.ended_reason) == (
        CallStatus.ANSWERED,
        EndedBy.CALLER,
        "Caller hangup",
    )
    assert (cdr.ring_duration_s, cdr.talk_duration_s) == (4, 60)
    assert (cdr.tenant_name, cdr.config_rev, cdr.caller_display_name) == ("acme", 7, "Alice")
    assert cdr.callee_user_agent == "Desk phone 2"


def test_media_of_both_sides_is_told_whoever_hangs_up(worker: WorkerInMemory) -> None:
    start_talking(worker)
    worker.sip.media["alice"] = A_CLEAN_CALL
    worker.hear(LegHungUp(DESK, False, 200, "", A_CLEAN_CALL))
    cdr = worker.cdr()
    assert cdr.caller_media is not None
    assert cdr.callee_media is not None
    assert cdr.caller_media.mos == pytest.approx(4.38, abs=0.02)
    assert cdr.callee_media.codec == "PCMA"


def test_the_figures_of_a_losing_phone_are_not_the_callees(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(MOBILE))
    worker.hear(LegHungUp(DESK, False, 200, "", A_CLEAN_CALL))
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().callee_media is None


def test_busy(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegFailed(DESK, 486, "Busy Here"), LegFailed(MOBILE, 486, "Busy Here"))
    assert [kind.value for kind in worker.events.kinds("s1")][3:] == [
        "target_fail",
        "target_fail",
        "call_fail",
        "call_ended",
    ]
    assert (worker.cdr().status, worker.cdr().sip_code) == (CallStatus.BUSY, 486)


def test_no_answer(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False))
    worker.wait(19.9)
    assert worker.runner.live_calls == 1
    worker.wait(0.2)
    assert [kind.value for kind in worker.events.kinds("s1")][4:] == [
        "target_noanswer",
        "target_noanswer",
        "call_noanswer",
        "call_ended",
    ]
    assert worker.cdr().status is CallStatus.NO_ANSWER


def test_cancelled(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False), LegHungUp("alice", True, 487, "Cancelled"))
    kinds = worker.events.kinds("s1")
    assert CallEventKind.CALL_FAIL not in kinds
    assert (worker.cdr().status, worker.cdr().sip_code) == (CallStatus.CANCELLED, 487)


@pytest.mark.parametrize(
    ("dialled", "domain", "sip_code", "status"),
    [
        ("999", ACME_DOMAIN, 404, CallStatus.REFUSED),
        (DISABLED_DAVE, ACME_DOMAIN, 480, CallStatus.REFUSED),
        ("101", GLOBEX_DOMAIN, 403, CallStatus.REFUSED),
        (CAROL, ACME_DOMAIN, 480, CallStatus.FAILED),
    ],
    ids=["unknown number", "disabled extension", "another tenant", "not registered"],
)
def test_what_cannot_be_connected_has_a_record_too(
    worker: WorkerInMemory, dialled: str, domain: str, sip_code: int, status: CallStatus
) -> None:
    worker.hear(alice_calls(dialled, dialled_domain=domain))
    (refusal,) = worker.sip.take_actions()
    assert isinstance(refusal, RefuseLeg)
    assert refusal.sip_code == sip_code
    assert [kind.value for kind in worker.events.kinds("s1")] == ["call_start", "call_fail", "call_ended"]
    assert (worker.cdr().status, worker.cdr().callee) == (status, dialled)


def test_the_same_number_in_another_tenant_rings_nobody_here(worker: WorkerInMemory) -> None:
    worker.hear(mallory_calls(BOB, ACME_DOMAIN))
    assert not worker.dialled_legs()
    assert worker.cdr().sip_code == 403
    worker.hear(mallory_calls(BOB, GLOBEX_DOMAIN, leg="mallory again"))
    assert not worker.dialled_legs()
    assert worker.cdr("s2").sip_code == 404


def test_a_call_keeps_the_directory_it_started_with(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.snapshots.by_tenant.clear()
    worker.hear(LegAnswered(DESK))
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().config_rev == 7
    worker.hear(alice_calls(BOB, leg="alice again"))
    assert worker.cdr("s2").ended_reason == "Tenant not loaded"


@pytest.mark.parametrize(
    ("code", "action", "answered_by"),
    [("*43", EchoLeg("alice"), "echo"), ("*44", PlayTone("alice", 440), "tone")],
)
def test_a_service_answers_at_once(
    worker: WorkerInMemory, code: str, action: EchoLeg | PlayTone, answered_by: str
) -> None:
    worker.hear(alice_calls(code))
    assert worker.sip.take_actions() == [AnswerLeg("alice"), action]
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().answered_by == answered_by
    assert worker.cdr().status is CallStatus.ANSWERED
    assert worker.runner.live_calls == 0


def test_a_service_does_not_talk_for_ever(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("*43"))
    worker.wait(12 * 3600)
    assert HangUpLeg("alice", "Maximum call length reached") in worker.sip.actions


def test_an_answer_after_the_end_gets_a_bye(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegHungUp("alice", True, 487, ""), LegAnswered(DESK))
    assert worker.sip.actions[-1] == HangUpLeg(DESK, "Answered too late")


def test_two_answers_at_once_make_one_conversation(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(MOBILE), LegAnswered(DESK))
    assert CancelLeg(DESK, 200, "Call completed elsewhere") in worker.sip.actions
    assert worker.sip.actions[-1] == HangUpLeg(DESK, "Answered too late")
    assert worker.events.kinds("s1").count(CallEventKind.CALL_ESTABLISHED) == 1


def test_the_dialled_leg_names_tenant_and_registration(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    dial = next(action for action in worker.sip.actions if isinstance(action, DialLeg))
    assert (dial.tenant_id, dial.number, dial.sip_domain, dial.ruid) == (1, BOB, ACME_DOMAIN, "uloc-desk")


def test_the_console_follows_a_call(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    states = [worker.events.live["s1"]["state"]]
    for signal in (LegRinging(DESK, 180, False), LegAnswered(DESK), LegHeld(DESK), LegUnheld(DESK)):
        worker.hear(signal)
        states.append(worker.events.live["s1"]["state"])
    assert states == ["dialling", "ringing", "talking", "held", "talking"]
    assert worker.events.live["s1"]["answered_number"] == BOB
    worker.hear(LegHungUp(DESK, False, 200, ""))
    assert worker.events.live == {}
