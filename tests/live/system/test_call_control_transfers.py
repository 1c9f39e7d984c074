"""Transfers that programs ask for, between real telephones: who talks with whom afterwards is heard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.system.test_call_control import GENEROUS_S, session_of
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import holds_for, until


@pytest.fixture
def talk(alice: Phone, bob: Phone, rest: RestClient) -> Iterator[tuple[PhoneCall, PhoneCall]]:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(GENEROUS_S)
    answered = bob.wait_incoming().wait_confirmed(GENEROUS_S)
    answered.wait_heard(alice.config.tone_hz)
    yield call, answered
    for one in (call, answered):
        if not one.is_over:
            one.hang_up()


def test_a_program_transfers_a_call_to_a_number(
    talk: tuple[PhoneCall, PhoneCall], alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = talk
    rest.post("/extensions/refer", {"extension_number": "102", "refer_to": "103"})
    reached = carol.wait_incoming(GENEROUS_S)
    reached.answer()
    answered.wait_over(GENEROUS_S)
    call.wait_heard(carol.config.tone_hz, timeout_s=GENEROUS_S)
    reached.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    call.hang_up()
    reached.wait_over(GENEROUS_S)
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_where_nobody_takes_it_the_two_talk_again(
    talk: tuple[PhoneCall, PhoneCall], alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = talk
    carol.on_incoming(final=486)
    session_id = session_of(rest, call.sip_call_id)
    rest.post(f"/call_sessions/{session_id}/refer", {"side": "callee", "refer_to": "103"})
    carol.wait_incoming(GENEROUS_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    answered.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    answered.hang_up()
    call.wait_over(GENEROUS_S)


def test_a_program_connects_the_two_calls_of_an_extension(
    talk: tuple[PhoneCall, PhoneCall], alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = talk
    rest.post("/extensions/hold", {"extension_number": "102"})
    carol.on_incoming(final=200)
    asked = bob.dial("103").wait_confirmed(GENEROUS_S)
    carols = carol.wait_incoming(GENEROUS_S).wait_confirmed(GENEROUS_S)
    carols.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    rest.post("/extensions/attended_refer", {"extension_number": "102"})
    for of_bob in (answered, asked):
        of_bob.wait_over(GENEROUS_S)
    call.wait_heard(carol.config.tone_hz, timeout_s=GENEROUS_S)
    carols.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    call.hang_up()
    carols.wait_over(GENEROUS_S)


def test_what_is_recorded_on_demand_goes_on_in_the_call_that_a_transfer_makes(
    talk: tuple[PhoneCall, PhoneCall], alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    call, answered = talk
    rest.post("/extensions/hold", {"extension_number": "102"})
    carol.on_incoming(final=200)
    asked = bob.dial("103").wait_confirmed(GENEROUS_S)
    carols = carol.wait_incoming(GENEROUS_S).wait_confirmed(GENEROUS_S)
    recorded = session_of(rest, asked.sip_call_id)
    rest.post(f"/call_sessions/{recorded}/record", {"step": "start"})
    holds_for(lambda: not asked.is_over, 1.0, "they talk")
    rest.post("/extensions/attended_refer", {"extension_number": "102"})
    answered.wait_over(GENEROUS_S)
    call.wait_heard(carol.config.tone_hz, timeout_s=GENEROUS_S)
    until(
        lambda: [one["recording"] for one in rest.rows("/call_sessions/")] == ["recording"],
        GENEROUS_S,
        "the one call that is left is recorded",
    )
    holds_for(lambda: not call.is_over, 1.0, "these two talk")
    call.hang_up()
    carols.wait_over(GENEROUS_S)
    for one in (call, asked):
        sip_call_id = one.sip_call_id
        until(
            lambda: len(rest.wait_cdr(sip_call_id)["recordings"]) == 1,  # noqa: B023
            GENEROUS_S,
            "each call has its recording",
        )


def test_a_transfer_that_can_not_be_is_told_and_the_call_goes_on(
    talk: tuple[PhoneCall, PhoneCall], alice: Phone, bob: Phone, rest: RestClient, globex_rest: RestClient
) -> None:
    call, answered = talk
    body = {"extension_number": "102", "refer_to": "199"}
    assert rest.response("POST", "/extensions/refer/", json=body).status_code in (200, 409)
    call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    answered.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    stranger = globex_rest.response("POST", "/extensions/refer/", json=body)
    assert stranger.status_code == 404
