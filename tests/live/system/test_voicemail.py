"""A message from the caller's mouth to its owner's ear: forwarded by rule, heard on the phone and by REST."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.messages import (
    STORED_WITHIN_S,
    clear,
    leave_message,
    messages_of,
    start_message,
    to_voicemail_when_busy,
)
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import DeadlineError, until

REAPER_S = 45.0


@pytest.fixture(autouse=True)
def _mailbox_of_bob(rest: RestClient, bob: Phone, in_force: InForce) -> Iterator[None]:
    clear(rest, bob)
    with to_voicemail_when_busy(rest, "102"):
        in_force()
        yield
    clear(rest, bob)


def test_a_busy_extensions_caller_leaves_a_message_that_its_owner_hears(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = start_message(alice, bob)
    call.hang_up()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["answered_by"], cdr["status"]) == ("voicemail", "answered")
    (message,) = until(lambda: messages_of(rest, bob), STORED_WITHIN_S, "the message is there")
    assert (message["is_new"], message["caller"]) == (True, "101")
    heard = bob.dial("999").wait_confirmed(10)
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    heard.send_dtmf("7")
    until(lambda: alice.config.tone_hz not in heard.heard(), 10, "the message has stopped")
    heard.hang_up()
    until(lambda: messages_of(rest, bob) == [], STORED_WITHIN_S, "what was deleted on the phone is gone")


def _call_that_ends_by_itself(alice: Phone) -> PhoneCall | None:
    """Nobody presses anything: a sentence, a word of goodbye, and the end. Hung up before anything is recorded."""
    call = alice.dial("102").wait_confirmed(15)
    try:
        return call.wait_over(timeout_s=9)
    except DeadlineError:
        call.hang_up()
        call.wait_over(timeout_s=10)
        return None


def test_a_full_mailbox_says_so_and_takes_no_message(alice: Phone, bob: Phone, rest: RestClient) -> None:
    leave_message(rest, alice, bob)
    rest.patch("/mailboxes/102", {"max_messages": 1})
    try:
        bob.on_incoming(provisional=0, final=486)
        call = until(lambda: _call_that_ends_by_itself(alice), 90, "the worker has heard of the change")
        assert rest.wait_cdr(call.sip_call_id)["ended_reason"] == "Mailbox full"
        assert len(messages_of(rest, bob)) == 1
    finally:
        rest.patch("/mailboxes/102", {"max_messages": 200})


def test_the_owner_calls_back_whoever_left_a_message(alice: Phone, bob: Phone, rest: RestClient) -> None:
    leave_message(rest, alice, bob)
    alice.forget_calls()
    heard = bob.dial("999").wait_confirmed(10)
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    alice.on_incoming(final=200)
    heard.send_dtmf("32")
    rung = alice.wait_incoming(15).wait_confirmed(15)
    rung.wait_heard(bob.config.tone_hz, timeout_s=15)
    heard.wait_heard(alice.config.tone_hz, timeout_s=15)
    rung.hang_up()
    heard.wait_over(timeout_s=15)
    assert rest.wait_cdr(heard.sip_call_id)["status"] == "answered"


def test_a_call_back_that_nobody_takes_leads_back_to_the_messages(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    leave_message(rest, alice, bob)
    alice.forget_calls()
    heard = bob.dial("999").wait_confirmed(10)
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    alice.on_incoming(provisional=0, final=603)
    heard.send_dtmf("32")
    alice.wait_incoming(15)
    until(lambda: alice.config.tone_hz not in heard.heard(), 10, "the message is over")
    heard.send_dtmf("5")
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    heard.hang_up()


def test_what_was_said_when_the_worker_died_is_a_message(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = start_message(alice, bob)
    sessions = until(lambda: rest.rows("/call_sessions/"), 10, "the call is listed")
    system.stack.kill(sessions[0]["worker"])
    try:
        (message,) = until(lambda: messages_of(rest, bob), REAPER_S + STORED_WITHIN_S, "the message is there")
        assert message["duration_s"] >= 2.0
        assert rest.wait_cdr(call.sip_call_id)["is_worker_lost"] is True
    finally:
        for phone in (alice, bob):
            phone.forget_calls()
        system.wait_healthy()
