"""The loop itself: capacity, draining, commands, timers, and calls that fail."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from callmanager.domain.outcome import CallStatus, EndedBy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    HearLeg,
    PlayFiles,
    PlayMusicOnHold,
    RefuseLeg,
    SendDigit,
    StopFiles,
    UnbridgeLegs,
)
from sipworker.call.signals import LegAnswered, LegFailed, LegHungUp, LegRinging, MediaReport
from tests.cast import ACME_ID, BOB, GLOBEX_ID, alice_calls
from tests.fakes import WorkerInMemory

DESK, MOBILE = "s1-1", "s1-2"


def test_a_full_worker_sends_callers_elsewhere() -> None:
    worker = WorkerInMemory(capacity=1)
    worker.hear(alice_calls(BOB), alice_calls("*43", leg="second"))
    assert worker.sip.actions[-1] == RefuseLeg("second", 503, "Worker is full", 41, retry_after_s=5)
    assert worker.cdr("s2").status is CallStatus.FAILED
    worker.hear(LegHungUp("alice", True, 487, ""), alice_calls("*43", leg="third"))
    assert worker.sip.actions[-2] == AnswerLeg("third")


def test_what_fills_a_worker_are_legs_that_are_not_over() -> None:
    """Who waits by themselves is one; who rings counts until somebody has let it ring in vain."""
    worker = WorkerInMemory(capacity=4)
    worker.hear(alice_calls("*43", leg="first"), alice_calls(BOB))
    assert {DESK.replace("s1", "s2"), MOBILE.replace("s1", "s2")} == set(worker.dialled_legs())
    worker.hear(alice_calls("*43", leg="too much"))
    assert worker.sip.actions[-1] == RefuseLeg("too much", 503, "Worker is full", 41, retry_after_s=5)
    worker.hear(LegHungUp("too much", True, 503, ""), LegFailed("s2-1", 486, "Busy Here"))
    worker.hear(alice_calls("*43", leg="last"))
    assert worker.sip.actions[-2] == AnswerLeg("last")
    worker.hear(*(LegHungUp(leg, False, 200, "") for leg in ("first", "last")))
    worker.hear(alice_calls("*43", leg="again"), alice_calls("*43", leg="and again"))
    assert worker.sip.actions[-2] == AnswerLeg("and again")


def test_a_draining_worker_takes_no_call_and_lets_the_running_finish(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("*43"))
    worker.runner.start_draining()
    assert worker.sip.is_draining
    worker.hear(alice_calls("*43", leg="second"))
    assert worker.cdr("s2").ended_reason == "Worker is restarting"
    worker.wait(29)
    assert worker.runner.live_calls == 1
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert (worker.runner.live_calls, worker.cdr().ended_by) == (0, EndedBy.CALLER)


def test_a_drain_ends_what_does_not_finish_in_time() -> None:
    worker = WorkerInMemory(drain_timeout_s=10)
    worker.hear(alice_calls("*43"), alice_calls(BOB, leg="second"))
    worker.runner.start_draining()
    worker.wait(5)
    worker.runner.start_draining()
    worker.wait(5)
    assert worker.runner.live_calls == 0
    assert HangUpLeg("alice", "Worker is restarting") in worker.sip.actions
    assert RefuseLeg("second", 503, "Worker is restarting", 41) in worker.sip.actions
    assert (worker.cdr("s1").status, worker.cdr("s2").status) == (
        CallStatus.ANSWERED,
        CallStatus.FAILED,
    )
    assert worker.cdr("s1").ended_by is EndedBy.PBX


def test_a_call_is_hung_up_by_request(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("*43"))
    assert worker.command("hang_up", ACME_ID, "s1").ok
    assert worker.sip.actions[-1] == HangUpLeg("alice", "Hung up by request")
    assert worker.cdr().ended_by is EndedBy.API


@pytest.mark.parametrize(
    ("name", "tenant_id", "session_id", "code"),
    [
        ("hang_up", GLOBEX_ID, "s1", "not_found"),
        ("hang_up", ACME_ID, "s99", "not_found"),
        ("explode", ACME_ID, "s1", "unknown_command"),
        ("explode", GLOBEX_ID, "s1", "not_found"),
    ],
    ids=["a stranger's call", "no call", "no such command", "a stranger learns nothing"],
)
def test_a_command_that_cannot_be_done_changes_nothing(
    worker: WorkerInMemory, name: str, tenant_id: int, session_id: str, code: str
) -> None:
    worker.hear(alice_calls("*43"))
    reply = worker.command(name, tenant_id, session_id)
    assert (reply.ok, reply.code) == (False, code)
    assert worker.runner.live_calls == 1


def test_a_command_that_the_call_is_in_no_state_for_says_the_state(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False))
    reply = worker.command("send_digits", ACME_ID, "s1", digits="1")
    assert (reply.ok, reply.code, reply.result) == (False, "wrong_state", {"state": "ringing"})
    assert reply.message == "The call s1 is ringing: send_digits is not possible now"
    worker.hear(LegAnswered(DESK))
    assert worker.command("send_digits", ACME_ID, "s1", digits="12").ok
    assert worker.sip.actions[-2:] == [SendDigit(DESK, "1", 160), SendDigit(DESK, "2", 160)]


def test_a_call_is_held_muted_and_played_to_by_request(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB), LegAnswered(DESK))
    worker.sip.take_actions()
    assert worker.command("hold", ACME_ID, "s1", side="caller").ok
    assert worker.sip.take_actions() == [UnbridgeLegs("alice", DESK), PlayMusicOnHold(DESK)]
    assert (worker.events.live["s1"]["state"], worker.events.live["s1"]["held_by"]) == ("held", ["caller"])
    assert worker.command("hold", ACME_ID, "s1", side="caller").ok
    assert worker.sip.take_actions() == []
    assert worker.command("hold", ACME_ID, "s1", side="caller", is_held=False).ok
    assert worker.command("mute", ACME_ID, "s1", side="callee").ok
    assert worker.events.live["s1"]["muted"] == ["callee"]
    assert worker.sip.take_actions()[-1] == HearLeg(listener=DESK, source="alice")
    assert worker.command("play", ACME_ID, "s1", sounds=["stored:a"]).ok
    assert worker.sip.take_actions() == [
        PlayFiles(leg, "requested", ("stored:a",)) for leg in ("alice", DESK)
    ]
    assert worker.command("stop_play", ACME_ID, "s1", side="caller").ok
    assert worker.sip.take_actions() == [StopFiles("alice", "requested")]


def test_an_argument_that_cannot_be_is_answered_and_changes_nothing(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB), LegAnswered(DESK))
    done = len(worker.sip.actions)
    reply = worker.command("send_digits", ACME_ID, "s1", digits="x")
    assert (reply.ok, reply.code) == (False, "argument_wrong")
    assert reply.message.startswith("digits:")
    assert len(worker.sip.actions) == done


def test_a_call_that_fails_while_ringing_ends_with_500_and_the_next_one_works(
    worker: WorkerInMemory,
) -> None:
    worker.sip.breaks_on = (DialLeg,)
    with capture_logs() as logs:
        worker.hear(alice_calls(BOB))
    assert RefuseLeg("alice", 500, "Internal error", 41) in worker.sip.actions
    assert [(line["event"], line["session_id"]) for line in logs] == [("call.action_failed", "s1")] * 2
    assert worker.cdr().status is CallStatus.FAILED
    assert worker.runner.live_calls == 0
    worker.sip.breaks_on = ()
    worker.hear(alice_calls("*43", leg="next"))
    assert worker.runner.live_calls == 1


def test_a_call_that_fails_when_answered_hangs_up_both_sides(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.sip.breaks_on = (CancelLeg,)
    worker.hear(LegAnswered(DESK))
    byes = {action.leg for action in worker.sip.actions if isinstance(action, HangUpLeg)}
    assert byes == {"alice", DESK, MOBILE}
    assert (worker.cdr().status, worker.cdr().ended_reason) == (CallStatus.ANSWERED, "Internal error")


def test_a_stack_that_breaks_at_every_word_still_lets_calls_go(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.sip.breaks_on = (CancelLeg, HangUpLeg, RefuseLeg, AnswerLeg)
    worker.hear(LegAnswered(DESK))
    assert worker.runner.live_calls == 0
    assert worker.cdr().ended_reason == "Internal error"


def test_a_stack_that_breaks_on_an_answer_after_the_end_does_not_stop_the_worker(
    worker: WorkerInMemory,
) -> None:
    worker.sip.breaks_on = (HangUpLeg,)
    with capture_logs() as logs:
        worker.hear(LegAnswered(DESK))
    assert [line["event"] for line in logs] == ["leg.late_hang_up_failed"]


def test_a_contact_list_that_breaks_ends_the_call(worker: WorkerInMemory) -> None:
    worker.contacts.by_aor = None  # type: ignore[assignment]  # the port itself is broken
    worker.hear(alice_calls(BOB))
    assert worker.cdr().sip_code == 500


def test_a_dialplan_that_breaks_refuses_with_500(worker: WorkerInMemory) -> None:
    worker.snapshots.by_tenant[ACME_ID] = "not a snapshot"  # type: ignore[assignment]
    worker.hear(alice_calls(BOB))
    assert worker.runner.live_calls == 0
    assert any(isinstance(a, RefuseLeg) and a.sip_code == 500 for a in worker.sip.actions)


def test_an_impossible_signal_is_logged_and_the_call_goes_on(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegAnswered(DESK))
    with capture_logs() as logs:
        worker.hear(LegFailed(DESK, 486, ""))
    assert [line["event"] for line in logs] == ["call.signal_illegal"]
    assert worker.runner.live_calls == 1


def test_signals_of_legs_nobody_knows_are_dropped(worker: WorkerInMemory) -> None:
    worker.hear(LegRinging("ghost", 180, False), LegHungUp("ghost", False, 200, ""))
    assert worker.sip.actions == []


def test_the_wait_for_sip_ends_when_a_timer_is_due(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.wait(19.99)
    worker.runner.run_once(0.02)
    assert worker.sip.waits[-1] == pytest.approx(0.01)


def test_calls_do_not_touch_each_other(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB), alice_calls(BOB, leg="again"))
    worker.hear(LegAnswered("s2-1"), LegHungUp("alice", True, 487, ""))
    assert worker.cdr("s1").status is CallStatus.CANCELLED
    assert BridgeLegs("again", "s2-1") in worker.sip.actions
    assert worker.runner.live_calls == 1


def test_nothing_is_kept_of_a_call_that_is_over(worker: WorkerInMemory) -> None:
    for number in range(1, 51):
        leg = f"alice {number}"
        worker.hear(alice_calls(BOB, leg=leg))
        worker.hear(LegAnswered(f"s{number}-1"), LegHungUp(leg, False, 200, ""))
    worker.runner.run_once(100_000.0)
    assert worker.sip.waits[-1] == 100_000.0, "a timer of a call that is over is still running"
    assert worker.events.live == {}


def test_a_worker_counts_what_ended_and_how_and_the_packets_of_both_sides(worker: WorkerInMemory) -> None:
    worker.sip.media["alice"] = MediaReport("PCMA", 8000, 500, 5, 1.0, 490, 2, 1.0, 20.0)
    worker.hear(alice_calls("*43"), alice_calls("no-such-number", leg="second"))
    assert (worker.runner.live_calls, worker.runner.live_legs) == (1, 1)
    assert worker.command("hang_up", ACME_ID, "s1").ok
    assert worker.runner.live_legs == 0
    assert worker.runner.tally.ended["answered"] == 1
    assert sum(worker.runner.tally.ended.values()) == 2
    assert worker.runner.tally.rtp == {
        "rx_packets": 500, "rx_lost": 5, "tx_packets": 490, "tx_lost": 2,
    }  # fmt: skip
