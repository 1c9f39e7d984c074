"""A worker dies with callers, agents and promises of its queues: what the other one knows of them afterwards."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

QUEUE = "8000"
WITHIN_S = 20.0
# Of the heartbeats that fail until a worker counts as lost, and of what is done then.
REAPER_S = 60.0


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
