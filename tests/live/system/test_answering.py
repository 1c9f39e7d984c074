"""A telephone that rings is told to answer: it goes off the hook by itself, and the two hear each other."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.test_call_control import session_of
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient

GENEROUS_S = 15.0
CAROLS_HZ = 1100


def carols_phone(make_phone: PhoneMaker, talk_code: int, transport: str = "udp") -> Phone:
    phone = make_phone("demo", "103", tone_hz=CAROLS_HZ, talk_code=talk_code, transport=transport)
    phone.register(GENEROUS_S)
    return phone


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_telephone_that_rings_is_answered_by_a_program(
    make_phone: PhoneMaker,
    alice: Phone,
    rest: RestClient,
    globex_rest: RestClient,
    events: EventSocket,
    transport: str,
) -> None:
    carol = carols_phone(make_phone, 200, transport)
    call = alice.dial("103").wait_state("early", GENEROUS_S)
    ringing = carol.wait_incoming(GENEROUS_S)
    session_id = session_of(rest, call.sip_call_id)
    assert answer(globex_rest, session_id)[0] == 404
    assert answer(rest, session_id) == (200, {"session_id": session_id, "extension_number": "103"})
    call.wait_confirmed(GENEROUS_S).wait_heard(CAROLS_HZ, timeout_s=GENEROUS_S)
    ringing.wait_confirmed(GENEROUS_S).wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    asked = ringing.received("NOTIFY")
    assert asked is not None
    assert (asked.header("Event"), asked.header("Subscription-State")) == ("talk", "active")
    assert "X-PBX" not in asked.text
    events.wait_key(call.sip_call_id, "call_established")
    status, refused = answer(rest, session_id)
    assert (status, session_id in str(refused), "wrong_state" in str(refused)) == (409, True, True)
    call.hang_up()
    ringing.wait_over(GENEROUS_S)
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


@pytest.mark.parametrize("talk_code", [0, 481, 405, 408])
def test_a_telephone_that_does_not_know_how_rings_on(
    make_phone: PhoneMaker, alice: Phone, rest: RestClient, talk_code: int
) -> None:
    carol = carols_phone(make_phone, talk_code)
    call = alice.dial("103").wait_state("early", GENEROUS_S)
    ringing = carol.wait_incoming(GENEROUS_S)
    session_id = session_of(rest, call.sip_call_id)
    status, refused = answer(rest, session_id)
    assert (status, session_id in str(refused)) == (409, True), refused
    assert ("not_supported" in str(refused), "extension 103" in str(refused)) == (True, True), refused
    ringing.answer()
    call.wait_confirmed(GENEROUS_S).wait_heard(CAROLS_HZ, timeout_s=GENEROUS_S)
    call.hang_up()
    ringing.wait_over(GENEROUS_S)


def answer(rest: RestClient, session_id: str) -> tuple[int, Json]:
    response = rest.response("POST", f"/call_sessions/{session_id}/answer", json={}, timeout=GENEROUS_S)
    return response.status_code, response.json()
