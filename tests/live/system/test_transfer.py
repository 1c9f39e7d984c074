"""Transfers from telephones, by tones: blind and attended, from either side, and back where nothing comes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sipworker.pjsip.sip_message import tag_of
from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.phones.calls import PhoneCall
from tests.phones.foreign_phone import ForeignPhone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

WAIT_S = 15


def talk(caller: Phone, callee: Phone) -> tuple[PhoneCall, PhoneCall]:
    callee.on_incoming(final=200)
    call = caller.dial(callee.config.number).wait_confirmed(WAIT_S)
    answered = callee.wait_incoming(WAIT_S).wait_confirmed(WAIT_S)
    call.wait_heard(callee.config.tone_hz, timeout_s=WAIT_S)
    answered.wait_heard(caller.config.tone_hz, timeout_s=WAIT_S)
    return call, answered


def they_talk(first: PhoneCall, second: PhoneCall) -> None:
    first.wait_heard(second.phone.config.tone_hz, timeout_s=WAIT_S)
    second.wait_heard(first.phone.config.tone_hz, timeout_s=WAIT_S)


def test_the_callee_transfers_the_caller_blind(
    alice: Phone, bob: Phone, carol: Phone, events: EventSocket, rest: RestClient
) -> None:
    call, answered = talk(alice, bob)
    carol.on_incoming(provisional=180)
    answered.refer("103")
    ringing = carol.wait_incoming(WAIT_S)
    assert "101" in ringing.messages[0].header("From")
    answered.wait_transfer(180, WAIT_S)
    ringing.answer(200)
    they_talk(call, ringing.wait_confirmed(WAIT_S))
    answered.wait_transfer(200, WAIT_S)
    answered.wait_over(WAIT_S)
    transferred = events.wait_key(call.sip_call_id, "call_transferred")
    assert (transferred["transfer"], transferred["transferor"], transferred["target_number"]) == (
        "blind",
        "102",
        "103",
    )
    ringing.hang_up()
    call.wait_over(WAIT_S)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["answered_number"], cdr["ended_by"]) == ("answered", "102", "callee")


def test_the_caller_transfers_and_hangs_up_at_once(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = talk(alice, bob)
    carol.on_incoming(provisional=180)
    call.hold()
    call.refer("103")
    call.wait_transfer(100, WAIT_S)
    call.hang_up()
    ringing = carol.wait_incoming(WAIT_S)
    assert "102" in ringing.messages[0].header("From")
    ringing.answer(200)
    they_talk(answered, ringing.wait_confirmed(WAIT_S))
    answered.hang_up()
    ringing.wait_over(WAIT_S)
    assert rest.wait_cdr(call.sip_call_id)["ended_by"] == "callee"


def test_a_busy_target_gives_the_call_back(alice: Phone, bob: Phone, carol: Phone) -> None:
    call, answered = talk(alice, bob)
    carol.on_incoming(provisional=0, final=486)
    answered.refer("103")
    answered.wait_transfer(486, WAIT_S)
    they_talk(call, answered)
    call.hang_up()


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("sip:777@demo.local", 404),
        ("sip:102@demo.local", 486),
        ("sip:101@demo.local", 486),
        ("sip:103@evil.example", 403),
        ("sip:101@globex.local", 403),
    ],
    ids=["nowhere", "to oneself", "back to who is transferred", "to a foreign domain", "to a neighbour"],
)
def test_a_transfer_that_may_not_be_is_told_so_and_they_talk_on(
    alice: Phone, bob: Phone, mallory: Phone, uri: str, code: int
) -> None:
    call, answered = talk(alice, bob)
    answered.refer("", uri=uri)
    answered.wait_transfer(code, WAIT_S)
    they_talk(call, answered)
    assert not mallory.calls
    call.hang_up()


def test_headers_in_refer_to_are_refused_before_anything_is_sent(
    alice: Phone, bob: Phone, mallory: Phone
) -> None:
    call, answered = talk(alice, bob)
    answered.refer("", uri="sip:101@globex.local?X-PBX-Dest=ext&X-PBX-Tenant=2")
    until(lambda: answered.received("REFER", 400), WAIT_S, "the REFER is refused")
    they_talk(call, answered)
    assert not mallory.calls
    call.hang_up()


def test_who_transferred_and_left_is_rung_again(alice: Phone, bob: Phone, carol: Phone) -> None:
    call, answered = talk(alice, bob)
    carol.on_incoming(provisional=180)
    bob.on_incoming(provisional=180)
    answered.refer("103")
    ringing = carol.wait_incoming(WAIT_S)
    answered.hang_up()
    answered.wait_over(WAIT_S)
    ringing.answer(486)
    back = bob.wait_incoming(WAIT_S)
    assert "101" in back.messages[0].header("From")
    back.answer(200)
    they_talk(call, back.wait_confirmed(WAIT_S))
    call.hang_up()
    back.wait_over(WAIT_S)


def test_who_is_transferred_may_hang_up_while_it_rings(alice: Phone, bob: Phone, carol: Phone) -> None:
    call, answered = talk(alice, bob)
    carol.on_incoming(provisional=180)
    answered.refer("103")
    ringing = carol.wait_incoming(WAIT_S)
    call.hang_up()
    ringing.wait_over(WAIT_S)
    answered.wait_over(WAIT_S)


def test_an_attended_transfer_joins_two_calls(
    alice: Phone, bob: Phone, carol: Phone, events: EventSocket, rest: RestClient
) -> None:
    call, answered = talk(alice, bob)
    answered.hold()
    consultation, consulted = talk(bob, carol)
    answered.refer_to(consultation)
    they_talk(call, consulted)
    answered.wait_transfer(200, WAIT_S)
    answered.wait_over(WAIT_S)
    consultation.wait_over(WAIT_S)
    told = events.wait_key(call.sip_call_id, "call_transferred")
    assert (told["transfer"], told["from_call_id"]) == ("attended", consultation.sip_call_id)
    # Carol may hold her new partner, as in any call.
    consulted.hold()
    until(lambda: alice.config.tone_hz not in consulted.heard(), WAIT_S, "Carol holds")
    consulted.unhold()
    they_talk(call, consulted)
    call.hang_up()
    consulted.wait_over(WAIT_S)
    first, second = rest.wait_cdr(call.sip_call_id), rest.wait_cdr(consultation.sip_call_id)
    assert (first["status"], second["status"]) == ("answered", "answered")
    assert second["ended_reason"] == "Transferred to another call"


def test_the_consulted_may_have_called(alice: Phone, bob: Phone, carol: Phone) -> None:
    """Bob's other call is one that came in: Carol's leg is its caller's."""
    call, answered = talk(alice, bob)
    answered.hold()
    consulted, consultation = talk(carol, bob)
    answered.refer_to(consultation)
    they_talk(call, consulted)
    consultation.wait_over(WAIT_S)
    consulted.hang_up()
    call.wait_over(WAIT_S)


