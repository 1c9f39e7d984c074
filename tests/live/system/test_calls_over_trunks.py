"""Calls between phones and providers, through everything that runs, configured by REST alone."""

from __future__ import annotations

import re
import socket

import pytest

from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.provider import Provider
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

PROVIDER_HZ, OTHER_HZ = 1100, 1300
POOL, DID, BOBS_DID = "493055500-493055599", "493055501", "493055502"
NUMBER = "03012345678"
# A silent provider is given up after 4 s.
FAILOVER_WITHIN_S = 15.0


def test_a_provider_that_we_registered_at_calls_a_number_that_a_rule_sends_to_alice(
    system: RunningSystem, world: OutsideWorld, alice: Phone, rest: RestClient
) -> None:
    with Provider(system.sip_udp, world.host()) as registrar:
        trunk = world.trunk(
            registrar.host,
            registrar.port,
            POOL,
            authentication="register",
            authorization_name=registrar.account.name,
            password=registrar.account.password,
        )
        contact = registrar.take_registration()["Contact"]
        found = re.search(r"sip:(trk-[^@]+)@", contact)
        assert found is not None
        world.inbound(trunk, DID, "101")
        caller = world.provider(PROVIDER_HZ)
        host, port = system.sip_udp
        call = caller.dial(
            DID,
            target=f"sip:{found[1]}@{host}:{port}",
            headers={"P-Asserted-Identity": '"Santa" <sip:+4989123@provider.example>'},
        )
        incoming = alice.wait_incoming()
        assert '"Santa" <sip:+4989123@' in incoming.messages[0].header("From")
        incoming.answer()
        call.wait_confirmed().wait_heard(alice.config.tone_hz)
        incoming.wait_heard(PROVIDER_HZ)
        call.hang_up()
        incoming.wait_over()
        cdr = rest.wait_cdr(call.sip_call_id)
        assert (cdr["direction"], cdr["did"], cdr["answered_number"]) == ("in", DID, "101")
        assert (cdr["caller"], cdr["trunk_id"], cdr["status"]) == ("+4989123", trunk, "answered")


def test_alice_gets_out_over_the_third_trunk_when_two_fail(
    world: OutsideWorld, alice: Phone, rest: RestClient, events: EventSocket
) -> None:
    down, works = world.provider(), world.provider(PROVIDER_HZ)
    down.on_incoming(provisional=0, final=503)
    works.on_incoming(final=200)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((world.host(), 0))
        trunks = [world.trunk_to(down), world.trunk(*silent.getsockname()), world.trunk_to(works)]
        world.outbound(*trunks)
        call = alice.dial(NUMBER).wait_confirmed(FAILOVER_WITHIN_S)
    incoming = works.wait_incoming()
    call.wait_heard(PROVIDER_HZ)
    incoming.wait_heard(alice.config.tone_hz)
    call.send_dtmf("42#")
    until(lambda: incoming.digits == "42#", PATIENCE_S, "digits reach the provider")
    incoming.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    codes = [target["sip_code"] for target in cdr["call_targets"]]
    # The silent one may be known as such by then: 503 at once instead of 408 after 4 s.
    assert codes in ([503, 408, 200], [503, 503, 200])
    assert [target["trunk_id"] for target in cdr["call_targets"]] == trunks
    assert (cdr["direction"], cdr["outbound_trunk_id"], cdr["on_behalf_of"]) == ("out", trunks[2], "101")
    # Nothing but the silent trunk's 4 s.
    assert cdr["post_dial_delay_ms"] < 6_000


@pytest.mark.parametrize(("algorithm", "status"), [("MD5", 401), ("SHA-256", 407)])
def test_a_provider_is_told_our_password_as_it_asks(
    system: RunningSystem, world: OutsideWorld, alice: Phone, algorithm: str, status: int
) -> None:
    with Provider(system.sip_udp, world.host()) as provider:
        trunk = world.trunk(
            provider.host,
            provider.port,
            authorization_name=provider.account.name,
            password=provider.account.password,
        )
        world.outbound(trunk)
        alice.dial(NUMBER)
        invite = provider.take_call(status=status, algorithm=algorithm)
        assert provider.proved_password(invite)
        provider.send(invite.answer(486))
        call = alice.calls[-1].wait_over()
    assert call.code == 486
    for log in system.stack.config.log_dir.glob("worker-*"):
        assert provider.account.password not in log.read_text(errors="replace")


