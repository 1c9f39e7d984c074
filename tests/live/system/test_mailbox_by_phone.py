"""A mailbox whose owner changes it on the telephone: what callers hear, the PIN, and a message that goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.messages import (
    STORED_WITHIN_S,
    clear,
    leave_message,
    messages_of,
    speak_for_a_while,
    to_voicemail_when_busy,
)
from tests.live.system.test_music import tone
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone, PhoneError
from tests.phones.rest import RestClient
from tests.phones.waiting import DeadlineError, until

SUMMER_HZ, WINTER_HZ = 1100, 1300


@pytest.fixture(autouse=True)
def _mailbox_of_bob(rest: RestClient, bob: Phone, in_force: InForce) -> Iterator[None]:
    clear(rest, bob)
    with to_voicemail_when_busy(rest, "102"):
        in_force()
        yield
    clear(rest, bob)
    for greeting in _greetings(rest):
        rest.delete(f"/greetings/{greeting['id']}")
    rest.patch("/mailboxes/102", {"pin": ""})


def _greetings(rest: RestClient) -> list[dict[str, Any]]:
    return rest.rows("/greetings", extension_number="102")


def _own_mailbox(owner: Phone, keys: str) -> PhoneCall:
    call = owner.dial("999").wait_confirmed(10)
    speak_for_a_while(call)  # until the messages are counted
    call.send_dtmf(keys)
    return call


def test_a_greeting_that_is_recorded_on_the_phone_is_what_callers_hear(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = _own_mailbox(bob, "01")
    call.send_dtmf("1")  # straight to the tone
    speak_for_a_while(call)
    call.send_dtmf("#")
    speak_for_a_while(call)
    call.send_dtmf("2")
    call.wait_heard(bob.config.tone_hz, timeout_s=15)
    call.send_dtmf("1")
    speak_for_a_while(call)
    call.hang_up()
    (greeting,) = until(lambda: _greetings(rest), STORED_WITHIN_S, "the greeting is stored")
    assert greeting["is_active"] is True
    assert greeting["name"].startswith("By telephone")
    bob.on_incoming(provisional=0, final=486)

    def hears_it() -> bool:
        caller = alice.dial("102").wait_confirmed(15)
        try:
            caller.wait_heard(bob.config.tone_hz, timeout_s=4)
        except DeadlineError:
            return False
        finally:
            caller.hang_up()
            caller.wait_over(timeout_s=10)
        return True

    until(hears_it, 60, "the caller hears Bob's own greeting")


def _upload(rest: RestClient, frequency_hz: int) -> int:
    """One more greeting of Bob's; its sound is a tone."""
    answer = rest.response(
        "POST",
        "/greetings",
        data={"extension_number": "102"},
        files={"file": (f"{frequency_hz}.wav", tone(frequency_hz), "audio/wav")},
    )
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def test_of_two_stored_greetings_the_one_that_is_chosen_on_the_phone_is_what_callers_hear(
    alice: Phone, bob: Phone, rest: RestClient, in_force: InForce
) -> None:
    summer, winter = _upload(rest, SUMMER_HZ), _upload(rest, WINTER_HZ)
    in_force()
    call = _own_mailbox(bob, "01")
    call.wait_heard(SUMMER_HZ, timeout_s=30)
    call.send_dtmf("6")
    call.wait_heard(WINTER_HZ, timeout_s=30)
    call.send_dtmf("4")
    call.wait_heard(SUMMER_HZ, timeout_s=30)
    call.send_dtmf("6")
    call.wait_heard(WINTER_HZ, timeout_s=30)
    call.send_dtmf("1")
    speak_for_a_while(call)
    call.hang_up()

    def active() -> list[int]:
        return [one["id"] for one in _greetings(rest) if one["is_active"]]

    until(lambda: active() == [winter], STORED_WITHIN_S, "the other greeting is in use")
    assert sorted(one["id"] for one in _greetings(rest)) == [summer, winter]
    in_force()
    bob.on_incoming(provisional=0, final=486)
    caller = alice.dial("102").wait_confirmed(15)
    caller.wait_heard(WINTER_HZ, timeout_s=30)
    caller.hang_up()
    caller.wait_over(timeout_s=10)


def test_a_pin_that_is_chosen_on_the_phone_is_asked_for_from_then_on(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    leave_message(rest, alice, bob)
    call = _own_mailbox(bob, "05")
    for _ in range(2):
        call.send_dtmf("2468#")
        speak_for_a_while(call)
    call.hang_up()
    until(lambda: rest.get("/mailboxes/102")["has_pin"], STORED_WITHIN_S, "the PIN is set")

    def is_asked() -> bool:
        """The worker has heard of the change: without the PIN nothing is played, and the call ends by and by."""
        wrong = _own_mailbox(bob, "1357#")
        try:
            wrong.wait_heard(alice.config.tone_hz, timeout_s=10)
        except (DeadlineError, PhoneError):
            is_played = False
        else:
            is_played = True
        with suppress(PhoneError):  # which says that it is over
            wrong.hang_up()
        wrong.wait_over(timeout_s=10)
        return not is_played

    until(is_asked, 60, "the PIN is asked for")
    right = _own_mailbox(bob, "2468#")
    right.wait_heard(alice.config.tone_hz, timeout_s=30)
    right.hang_up()


def test_a_message_goes_on_with_a_word_of_its_owner(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    message = leave_message(rest, alice, bob)
    clear(rest, carol)
    call = _own_mailbox(bob, "8")
    call.send_dtmf("103#")
    call.send_dtmf("1")
    call.send_dtmf("1")  # straight to the tone
    speak_for_a_while(call)
    call.send_dtmf("#")
    speak_for_a_while(call)
    call.send_dtmf("1")
    speak_for_a_while(call)
    call.hang_up()
    (copy,) = until(lambda: messages_of(rest, carol), STORED_WITHIN_S, "the message went on")
    assert copy["duration_s"] > message["duration_s"] + 1
    heard = carol.dial("999").wait_confirmed(10)
    heard.wait_heard(bob.config.tone_hz, timeout_s=30)
    heard.wait_heard(alice.config.tone_hz, timeout_s=30)
    heard.hang_up()
    clear(rest, carol)
