"""A provider and an extension that mean harm: neither gets a call that it may not have, nor hurts others' calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.edge.endpoints import SDP
from tests.live.edge.messages import Header, SipMessage, unique
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.provider import Provider
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient

POOL, DID = "493055500-493055599", "493055501"
NUMBER = "03012345678"


@pytest.fixture
def provider(system: RunningSystem, world: OutsideWorld) -> Iterator[Provider]:
    """Its numbers are Alice's company's; DID rings Alice."""
    with Provider(system.sip_udp, world.host()) as provider:
        trunk = world.trunk(provider.host, provider.port, POOL)
        world.inbound(trunk, DID, "101")
        yield provider


def invite(
    provider: Provider, number: str, *extra: Header, caller: str = "+4917012345", body: str = SDP
) -> SipMessage:
    headers: tuple[Header, ...] = (
        provider.via(),
        ("Max-Forwards", "70"),
        ("From", f"<sip:{caller}@provider.example>;tag={unique('p')}"),
        ("To", f"<sip:{number}@pbx.example>"),
        ("Call-ID", unique("pcall")),
        ("CSeq", "1 INVITE"),
        ("Contact", f"<sip:{provider.host}:{provider.port}>"),
        *extra,
        ("Content-Type", "application/sdp"),
    )
    return provider.send(SipMessage(f"INVITE sip:{number}@pbx.example SIP/2.0", headers, body))


def is_still_served(provider: Provider, alice: Phone) -> None:
    """An honest call of the same provider rings Alice."""
    alice.on_incoming(provisional=180, final=486)
    invite(provider, DID)
    assert provider.expect_final("INVITE").status == 486


@pytest.mark.parametrize(
    "body",
    [
        "this is no session description",
        "v=0\r\nm=audio 70000 RTP/AVP 0\r\n",
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 77\r\n",
        SDP + "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:tooshort\r\n",
        SDP + "a=fmtp:0 " + "x" * 4_000 + "\r\n",
    ],
    ids=["no SDP", "cut short", "unknown codec", "broken key", "long attribute"],
)
def test_an_offer_that_makes_no_sense_is_refused_and_forgotten(
    provider: Provider, alice: Phone, body: str
) -> None:
    alice.on_incoming(provisional=180, final=486)
    invite(provider, DID, body=body)
    assert provider.expect_final("INVITE").status >= 400
    is_still_served(provider, alice)


def test_endless_headers_hurt_nobody(provider: Provider, alice: Phone) -> None:
    alice.on_incoming(provisional=180, final=486)
    for extra in (
        [(f"X-Header-{number}", "y" * 100) for number in range(300)],
        [("Diversion", "<sip:1@a>;reason=unknown, " * 1_500 + "<sip:1@a>")],
        [("P-Asserted-Identity", f'"{"n" * 20_000}" <sip:{"1" * 10_000}@x>')],
    ):
        invite(provider, DID, *extra)
        assert provider.expect_final("INVITE").status >= 400
    is_still_served(provider, alice)


def test_a_provider_that_writes_our_own_headers_stays_a_provider(
    provider: Provider, alice: Phone, rest: RestClient
) -> None:
    alice.on_incoming(provisional=180, final=486)
    spoofed: tuple[Header, ...] = (
        ("X-PBX-Kind", "ext"),
        ("X-PBX-User", "102"),
        ("X-PBX-Tenant", "1"),
        ("X-PBX-Domain", "demo.local"),
        ("X-PBX-Did", "999"),
    )
    call = invite(provider, DID, *spoofed, caller="102")
    assert provider.expect_final("INVITE").status == 486
    cdr = rest.wait_cdr(call["Call-ID"])
    assert (cdr["direction"], cdr["caller"], cdr["caller_domain"]) == ("in", "102", provider.host)
    rung = alice.wait_incoming().messages[0].header("From")
    assert "demo.local" not in rung


@pytest.mark.parametrize("dialled", ["102", "*43", NUMBER, "4930999", "493055500 OR 1=1", "%00"])
def test_nothing_but_the_companys_numbers_can_be_called(provider: Provider, dialled: str) -> None:
    invite(provider, dialled.replace(" ", "%20"), caller="101")
    assert provider.expect_final("INVITE").status in (400, 403, 404)


def test_an_extension_that_may_not_sets_no_caller_number(world: OutsideWorld, alice: Phone) -> None:
    provider = world.provider()
    world.outbound(world.trunk_to(provider, username="4930100"))
    spoofed = {
        "P-Asserted-Identity": "<sip:+49555@evil.example>",
        "Remote-Party-ID": "<sip:+49555@evil.example>",
        "X-Outbound-Cli": "rewrite-from=49555",
        "X-PBX-Dest": "ext",
        "X-PBX-Trunk": "1",
    }
    alice.dial(NUMBER, headers=spoofed)
    received = provider.wait_incoming().messages[0]
    assert "<sip:4930100@" in received.header("From")
    assert "49555" not in received.text
    assert "X-PBX" not in received.text
    assert "X-Outbound" not in received.text


def test_an_extension_that_may_sets_it_on_the_trunk_it_names(world: OutsideWorld, alice: Phone) -> None:
    world.extension("101", may_set_caller_id=True)
    provider = world.provider()
    world.outbound(world.trunk_to(provider, username="4930100", name="abc"))
    for header, part, value in (
        ("rewrite-from=123", "From", "<sip:123@"),
        ("rewrite-from=123;trunk-name:abc", "From", "<sip:123@"),
        ("rewrite-from=123;trunk-name:other", "From", "<sip:4930100@"),
        ("rewrite-pai=456", "P-Asserted-Identity", "<sip:456@"),
        ("rewrite-rpi=789", "Remote-Party-ID", "<sip:789@"),
    ):
        call = alice.dial(NUMBER, headers={"X-Outbound-Cli": header})
        received = provider.wait_incoming().messages[0]
        assert value in received.header(part), header
        call.hang_up()
        call.wait_over()


@pytest.mark.parametrize(
    "dialled",
    [
        "sip:03012345678",
        "03012345678%40evil.example",
        "03012345678%0d%0aX-Evil:%201",
        "0" * 65,
        "%D9%A0%D9%A3%D9%A0",
        "112%20",
    ],
)
def test_what_is_no_number_never_reaches_a_provider(world: OutsideWorld, alice: Phone, dialled: str) -> None:
    provider = world.provider()
    world.outbound(world.trunk_to(provider))
    call = alice.dial(dialled).wait_over()
    assert 400 <= call.code < 500
    assert not provider.calls


def test_parameters_of_a_number_are_left_out(world: OutsideWorld, alice: Phone) -> None:
    provider = world.provider()
    world.outbound(world.trunk_to(provider))
    alice.dial(f"{NUMBER};phone-context=evil.example")
    assert f"INVITE sip:{NUMBER}@" in provider.wait_incoming().messages[0].start_line