@pytest.mark.parametrize(("code", "heard"), [(486, 486), (603, 603), (404, 404), (500, 500)])
def test_what_a_provider_refuses_is_told_to_the_caller(
    world: OutsideWorld, alice: Phone, rest: RestClient, code: int, heard: int
) -> None:
    provider = world.provider()
    provider.on_incoming(final=code)
    world.outbound(world.trunk_to(provider))
    call = alice.dial(NUMBER).wait_over()
    assert call.code == heard
    (target,) = rest.wait_cdr(call.sip_call_id)["call_targets"]
    assert target["sip_code"] == code


def test_sound_before_the_answer_and_another_codec_after_it(world: OutsideWorld, alice: Phone) -> None:
    provider = world.provider(PROVIDER_HZ)
    provider.on_incoming(provisional=183)
    world.outbound(world.trunk_to(provider))
    call = alice.dial(NUMBER).wait_state("early")
    call.wait_heard(PROVIDER_HZ)
    incoming = provider.wait_incoming()
    incoming.answer()
    call.wait_confirmed()
    provider.use_codecs("PCMU")
    incoming.reinvite()
    until(lambda: incoming.codec == "PCMU", PATIENCE_S, "the codec is another one")
    call.wait_heard(PROVIDER_HZ)
    incoming.wait_heard(alice.config.tone_hz)
    incoming.hold()
    until(lambda: PROVIDER_HZ not in call.heard(), PATIENCE_S, "Alice no longer hears the provider")
    incoming.unhold()
    call.wait_heard(PROVIDER_HZ)


def test_a_provider_known_by_its_address_reaches_an_extensions_own_number(
    world: OutsideWorld, bob: Phone
) -> None:
    provider = world.provider(PROVIDER_HZ)
    world.trunk_to(provider, POOL)
    world.extension("102", did=BOBS_DID)
    bob.on_incoming(final=200)
    call = provider.dial(BOBS_DID).wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    bob.wait_incoming().wait_heard(PROVIDER_HZ)


def test_an_encrypted_trunk_is_heard_both_ways(world: OutsideWorld, alice: Phone, bob: Phone) -> None:
    provider = world.provider(PROVIDER_HZ, srtp="required")
    trunk = world.trunk_to(provider, POOL, srtp="required")
    world.outbound(trunk)
    world.inbound(trunk, DID, "102")
    provider.on_incoming(final=200)
    call = alice.dial(NUMBER).wait_confirmed()
    call.wait_heard(PROVIDER_HZ)
    provider.wait_incoming().wait_heard(alice.config.tone_hz)
    bob.on_incoming(final=200)
    back = provider.dial(DID).wait_confirmed()
    back.wait_heard(bob.config.tone_hz)


def forward(when: str, status: str = "available") -> list[dict[str, object]]:
    """To a number outside, at any hour."""
    destination = {"kind": "external_number", "target": NUMBER}
    return [
        {"status": status, "during": during, "when": when, "destination": destination, "ring_timeout_s": 0}
        for during in ("office_hours", "outside_office_hours")
    ]


def test_a_call_that_is_declined_on_one_of_two_phones_goes_outside(
    world: OutsideWorld, alice: Phone, bob: Phone, make_phone: object, rest: RestClient
) -> None:
    second = make_phone("demo", "102")  # type: ignore[operator]
    second.register()
    provider = world.provider(PROVIDER_HZ)
    provider.on_incoming(final=200)
    world.outbound(world.trunk_to(provider))
    world.extension("102", forwards=forward("busy"))
    call = alice.dial("102")
    desk, other = bob.wait_incoming(), second.wait_incoming()
    desk.answer(603)
    other.wait_over()
    call.wait_confirmed().wait_heard(PROVIDER_HZ)
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["direction"], cdr["answered_by"], cdr["on_behalf_of"]) == ("ext", "trunk", "102")
    assert cdr["rung_extensions"] == ["102"]


def test_no_answer_goes_outside_and_so_does_nobodys_phone(
    world: OutsideWorld, alice: Phone, bob: Phone, events: EventSocket
) -> None:
    provider = world.provider(PROVIDER_HZ)
    provider.on_incoming(final=200)
    world.outbound(world.trunk_to(provider))
    no_answer = [{**cell, "ring_timeout_s": 5} for cell in forward("no_answer")]
    world.extension("102", forwards=[*no_answer, *forward("always", "offline")])
    call = alice.dial("102").wait_confirmed(timeout_s=15)
    call.wait_heard(PROVIDER_HZ)
    assert bob.wait_incoming().wait_over().code == 487
    rerouted = events.wait_key(call.sip_call_id, "call_reroute")
    assert (rerouted["reason"], rerouted["from_number"], rerouted["target_number"]) == (
        "no_answer",
        "102",
        NUMBER,
    )
    call.hang_up()
    bob.unregister()
    again = alice.dial("102").wait_confirmed()
    again.wait_heard(PROVIDER_HZ)
