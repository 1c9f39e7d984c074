"""One extension calls another: every way a call can end, and the one record it leaves."""

from __future__ import annotations

from tests.live.system.conftest import InForce, PhoneMaker
from tests.phones.phone import Phone
from tests.phones.rest import RestClient


def test_two_extensions_hear_each_other(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call = alice.dial("102")
    ringing = bob.wait_incoming()
    call.wait_state("early")
    ringing.answer()
    call.wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    ringing.wait_heard(alice.config.tone_hz)
    ringing.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["caller"], cdr["callee"]) == ("answered", "101", "102")
    assert (cdr["ended_by"], cdr["sip_code"]) == ("callee", 200)
    assert cdr["talk_duration_ms"] > 0
    assert cdr["caller_mos"] > 3
    assert cdr["caller_codec"].startswith("PCMA")


def test_the_callee_sees_the_callers_number_and_name_and_no_internal_header(alice: Phone, bob: Phone) -> None:
    alice.dial("102", headers={"X-PBX-User": "999", "P-Asserted-Identity": "<sip:boss@demo.local>"})
    invite = bob.wait_incoming().messages[0]
    assert "sip:101@" in invite.header("From")
    assert "X-PBX" not in invite.text
    assert "boss" not in invite.text


def test_an_unknown_number_is_not_found(alice: Phone, rest: RestClient) -> None:
    call = alice.dial("199").wait_over()
    assert call.code == 404
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"], cdr["sip_code"]) == ("refused", "pbx", 404)


def test_calling_ones_own_number_is_busy(alice: Phone, rest: RestClient) -> None:
    call = alice.dial("101").wait_over()
    assert call.code == 486
    assert rest.wait_cdr(call.sip_call_id)["sip_code"] == 486


def test_a_number_nobody_registered_is_unavailable(alice: Phone, rest: RestClient) -> None:
    call = alice.dial("103").wait_over()
    assert call.code == 480
    assert rest.wait_cdr(call.sip_call_id)["status"] == "failed"


def test_a_busy_phone_gives_busy(alice: Phone, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(provisional=0, final=486)
    call = alice.dial("102").wait_over()
    assert call.code == 486
    answer = call.received("INVITE", 486)
    assert answer is not None
    assert "cause=17" in answer.header("Reason")
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"], cdr["sip_code"]) == ("busy", "callee", 486)


def test_a_declined_call_is_refused(alice: Phone, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(final=603)
    call = alice.dial("102").wait_over()
    assert call.code == 603
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"], cdr["sip_code"]) == ("refused", "callee", 603)


def test_a_cancelled_call_stops_ringing(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call = alice.dial("102").wait_state("early")
    ringing = bob.wait_incoming()
    call.hang_up()
    call.wait_over()
    ringing.wait_over()
    assert call.code == 487
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"], cdr["sip_code"]) == ("cancelled", "caller", 487)
    assert cdr["talk_duration_ms"] == 0


def test_the_caller_may_hang_up_too(alice: Phone, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    call.hang_up()
    bob.wait_incoming().wait_over()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["ended_by"] == "caller"


def test_a_phone_that_never_answers_gives_up_after_the_ring_timeout(
    alice: Phone, bob: Phone, rest: RestClient, in_force: InForce
) -> None:
    extension = rest.rows("/extensions/", search="102")[0]
    rest.patch(f"/extensions/{extension['id']}/", {"ring_timeout_s": 5})
    try:
        in_force()
        call = alice.dial("102").wait_over()
    finally:
        rest.patch(f"/extensions/{extension['id']}/", {"ring_timeout_s": extension["ring_timeout_s"]})
    assert call.code == 480
    ringing = bob.wait_incoming()
    ringing.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"]) == ("no_answer", "pbx")


def test_several_calls_at_once_do_not_mix(
    alice: Phone, bob: Phone, carol: Phone, make_phone: PhoneMaker, rest: RestClient
) -> None:
    dave = make_phone("demo", "101", tone_hz=1100)
    bob.on_incoming(final=200)
    carol.on_incoming(final=200)
    first, second = alice.dial("102").wait_confirmed(), dave.dial("103").wait_confirmed()
    first.wait_heard(bob.config.tone_hz)
    second.wait_heard(carol.config.tone_hz)
    bob.wait_incoming().wait_heard(alice.config.tone_hz)
    carol.wait_incoming().wait_heard(dave.config.tone_hz)
    for call in (first, second):
        call.hang_up()
        call.wait_over()
        assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"