def test_three_talk_on_a_phone_that_mixes(alice: Phone, bob: Phone, carol: Phone) -> None:
    """The phone's own conference: Bob hears both at once, and stays with one when the other leaves."""
    call, answered = talk(alice, bob)
    consultation, consulted = talk(bob, carol)
    bob.join(answered, consultation)
    call.wait_heard(bob.config.tone_hz, carol.config.tone_hz, timeout_s=WAIT_S)
    consulted.wait_heard(bob.config.tone_hz, alice.config.tone_hz, timeout_s=WAIT_S)
    consulted.hang_up()
    consultation.wait_over(WAIT_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=WAIT_S)
    call.hang_up()


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_phones_on_connections_transfer_too(
    alice: Phone, bob: Phone, make_phone: PhoneMaker, transport: str
) -> None:
    carol = make_phone("demo", "103", transport=transport)
    carol.register()
    call, answered = talk(alice, carol)
    bob.on_incoming(final=200)
    answered.refer("102")
    they_talk(call, bob.wait_incoming(WAIT_S).wait_confirmed(WAIT_S))
    answered.wait_over(WAIT_S)
    call.hang_up()


def test_a_second_phone_takes_the_call_of_its_extension(
    alice: Phone, bob: Phone, make_phone: PhoneMaker
) -> None:
    """INVITE with Replaces: Bob goes on at his other phone."""
    call, answered = talk(bob, alice)
    accepted = call.received("INVITE", 200)
    assert accepted is not None
    mobile = make_phone("demo", "102", tone_hz=1100)
    mobile.register()
    tags = f"to-tag={tag_of(accepted.header('To'))};from-tag={tag_of(accepted.header('From'))}"
    taken = mobile.dial("101", headers={"Replaces": f"{call.sip_call_id};{tags}"})
    they_talk(answered, taken.wait_confirmed(WAIT_S))
    call.wait_over(WAIT_S)
    refused = mobile.dial("101", headers={"Replaces": "nothing@192.0.2.1;to-tag=1;from-tag=2"})
    refused.wait_over(WAIT_S)
    assert refused.code == 481
    answered.hang_up()


def test_a_phone_of_another_make_holds_and_transfers(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    """baresip answers, holds, resumes and sends the call on."""
    config = replace(system.demo.phone_config("demo", "103"), tone_hz=1100)
    with ForeignPhone(config, plays_tone=True) as carol:
        carol.wait_registered(WAIT_S)
        call = alice.dial("103").wait_confirmed(WAIT_S)
        call.wait_heard(1100, timeout_s=WAIT_S)
        carol.order("hold")
        until(lambda: 1100 not in call.heard(), WAIT_S, "Alice hears that she is held")
        carol.order("resume")
        call.wait_heard(1100, timeout_s=WAIT_S)
        bob.on_incoming(final=200)
        carol.order("transfer", "sip:102@demo.local")
        they_talk(call, bob.wait_incoming(WAIT_S).wait_confirmed(WAIT_S))
        until(lambda: "103" not in str(rest.rows("/call_sessions/")[0]["answered_number"]), WAIT_S, "shown")
        call.hang_up()
