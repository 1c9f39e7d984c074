"""Lamps on phones: who is on a call, messages that wait, what people say of themselves; also after faults."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.messages import FORWARDS
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.running_system import RunningSystem
from tests.live.system.watcher import Watcher, dialogs, presence, versions
from tests.phones.calls import PhoneCall
from tests.phones.foreign_phone import ForeignPhone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import DeadlineError, until

# Every other time baresip 1.0 subscribes without end, before it has seen the first answer.
BARESIP_TRIES = 8
WatcherMaker = Callable[..., Watcher]


@pytest.fixture
def watching(system: RunningSystem) -> Iterator[WatcherMaker]:
    """Carol's phone watches, unless told otherwise."""
    made: list[Watcher] = []

    def make(number: str, package: str = "dialog", *, by: str = "103", tenant: str = "demo") -> Watcher:
        made.append(watcher := Watcher(system, tenant, by))
        assert watcher.watch(number, package) in (200, 202)
        return watcher

    yield make
    for watcher in made:
        watcher.close()


@pytest.fixture
def bobs_message(
    alice: Phone, bob: Phone, rest: RestClient, in_force: InForce
) -> Iterator[Callable[[], None]]:
    """Leaves one; all of Bob's are gone afterwards."""
    (row,) = rest.rows("/extensions", search="102")
    rest.patch(f"/extensions/{row['id']}", {"forwards": FORWARDS})
    in_force()

    def leave() -> None:
        bob.on_incoming(provisional=0, final=486)
        call = alice.dial("102").wait_confirmed(15)
        call.send_dtmf("#")
        until(lambda: call.statistics()["tx_packets"] > 150, 15, "some seconds are recorded")
        call.hang_up()

    yield leave
    rest.patch(f"/extensions/{row['id']}", {"forwards": []})
    for message in rest.rows("/voicemails", mailbox="102"):
        rest.delete(f"/voicemails/{message['id']}")


def test_a_call_is_seen_from_dialling_to_its_end(alice: Phone, bob: Phone, watching: WatcherMaker) -> None:
    callee, caller = watching("102"), watching("101")
    bob.on_incoming(provisional=180, final=0)
    call = alice.dial("102")
    caller.until_dialogs("initiator early")
    callee.until_dialogs("recipient early")
    bob.wait_incoming(10).answer(200)
    caller.until_dialogs("initiator confirmed")
    callee.until_dialogs("recipient confirmed")
    call.wait_confirmed(10)
    call.hang_up()
    last = callee.until_dialogs()
    assert "terminated" in last.body
    caller.until_dialogs()
    assert versions(callee.told) == sorted(set(versions(callee.told)))
    assert not any("101" in body for body in callee.told), "who calls is nobody's business"


