"""Transfers of calls with people outside, who may be sent on, but send nobody on themselves."""

from __future__ import annotations

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_transfer import WAIT_S, talk, they_talk
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

PROVIDER_HZ, OTHER_HZ = 1100, 1300
NUMBER = "03012345678"


def call_out(world: OutsideWorld, caller: Phone) -> tuple[PhoneCall, PhoneCall, Phone]:
    provider = world.provider(PROVIDER_HZ)
    provider.on_incoming(final=200)
    world.outbound(world.trunk_to(provider))
    call = caller.dial(NUMBER).wait_confirmed(WAIT_S)
    outside = provider.wait_incoming(WAIT_S).wait_confirmed(WAIT_S)
    call.wait_heard(PROVIDER_HZ, timeout_s=WAIT_S)
    return call, outside, provider


def test_somebody_outside_is_transferred_to_a_colleague_who_sees_his_number(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, outside, _ = call_out(world, alice)
    bob.on_incoming(provisional=180)
    call.refer("102")
    ringing = bob.wait_incoming(WAIT_S)
    assert NUMBER in ringing.messages[0].header("From")
    ringing.answer(200)
    they_talk(outside, ringing.wait_confirmed(WAIT_S))
    call.wait_over(WAIT_S)
    outside.hang_up()
    ringing.wait_over(WAIT_S)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["ended_by"], cdr["outbound_trunk_id"] is not None) == (
        "answered",
        "callee",
        True,
    )


def test_a_colleague_is_transferred_outside_and_both_calls_may_be_joined(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, answered = talk(alice, bob)
    answered.hold()
    consultation, outside, _ = call_out(world, bob)
    answered.refer_to(consultation)
    they_talk(call, outside)
    consultation.wait_over(WAIT_S)
    answered.wait_over(WAIT_S)
    call.hang_up()
    outside.wait_over(WAIT_S)
    first, second = rest.wait_cdr(call.sip_call_id), rest.wait_cdr(consultation.sip_call_id)
    assert (first["status"], second["status"]) == ("answered", "answered")
    assert [target["number"] for target in first["call_targets"]] == ["102", NUMBER]


def test_a_provider_may_not_send_a_call_anywhere(world: OutsideWorld, alice: Phone, bob: Phone) -> None:
    call, outside, _ = call_out(world, alice)
    outside.refer("", uri="sip:102@demo.local")
    until(lambda: outside.received("REFER", 403), WAIT_S, "the REFER is refused")
    they_talk(call, outside)
    assert not bob.calls
    call.hang_up()
