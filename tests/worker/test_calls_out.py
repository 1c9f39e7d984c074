"""Calls over trunks, one after the other, as the world sees them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule
from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialTrunk,
    HangUpLeg,
    RefuseLeg,
    RingLeg,
    SendDigit,
    UnbridgeLegs,
)
from sipworker.call.signals import (
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegRinging,
)
from tests.cast import ACME_ID, ALICE, alice_calls
from tests.fakes import WorkerInMemory
from tests.pure.dialplan.company import with_extension
from tests.worker.trunk_cast import ACME_TRUNKS, FIRST, NUMBER, OVER_ALL_TRUNKS, SECOND, THIRD

FIRST_LEG, SECOND_LEG, THIRD_LEG = "s1-1", "s1-2", "s1-3"


@pytest.fixture
def worker(worker: WorkerInMemory) -> WorkerInMemory:
    worker.snapshots.by_tenant[ACME_ID] = ACME_TRUNKS
    return worker


def tries(worker: WorkerInMemory) -> list[DialTrunk]:
    return [action for action in worker.sip.actions if isinstance(action, DialTrunk)]


def refusal(worker: WorkerInMemory, leg: str = "alice") -> RefuseLeg:
    (found,) = [a for a in worker.sip.actions if isinstance(a, RefuseLeg) and a.leg == leg]
    return found


def test_the_first_trunk_that_answers_gets_the_call(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER))
    (dial,) = tries(worker)
    assert (dial.trunk.trunk_id, dial.number, dial.headers.request_user) == (FIRST, NUMBER, NUMBER)
    assert (dial.on_behalf_of, dial.tenant_id, dial.codecs) == (ALICE, ACME_ID, ("G722", "PCMA"))
    worker.hear(LegRinging(FIRST_LEG, 180, False), LegAnswered(FIRST_LEG, "Provider", "PCMA"))
    assert worker.sip.actions[-3:] == [
        RingLeg("alice", 180, False),
        AnswerLeg("alice", "PCMA"),
        BridgeLegs("alice", FIRST_LEG),
    ]
    worker.clock.seconds += 30
    worker.hear(LegHungUp(FIRST_LEG, False, 200, ""))
    cdr = worker.cdr()
    assert (cdr.status, cdr.direction, cdr.answered_by, cdr.answered_number) == (
        CallStatus.ANSWERED,
        "out",
        "trunk",
        NUMBER,
    )
    assert cdr.outbound is not None
    assert (cdr.outbound.trunk_name, cdr.outbound.caller_id, cdr.outbound.on_behalf_of) == (
        "First line",
        "4930555",
        ALICE,
    )


def test_a_trunk_that_is_down_and_a_silent_one_are_passed_over(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER))
    worker.hear(LegFailed(FIRST_LEG, 503, "Trunk Down"))
    worker.hear(LegFailed(SECOND_LEG, 408, "Request Timeout"))
    worker.hear(LegAnswered(THIRD_LEG))
    assert [dial.trunk.trunk_id for dial in tries(worker)] == [FIRST, SECOND, THIRD]
    worker.hear(LegHungUp("alice", False, 200, ""))
    cdr = worker.cdr()
    assert [(t.trunk_name, t.status, t.sip_code) for t in cdr.targets] == [
        ("First line", "failed", 503),
        ("Second line", "failed", 408),
        ("Third line", "answered", 200),
    ]
    assert cdr.outbound is not None
    assert cdr.outbound.trunk_id == THIRD


@pytest.mark.parametrize(
    ("code", "status", "told"),
    [
        (486, CallStatus.BUSY, 486),
        (603, CallStatus.REFUSED, 603),
        (404, CallStatus.FAILED, 404),
        (302, CallStatus.FAILED, 480),
        (401, CallStatus.FAILED, 500),
        (403, CallStatus.FAILED, 403),
    ],
)
def test_what_was_said_of_the_number_ends_the_call(
    worker: WorkerInMemory, code: int, status: CallStatus, told: int
) -> None:
    worker.hear(alice_calls(NUMBER), LegFailed(FIRST_LEG, code, "No"))
    assert len(tries(worker)) == 1
    assert refusal(worker).sip_code == told
    assert (worker.cdr().status, worker.cdr().ended_by) == (status, EndedBy.CALLEE)


def test_a_rule_may_go_on_after_any_answer(worker: WorkerInMemory) -> None:
    rule = replace(OVER_ALL_TRUNKS, also_next_on=frozenset({404}))
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME_TRUNKS, outbound_rules=(rule,))
    worker.hear(alice_calls(NUMBER), LegFailed(FIRST_LEG, 404, "Not Found"))
    assert [dial.trunk.trunk_id for dial in tries(worker)] == [FIRST, SECOND]


def test_when_all_trunks_fail_no_other_worker_is_asked(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER))
    for leg in (FIRST_LEG, SECOND_LEG, THIRD_LEG):
        worker.hear(LegFailed(leg, 503, "Full"))
    assert refusal(worker).sip_code == 500
    assert (worker.cdr().status, worker.cdr().ended_reason) == (CallStatus.FAILED, "Full")
    kinds = worker.events.kinds("s1")
    assert kinds.count(CallEventKind.TARGET_FAIL) == 3


def test_a_trunk_that_says_nothing_gets_its_share_of_the_time(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER))
    worker.wait(9.9)
    assert len(tries(worker)) == 1
    worker.wait(0.2)
    assert CancelLeg(FIRST_LEG, 408, "The trunk did not answer in time") in worker.sip.actions
    worker.wait(10)
    assert [dial.trunk.trunk_id for dial in tries(worker)] == [FIRST, SECOND, THIRD]
    worker.wait(9.7)
    assert worker.runner.live_calls == 1
    worker.wait(0.3)
    assert (worker.cdr().status, worker.cdr().sip_code) == (CallStatus.FAILED, 480)
    fails = [e for e in worker.events.of("s1") if e.kind is CallEventKind.TARGET_FAIL]
    assert [e.data["sip_code"] for e in fails] == [408, 408, 408]


def test_quick_failures_leave_their_time_to_the_last_trunk(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER), LegFailed(FIRST_LEG, 503, ""), LegFailed(SECOND_LEG, 503, ""))
    worker.wait(29)
    assert worker.runner.live_calls == 1
    worker.hear(LegRinging(THIRD_LEG, 180, False))
    worker.wait(60)
    assert worker.runner.live_calls == 1


def test_what_rang_in_vain_is_not_tried_elsewhere(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER), LegRinging(FIRST_LEG, 180, False))
    worker.wait(120)
    assert len(tries(worker)) == 1
    assert (worker.cdr().status, worker.cdr().sip_code) == (CallStatus.NO_ANSWER, 480)
    assert CallEventKind.TARGET_NOANSWER in worker.events.kinds("s1")


def test_a_failure_after_ringing_is_not_tried_elsewhere_but_after_an_announcement_it_is(
    worker: WorkerInMemory,
) -> None:
    worker.hear(alice_calls(NUMBER), LegRinging(FIRST_LEG, 183, True, "PCMA"))
    assert worker.sip.actions[-2:] == [
        RingLeg("alice", 183, True, "PCMA"),
        BridgeLegs("alice", FIRST_LEG),
    ]
    worker.hear(LegFailed(FIRST_LEG, 503, "Circuits busy"))
    assert UnbridgeLegs("alice", FIRST_LEG) in worker.sip.actions
    worker.hear(LegRinging(SECOND_LEG, 180, False), LegFailed(SECOND_LEG, 500, "Lost"))
    assert len(tries(worker)) == 2
    assert worker.cdr().sip_code == 500


def test_early_media_becomes_the_conversation_without_a_gap(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER), LegRinging(FIRST_LEG, 183, True, "PCMA"))
    worker.hear(DigitPressed("alice", "5", 100))
    assert worker.sip.actions[-1] == SendDigit(FIRST_LEG, "5", 100)
    worker.sip.take_actions()
    worker.hear(LegAnswered(FIRST_LEG, "", "PCMA"))
    assert worker.sip.take_actions() == [AnswerLeg("alice", "PCMA")]


def test_a_caller_who_leaves_cancels_the_attempt(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER), LegRinging(FIRST_LEG, 180, False), LegHungUp("alice", True, 487, ""))
    assert CancelLeg(FIRST_LEG, 0, "Cancelled by caller") in worker.sip.actions
    worker.hear(LegAnswered(FIRST_LEG))
    assert worker.sip.actions[-1] == HangUpLeg(FIRST_LEG, "Answered too late")
    assert worker.cdr().status is CallStatus.CANCELLED


def test_hold_names_the_other_side_with_its_providers_host(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(NUMBER), LegAnswered(FIRST_LEG), LegHeld("alice"))
    (hold,) = [e for e in worker.events.of("s1") if e.kind is CallEventKind.CALL_HOLD]
    assert hold.data["peer_aor"] == f"{NUMBER}@sip.first.example"


def test_a_trunk_taken_away_meanwhile_fails_like_one_that_is_down(worker: WorkerInMemory) -> None:
    gone = OutboundRule(1, "Away", routes=(OutboundRoute(99), OutboundRoute(SECOND)))
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME_TRUNKS, outbound_rules=(gone,))
    worker.hear(alice_calls(NUMBER))
    assert [dial.trunk.trunk_id for dial in tries(worker)] == [SECOND]


def test_a_limit_of_external_calls_holds_for_calls_that_arrive_together(worker: WorkerInMemory) -> None:
    worker.snapshots.by_tenant[ACME_ID] = with_extension(ACME_TRUNKS, ALICE, max_external_calls=2)
    worker.hear(*(alice_calls(NUMBER, leg=f"alice {number}") for number in range(4)))
    assert len(tries(worker)) == 2
    assert refusal(worker, "alice 2").sip_code == refusal(worker, "alice 3").sip_code == 486
    worker.hear(LegHungUp("alice 0", True, 487, ""), alice_calls(NUMBER, leg="alice again"))
    assert len(tries(worker)) == 3


def test_minutes_of_the_day_are_what_is_stored_and_what_runs(worker: WorkerInMemory) -> None:
    worker.snapshots.by_tenant[ACME_ID] = with_extension(ACME_TRUNKS, ALICE, max_external_minutes_per_day=10)
    worker.stored_use.by_tenant[ACME_ID] = {ALICE: 4.0}
    worker.hear(alice_calls(NUMBER), LegAnswered(FIRST_LEG))
    worker.wait(5 * 60)
    worker.hear(alice_calls(NUMBER, leg="second"), LegAnswered("s2-1"))
    assert len(tries(worker)) == 2
    worker.hear(LegHungUp("alice", False, 200, ""))
    worker.wait(61)
    worker.hear(alice_calls(NUMBER, leg="third"))
    assert refusal(worker, "third").sip_code == 403
    # Acme is in Berlin: its next day begins an hour before that of UTC.
    worker.wait(14 * 3600)
    worker.stored_use.by_tenant.clear()
    worker.hear(LegHungUp("second", False, 200, ""))
    worker.hear(alice_calls(NUMBER, leg="fourth"))
    assert len(tries(worker)) == 3


def test_the_console_sees_over_which_trunk_a_call_goes(worker: WorkerInMemory) -> None:
    seen = []
    for signal in (alice_calls(NUMBER), LegFailed(FIRST_LEG, 503, "")):
        worker.hear(signal)
        seen.append(worker.events.live["s1"]["outbound_trunk_name"])
    assert seen == ["First line", "Second line"]
    assert worker.events.live["s1"]["direction"] == "out"
