"""A worker dies with callers, agents and promises of its queues: what the other one knows of them afterwards."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.live.system.test_queue_watching import board
from tests.live.system.test_queues import state
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import PATIENCE_S, until

QUEUE = "8000"
WITHIN_S = 20.0
# Of the heartbeats that fail until a worker counts as lost, and of what is done then.
REAPER_S = 60.0
# As asked for: until a call after the death is answered.
NEXT_CALL_S = 3.0


def worker_of(rest: RestClient) -> str:
    sessions = until(lambda: rest.rows("/call_sessions/"), PATIENCE_S, "the call is listed")
    return str(sessions[0]["worker"])


@contextmanager
def gone(system: RunningSystem, worker: str) -> Iterator[None]:
    """Killed, and not started again before the end."""
    os.kill(system.stack.pid_of(worker), signal.SIGKILL)
    until(lambda: _stays_away(system, worker), WITHIN_S, "the runner starts it no more")
    try:
        yield
    finally:
        system.stack.start_process(worker)
        system.wait_healthy()


def _stays_away(system: RunningSystem, worker: str) -> bool:
    """While the runner has not noticed yet, or just starts it again, there is nothing to stop."""
    with suppress(Exception):
        system.stack.stop_process(worker)
    return next(one.state for one in system.stack.supervision.processes() if one.name == worker) == "STOPPED"


def end(call: PhoneCall) -> None:
    call.hang_up()
    call.wait_over()


def test_whoever_was_promised_a_call_is_called_by_the_other_worker_in_order_and_once(
    system: RunningSystem, world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.call_queue(
        QUEUE, members=["102"], callback_key="5", is_ready_automatically=False, keeps_waiting=True
    )
    worker = ""
    for phone in (carol, alice):
        call = phone.dial(QUEUE).wait_confirmed()
        worker = worker_of(rest)
        call.send_dtmf("5")
        call.wait_over(WITHIN_S)
        assert rest.wait_cdr(call.sip_call_id)["ended_reason"] == "Is called back by the queue"
        phone.forget_calls()
    with gone(system, worker):
        until(lambda: _signs_in(bob), REAPER_S, "the other worker takes calls")
        bob.forget_calls()
        for waits, number in ((carol, "103"), (alice, "101")):
            back = bob.wait_incoming(REAPER_S)
            assert f"<sip:{number}@" in back.messages[0].header("From"), "in the order in which they came"
            back.answer()
            called = waits.wait_incoming(WITHIN_S)
            called.answer()
            called.wait_heard(bob.config.tone_hz, timeout_s=WITHIN_S)
            back.wait_heard(waits.config.tone_hz, timeout_s=WITHIN_S)
            end(called)
            back.wait_over()
            until(lambda: _signs_in(bob), WITHIN_S, "Bob is ready again")
    for phone in (alice, carol):
        assert len([one for one in phone.calls if one.is_incoming]) == 1, "each is called once"


def _signs_in(phone: Phone) -> bool:
    call = phone.dial(f"*51*{QUEUE}")
    until(lambda: call.is_confirmed or call.is_over, WITHIN_S, "the code is answered")
    is_done = call.is_confirmed
    call.wait_over(WITHIN_S)
    return is_done


def test_when_a_worker_dies_the_next_callers_wait_at_the_other_one_and_all_that_was_is_counted_rightly(
    system: RunningSystem, world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    """Alice talks with Bob and waits a second time; 103 is a VIP; Bob has to sign in for each call."""
    vip = rest.post("/vip_callers", {"number": "103", "description": "Microsoft team"})
    try:
        world.wait_in_force(lambda snapshot: bool(snapshot.queue_callers.vips))
        queue = world.call_queue(QUEUE, members=["102"], is_ready_automatically=False, keeps_waiting=True)
        before = board(rest)["today"]
        assert _signs_in(bob)
        bob.forget_calls()
        talks = alice.dial(QUEUE).wait_confirmed()
        bob.wait_incoming(WITHIN_S).answer()
        talks.wait_heard(bob.config.tone_hz)
        waits = alice.dial(QUEUE).wait_confirmed()
        until(lambda: board(rest)["waiting"], WITHIN_S, "the second one waits")
        # Calls that run are looked through every three seconds.
        until(lambda: not state(rest, queue, "102"), WITHIN_S, "that he signed out with his answer is stored")
        os.kill(system.stack.pid_of(worker_of(rest)), signal.SIGKILL)
        for phone in (alice, bob):
            phone.forget_calls()
        dialled_at = time.time()
        earlier = alice.dial(QUEUE).wait_confirmed()
        assert earlier.state_times["confirmed"] - dialled_at < NEXT_CALL_S
        later = carol.dial(QUEUE).wait_confirmed()
        assert not [one for one in bob.calls if one.is_incoming], "he is signed out there, too"
        assert _signs_in(bob)
        at_bob = bob.wait_incoming(WITHIN_S)
        assert "<sip:103@" in at_bob.messages[0].header("From"), "the VIP, though she came later"
        at_bob.answer()
        later.wait_heard(bob.config.tone_hz)
        for call in (later, earlier):
            end(call)
        at_bob.wait_over()
        assert rest.wait_cdr(talks.sip_call_id, REAPER_S)["is_worker_lost"]
        assert rest.wait_cdr(waits.sip_call_id, REAPER_S)["is_worker_lost"]
        wanted = ["abandoned", "answered", "answered", "worker_lost"]
        until(lambda: outcomes(rest) == wanted, REAPER_S, f"each is recorded: {wanted}")
        until(
            lambda: counted(rest, before) == (2, 2), WITHIN_S, "one answered and one lost before, and after"
        )
        lost = rest.rows("/queue_calls", queue=QUEUE, is_lost="true", ordering="-entered_at")
        assert {one["outcome"] for one in lost[:2]} == {"abandoned", "worker_lost"}
        shown = board(rest)
        assert (shown["waiting"], [one["state"] for one in shown["agents"]]) == ([], ["signed_out"])
    finally:
        rest.delete(f"/vip_callers/{vip['id']}")
    system.wait_healthy()


def outcomes(rest: RestClient) -> list[str]:
    """Of the newest four."""
    return sorted(
        one["outcome"] for one in rest.rows("/queue_calls", queue=QUEUE, ordering="-entered_at")[:4]
    )


def counted(rest: RestClient, before: Json) -> tuple[int, int]:
    """Calls answered and lost since."""
    today = board(rest)["today"]
    return today["answered"] - before["answered"], today["lost"] - before["lost"]
