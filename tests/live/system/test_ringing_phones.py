"""An extension with several phones: all ring, one gets the call."""

from __future__ import annotations

from tests.live.system.conftest import PhoneMaker
from tests.phones.phone import Phone
from tests.phones.rest import RestClient


def test_all_phones_ring_and_the_losers_are_told_why_they_stop(
    alice: Phone, carol: Phone, make_phone: PhoneMaker, rest: RestClient
) -> None:
    desk = make_phone("demo", "103", tone_hz=1100, user_agent="Desk phone")
    desk.register()
    call = alice.dial("103")
    loser, winner = carol.wait_incoming(), desk.wait_incoming()
    winner.answer()
    call.wait_confirmed()
    call.wait_heard(desk.config.tone_hz)
    winner.wait_heard(alice.config.tone_hz)
    loser.wait_over()
    cancel = loser.received("CANCEL")
    assert cancel is not None
    assert "cause=200" in cancel.header("Reason")
    assert "SIP" in cancel.header("Reason")
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["status"] == "answered"
    assert cdr["callee_user_agent"] == "Desk phone"
    # A phone of an earlier test whose connection has only just closed may still be listed; it can't ring.
    assert len([target for target in cdr["call_targets"] if target["status"] != "failed"]) == 2


def test_one_busy_phone_does_not_stop_the_other_from_ringing(
    alice: Phone, carol: Phone, make_phone: PhoneMaker, rest: RestClient
) -> None:
    busy = make_phone("demo", "103")
    busy.register()
    busy.on_incoming(provisional=0, final=486)
    call = alice.dial("103").wait_state("early")
    carol.wait_incoming().answer()
    call.wait_confirmed()
    call.wait_heard(carol.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_decline_on_one_phone_ends_the_call_on_all(
    alice: Phone, carol: Phone, make_phone: PhoneMaker, rest: RestClient
) -> None:
    desk = make_phone("demo", "103")
    desk.register()
    call = alice.dial("103")
    other = desk.wait_incoming()
    carol.wait_incoming().answer(603)
    call.wait_over()
    other.wait_over()
    assert call.code == 603
    assert other.received("CANCEL") is not None
    assert rest.wait_cdr(call.sip_call_id)["status"] == "refused"
