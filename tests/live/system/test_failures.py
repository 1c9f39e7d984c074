"""Parts of the system die or hang during calls; no call attempt may lose its record."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

# As asked for.
REAPER_S = 60.0
REDIS_AWAY_S = 10.0
POSTGRES_AWAY_S = 5.0
APPLICATION = ("web", "ws", "tasks", "webhooks", "beat", "edge-link")


@pytest.fixture(autouse=True)
def _healthy_afterwards(system: RunningSystem) -> Iterator[None]:
    yield
    system.wait_healthy()


def _talk(caller: Phone, callee: Phone) -> tuple[PhoneCall, PhoneCall]:
    callee.on_incoming(final=200)
    call = caller.dial(callee.config.number).wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    answered.wait_heard(caller.config.tone_hz)
    return call, answered


def _worker_of(rest: RestClient) -> str:
    sessions = until(lambda: rest.rows("/call_sessions/"), PATIENCE_S, "the call is listed")
    worker: str = sessions[0]["worker"]
    return worker


def _next_call_works(caller: Phone, callee: Phone, rest: RestClient) -> None:
    call = caller.dial(callee.config.number).wait_confirmed(15)
    call.wait_heard(callee.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id, 30)["status"] == "answered"


def test_a_killed_workers_calls_are_closed_and_the_next_call_works(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    system.stack.kill(_worker_of(rest))
    bob.calls.clear()
    _next_call_works(alice, bob, rest)
    cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
    assert cdr["is_worker_lost"] is True
    assert (cdr["status"], cdr["caller"], cdr["callee"]) == ("answered", "101", "102")


def test_a_call_whose_worker_is_killed_with_its_first_ring_is_on_record(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    probe = alice.dial("*43").wait_confirmed()
    worker = system.stack.pid_of(_worker_of(rest))
    probe.hang_up()
    probe.wait_over()
    call = alice.dial("102")
    bob.wait_incoming()
    os.kill(worker, signal.SIGKILL)
    cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
    assert (cdr["status"], cdr["is_worker_lost"]) == ("failed", True)
    assert (cdr["caller"], cdr["callee"], cdr["answered_at"]) == ("101", "102", None)
    for phone in (alice, bob):
        phone.forget_calls()
    bob.on_incoming(final=200)
    _next_call_works(alice, bob, rest)


def test_a_call_goes_on_and_is_recorded_while_redis_is_down(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    with system.stopped("redis"):
        holds_for(lambda: call.heard() == {bob.config.tone_hz}, REDIS_AWAY_S, "sound during the outage")
        call.hang_up()
        call.wait_over()
    system.wait_healthy()
    cdr = rest.wait_cdr(call.sip_call_id, 60)
    assert (cdr["status"], cdr["ended_by"]) == ("answered", "caller")
    assert cdr["talk_duration_ms"] >= REDIS_AWAY_S * 1000
    _next_call_works(alice, bob, rest)


def test_calls_made_while_postgresql_is_down_are_recorded_later(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    with system.stopped("postgres"):
        holds_for(lambda: call.heard() == {bob.config.tone_hz}, POSTGRES_AWAY_S, "sound during the outage")
        call.hang_up()
        call.wait_over()
        # The edge knows both phones and the worker its tenant by heart.
        second = alice.dial("102").wait_confirmed()
        second.hang_up()
        second.wait_over()
    system.wait_healthy()
    for made in (call, second):
        assert rest.wait_cdr(made.sip_call_id, 60)["status"] == "answered"


def test_registrations_and_calls_outlive_a_restart_of_the_application(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    before = {row["ruid"] for row in rest.rows("/registrations/")}
    with system.stopped(*APPLICATION):
        assert call.heard() == {bob.config.tone_hz}
        second = alice.dial("102").wait_confirmed()
        second.hang_up()
        second.wait_over()
    system.wait_healthy()
    assert {row["ruid"] for row in rest.rows("/registrations/")} == before
    call.hang_up()
    call.wait_over()
    for made in (call, second):
        assert rest.wait_cdr(made.sip_call_id, 60)["status"] == "answered"


def test_registrations_outlive_a_restart_of_the_edge(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    system.stack.stop_process("edge")
    system.stack.start_process("edge")
    system.wait_healthy()
    bob.on_incoming(final=200)
    _next_call_works(alice, bob, rest)


def test_a_worker_asked_to_leave_lets_its_calls_finish(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    worker = _worker_of(rest)
    pid = system.stack.pid_of(worker)
    os.kill(pid, signal.SIGTERM)
    holds_for(lambda: call.heard() == {bob.config.tone_hz}, 2, "the running call keeps its sound")
    second = alice.dial("102").wait_confirmed(10)
    second.wait_heard(bob.config.tone_hz)
    for made in (call, second):
        made.hang_up()
        made.wait_over()
    until(lambda: system.stack.pid_of(worker) != pid, 15, "the drained worker leaves")
    for made in (call, second):
        cdr = rest.wait_cdr(made.sip_call_id, 30)
        assert (cdr["status"], cdr["ended_by"]) == ("answered", "caller")


def test_a_hanging_worker_is_passed_over(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _answered = _talk(alice, bob)
    worker = _worker_of(rest)
    call.hang_up()
    call.wait_over()
    with system.frozen(worker):
        call = alice.dial("102").wait_confirmed(15)
        call.wait_heard(bob.config.tone_hz)
        call.hang_up()
        call.wait_over()
    assert rest.wait_cdr(call.sip_call_id, 60)["worker"] != worker


def test_a_worker_killed_amid_a_transfer_leaves_right_records(
    system: RunningSystem, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = _talk(alice, bob)
    worker = system.stack.pid_of(_worker_of(rest))
    carol.on_incoming(provisional=180)
    answered.refer("103")
    answered.wait_transfer(180, 15)
    os.kill(worker, signal.SIGKILL)
    cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
    assert (cdr["status"], cdr["is_worker_lost"], cdr["answered_number"]) == ("answered", True, "102")
    assert [target["number"] for target in cdr["call_targets"]] == ["102", "103"]
    for phone in (alice, bob, carol):
        phone.forget_calls()
    bob.on_incoming(final=200)
    _next_call_works(alice, bob, rest)


def test_a_worker_killed_while_a_call_is_parked_leaves_right_records_and_the_place_free(
    system: RunningSystem, alice: Phone, bob: Phone, carol: Phone, rest: RestClient, events: EventSocket
) -> None:
    call, answered = _talk(alice, bob)
    answered.refer("*684")
    answered.wait_over(10)
    events.wait_key(call.sip_call_id, "call_parked")
    os.kill(system.stack.pid_of(_worker_of(rest)), signal.SIGKILL)
    cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
    assert (cdr["status"], cdr["is_worker_lost"], cdr["answered_number"]) == ("answered", True, "102")
    system.wait_healthy()
    for phone in (alice, bob, carol):
        phone.forget_calls()
    assert carol.dial("*884").wait_over(10).code == 404, "nobody is there any more"
    bob.on_incoming(final=200)
    call, answered = _talk(alice, bob)
    answered.refer("*684")
    answered.wait_over(10)
    retrieved = carol.dial("*884").wait_confirmed(10)
    call.wait_heard(carol.config.tone_hz, timeout_s=10)
    retrieved.hang_up()
    call.wait_over(10)


def test_a_worker_killed_while_somebody_monitors_leaves_two_right_records(
    system: RunningSystem, alice: Phone, bob: Phone, carol: Phone, rest: RestClient, in_force: InForce
) -> None:
    rest.patch("/dial_codes/", {"is_monitoring_enabled": True})
    group = rest.post("/extension_groups/", {"name": "Supervisors", "is_monitoring_allowed": True})
    rest.post(f"/extension_groups/{group['id']}/monitors/", {"extensions": ["103"]})
    try:
        in_force()
        call, _answered = _talk(alice, bob)
        monitoring = carol.dial("888*102").wait_confirmed(15)
        monitoring.wait_heard(alice.config.tone_hz, bob.config.tone_hz, timeout_s=10)
        os.kill(system.stack.pid_of(_worker_of(rest)), signal.SIGKILL)
        cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
        assert (cdr["status"], cdr["is_worker_lost"]) == ("answered", True)
        cdr = rest.wait_cdr(monitoring.sip_call_id, REAPER_S)
        assert (cdr["status"], cdr["is_worker_lost"], cdr["answered_by"]) == ("answered", True, "monitor")
    finally:
        rest.delete(f"/extension_groups/{group['id']}/")
        rest.patch("/dial_codes/", {"is_monitoring_enabled": False})
    system.wait_healthy()
    for phone in (alice, bob, carol):
        phone.forget_calls()
    bob.on_incoming(final=200)
    _next_call_works(alice, bob, rest)


def test_a_worker_killed_while_callers_wait_in_a_queue_knows_afterwards_who_is_signed_in(
    system: RunningSystem, world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    world.call_queue("8000", members=["102", "103"], strategy="prioritized_hunt", keeps_waiting=True)
    bob.dial("*52*8000").wait_confirmed(10).wait_over(15)
    carol.on_incoming(provisional=180)
    call = alice.dial("8000").wait_confirmed(10)
    carol.wait_incoming(15)
    os.kill(system.stack.pid_of(_worker_of(rest)), signal.SIGKILL)
    cdr = rest.wait_cdr(call.sip_call_id, REAPER_S)
    assert (cdr["is_worker_lost"], cdr["callee"]) == (True, "8000")
    system.wait_healthy()
    for phone in (alice, bob, carol):
        phone.forget_calls()
    call = alice.dial("8000").wait_confirmed(15)
    incoming = carol.wait_incoming(20)
    assert not [one for one in bob.calls if one.is_incoming], "Bob has signed out"
    incoming.answer()
    call.wait_heard(carol.config.tone_hz, timeout_s=10)
    call.hang_up()
    incoming.wait_over()