def test_a_call_that_follows_another_at_once_is_seen_as_well(
    alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    lamp = watching("102")
    lamp.until_dialogs()
    bob.on_incoming(provisional=180, final=0)
    for _ in range(3):
        call = alice.dial("102")
        rung = bob.wait_incoming(10)
        lamp.until_dialogs("recipient early")
        rung.answer(200)
        lamp.until_dialogs("recipient confirmed")
        call.wait_confirmed(10).hang_up()
        lamp.until_dialogs()
    assert all(body.count("<dialog ") == 1 for body in lamp.told), "what is over is told once"


def test_the_lamp_of_a_ring_group_shows_that_it_rings_and_that_it_talks(
    world: OutsideWorld, alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    world.ring_group("9000", members=["102"], name="Sales")
    lamp = watching("9000")
    lamp.until_dialogs()
    call = alice.dial("9000")
    lamp.until_dialogs("recipient early")
    bob.wait_incoming(10).answer(200)
    lamp.until_dialogs("recipient confirmed")
    call.wait_confirmed(10).hang_up()
    lamp.until_dialogs()


def test_the_lamp_of_a_queue_shows_that_somebody_waits(
    world: OutsideWorld, alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    world.call_queue("8000", members=["102"], is_ready_automatically=False, keeps_waiting=True)
    lamp = watching("8000")
    lamp.until_dialogs()
    call = alice.dial("8000").wait_confirmed(10)
    lamp.until_dialogs("recipient early")
    bob.dial("*51*8000").wait_confirmed(10).wait_over(15)
    bob.wait_incoming(20).answer(200)
    lamp.until_dialogs("recipient confirmed")
    call.hang_up()
    lamp.until_dialogs()


def test_the_lamp_of_a_parking_place_shows_that_somebody_waits_there(
    alice: Phone, bob: Phone, carol: Phone, watching: WatcherMaker
) -> None:
    lamp, other = watching("*887", by="101"), watching("*888", by="101")
    lamp.until_dialogs()
    other.until_dialogs()
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(10)
    answered = bob.wait_incoming(10).wait_confirmed(10)
    call.wait_heard(bob.config.tone_hz, timeout_s=10)
    answered.refer("*687")
    answered.wait_over(15)
    lamp.until_dialogs("recipient confirmed")
    retrieved = carol.dial("*887").wait_confirmed(10)
    lamp.until_dialogs()
    retrieved.hang_up()
    call.wait_over(10)
    assert not any(dialogs(body) for body in other.told)


def test_another_companys_lamps_are_refused(system: RunningSystem) -> None:
    mallory = Watcher(system, "globex", "101")
    try:
        demo = system.demo.phone_config("demo", "102").domain
        assert [
            mallory.watch("102", package, demo) for package in ("dialog", "presence", "message-summary")
        ] == [
            403,
            403,
            403,
        ]
        assert mallory.watch("102", "message-summary") == 403
    finally:
        mallory.close()


def test_the_same_number_of_another_company_shows_nothing(
    alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    mallorys = watching("102", by="101", tenant="globex")
    mallorys.until_dialogs()
    bob.on_incoming(provisional=180, final=200)
    call = alice.dial("102").wait_confirmed(10)
    call.hang_up()
    mallorys.phone.expect_silence("NOTIFY", 1.0)


def test_the_lamp_of_messages_follows_every_door(
    watching: WatcherMaker, bobs_message: Callable[[], None], rest: RestClient, bob: Phone
) -> None:
    lamp = watching("102", "message-summary", by="102")
    lamp.until_mailbox(0, 0)
    bobs_message()
    notify = lamp.until_mailbox(1, 0)
    assert "Messages-Waiting: yes" in notify.body
    assert "Message-Account: sip:999@" in notify.body
    (message,) = rest.rows("/voicemails", mailbox="102")
    rest.patch(f"/voicemails/{message['id']}", {"is_new": False})
    lamp.until_mailbox(0, 1)
    # Who comes later is told the same at once.
    watching("102", "message-summary", by="102").until_mailbox(0, 1)
    rest.delete(f"/voicemails/{message['id']}")
    assert "Messages-Waiting: no" in lamp.until_mailbox(0, 0).body


def test_the_lamp_of_messages_follows_what_is_heard_and_deleted_on_the_telephone(
    watching: WatcherMaker, bobs_message: Callable[[], None], alice: Phone, bob: Phone
) -> None:
    lamp = watching("102", "message-summary", by="102")
    lamp.until_mailbox(0, 0)
    for count in (1, 2):
        bobs_message()
        lamp.until_mailbox(count, 0)
    hearing = bob.dial("999").wait_confirmed(10)
    hearing.wait_heard(alice.config.tone_hz, timeout_s=30)
    hearing.send_dtmf("7")
    until(lambda: alice.config.tone_hz not in hearing.heard(), 10, "the first one is gone")
    hearing.send_dtmf("6")
    hearing.wait_heard(alice.config.tone_hz, timeout_s=30)
    until(lambda: alice.config.tone_hz not in hearing.heard(), 20, "it has been heard to its end")
    hearing.hang_up()
    # What was deleted can be taken back until then.
    lamp.until_mailbox(0, 1)


@pytest.fixture
def dave(rest: RestClient) -> Iterator[tuple[str, str]]:
    """An extension of this test alone, whose calls leave messages; number and SIP password."""
    number, password = "188", "Dave-has-1-password"
    made = rest.post("/extensions", {"number": number, "display_name": "Dave", "sip_password": password})
    rest.patch(f"/mailboxes/{number}", {"takes_unanswered": True})
    yield number, password
    rest.delete(f"/extensions/{made['id']}")


def _answered(caller: Phone, number: str) -> PhoneCall | None:
    try:
        return caller.dial(number).wait_confirmed(5)
    except AssertionError:
        return None


def test_a_phone_of_somebody_else_shows_messages(
    system: RunningSystem, alice: Phone, rest: RestClient, dave: tuple[str, str]
) -> None:
    number, password = dave
    # The workers hear of new extensions and mailboxes by and by.
    call = until(lambda: _answered(alice, number), 20, "the mailbox answers")
    call.send_dtmf("#")
    until(lambda: call.statistics()["tx_packets"] > 150, 15, "some seconds are recorded")
    call.hang_up()
    until(lambda: rest.rows("/voicemails", mailbox=number), 40, "the message is there")
    config = replace(system.demo.phone_config("demo", "101"), number=number, password=password)
    for _ in range(BARESIP_TRIES):
        with ForeignPhone(config, modules=("mwi",)) as phone:
            phone.wait_registered(20)
            until(lambda: phone.output.count("mwi: subscribing") > 0, 10, "baresip subscribes")
            with suppress(DeadlineError):
                until(lambda: "Voice-Message: 1/0" in phone.output, 5, "baresip is told")
                return
            assert phone.output.count("mwi: subscribing") > 1, phone.output
    raise AssertionError("baresip never waits for an answer")


def test_what_people_say_and_do_is_seen(
    rest: RestClient, alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    lamp = watching("102", "presence")
    lamp.until("available", lambda notify: presence(notify.body) == ("open", "Available"))
    (row,) = rest.rows("/extensions", search="102")
    rest.patch(f"/extensions/{row['id']}", {"status": "do_not_disturb"})
    try:
        lamp.until("DND", lambda notify: presence(notify.body) == ("open", "Do not disturb"))
    finally:
        rest.patch(f"/extensions/{row['id']}", {"status": "available"})
    lamp.until("available", lambda notify: presence(notify.body) == ("open", "Available"))
    bob.on_incoming(provisional=180, final=200)
    call = alice.dial("102").wait_confirmed(10)
    lamp.until("talking", lambda notify: presence(notify.body) == ("open", "On the phone"))
    call.hang_up()
    lamp.until("free", lambda notify: presence(notify.body) == ("open", "Available"))
    bob.unregister()
    lamp.until("offline", lambda notify: presence(notify.body) == ("closed", "Offline"))


def test_a_restart_of_the_link_shows_the_call_that_runs(
    system: RunningSystem, alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    lamp = watching("102")
    bob.on_incoming(provisional=180, final=200)
    with system.stopped("edge-link"):
        call = alice.dial("102").wait_confirmed(10)
    lamp.until_dialogs("recipient confirmed", within_s=30)
    with system.stopped("edge-link"):
        call.hang_up()
    lamp.until_dialogs(within_s=30)


def test_a_restart_of_the_edge_is_not_noticed(
    system: RunningSystem, alice: Phone, bob: Phone, watching: WatcherMaker, rest: RestClient
) -> None:
    lamp = watching("102")
    mailbox = watching("103", "message-summary")
    mailbox.until_mailbox(0, 0)
    bob.on_incoming(provisional=180, final=200)
    alice.dial("102").wait_confirmed(10)
    lamp.until_dialogs("recipient confirmed")
    before = len(lamp.told)
    with system.stopped("edge"):
        pass
    system.wait_healthy()
    mailbox.until_mailbox(0, 0)
    lamp.until("the lamp is told again", lambda notify: len(lamp.told) > before, 30)
    assert dialogs(lamp.told[-1]) == ["recipient confirmed"]
    (live,) = rest.rows("/call_sessions/")
    rest.delete(f"/call_sessions/{live['session_id']}")
    lamp.until_dialogs()


def test_a_worker_that_dies_leaves_no_lamp_on(
    system: RunningSystem, alice: Phone, bob: Phone, watching: WatcherMaker
) -> None:
    lamp = watching("102")
    bob.on_incoming(provisional=180, final=200)
    alice.dial("102").wait_confirmed(10)
    lamp.until_dialogs("recipient confirmed")
    for index in range(system.stack.config.workers):
        os.kill(system.stack.pid_of(f"worker-{index}"), signal.SIGKILL)
    try:
        lamp.until_dialogs(within_s=40)
    finally:
        system.wait_healthy()
        alice.forget_calls()
        bob.forget_calls()
