"""Bob parks Alice's call; Carol takes it from its place, or it rings at Bob again."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until


@pytest.fixture
def parked(alice: Phone, bob: Phone, events: EventSocket) -> PhoneCall:
    """Alice's side of a call that Bob held and parked on place 3."""
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    held = bob.wait_incoming().wait_confirmed()
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    held.hold()
    events.wait_key(call.sip_call_id, "call_hold")
    parking = bob.dial("*683").wait_confirmed()
    held.wait_over(PATIENCE_S)
    # Bob hears the number of the place, and then is let go.
    parking.wait_over(PATIENCE_S)
    told = events.wait_key(parking.sip_call_id, "call_parked")
    assert (told["slot"], told["target_number"], told["parked_by"]) == ("3", "101", "102")
    assert not call.is_over
    return call


def test_a_parked_call_is_listed_and_retrieved_from_another_phone(
    parked: PhoneCall, alice: Phone, carol: Phone, rest: RestClient
) -> None:
    (row,) = until(
        lambda: rest.rows("/call_sessions/", is_parked="true"), PATIENCE_S, "the parked call is listed"
    )
    assert (row["park_slot"], row["parked_by"], row["parked_number"]) == ("3", "102", "101")
    taken = carol.dial("*683").wait_over(PATIENCE_S)
    assert taken.code == 486
    call = carol.dial("*883").wait_confirmed()
    parked.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    call.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    assert rest.rows("/call_sessions/", is_parked="true") == []
    call.hang_up()
    parked.wait_over(PATIENCE_S)
    assert carol.dial("*883").wait_over(PATIENCE_S).code == 404


def test_nobody_takes_it_and_it_rings_at_who_parked_it(
    alice: Phone, bob: Phone, rest: RestClient, in_force: InForce, request: pytest.FixtureRequest
) -> None:
    rest.patch("/dial_codes/", {"park_timeout_s": 10})
    try:
        in_force()
        parked: PhoneCall = request.getfixturevalue("parked")
        back = bob.wait_incoming(25).wait_confirmed()
        parked.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
        back.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
        assert "<sip:101@demo.local>" in back.messages[0].header("From")
        back.hang_up()
        parked.wait_over(PATIENCE_S)
    finally:
        rest.patch("/dial_codes/", {"park_timeout_s": 60})


def talk(alice: Phone, bob: Phone) -> tuple[PhoneCall, PhoneCall]:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    return call, answered


def test_a_blind_transfer_to_the_code_parks_the_call(
    alice: Phone, bob: Phone, carol: Phone, events: EventSocket
) -> None:
    call, answered = talk(alice, bob)
    answered.refer("*685")
    answered.wait_transfer(200, PATIENCE_S)
    answered.wait_over(PATIENCE_S)
    told = events.wait_key(call.sip_call_id, "call_parked")
    assert (told["slot"], told["target_number"], told["parked_by"]) == ("5", "101", "102")
    retrieved = carol.dial("*885").wait_confirmed()
    call.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    retrieved.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    call.hang_up()
    retrieved.wait_over(PATIENCE_S)


def test_who_hears_the_place_first_hands_the_call_on_to_it(
    alice: Phone, bob: Phone, carol: Phone, events: EventSocket
) -> None:
    call, answered = talk(alice, bob)
    place = bob.dial("*686").wait_confirmed()
    answered.refer_to(place)
    place.wait_over(PATIENCE_S)
    answered.wait_over(PATIENCE_S)
    told = events.wait_key(call.sip_call_id, "call_parked")
    assert (told["slot"], told["parked_by"]) == ("6", "102")
    retrieved = carol.dial("*886").wait_confirmed()
    call.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    retrieved.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    call.hang_up()
    retrieved.wait_over(PATIENCE_S)
