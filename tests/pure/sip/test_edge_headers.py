"""The contract between edge and worker: what is believed, and what we write."""

from __future__ import annotations

import pytest

from sipworker.call.actions import DialLeg
from sipworker.pjsip.headers import (
    ContractBrokenError,
    caller_identity,
    dial_headers,
    dial_uri,
    read_invite,
    reason_header,
)
from sipworker.pjsip.sip_message import SipMessage, parse_message

pytestmark = pytest.mark.pure

CONTRACT = {
    "X-PBX-Kind": "ext",
    "X-PBX-User": "101",
    "X-PBX-Domain": "ACME.example",
    "X-PBX-Tenant": "7",
    "X-PBX-Src": "udp:192.0.2.7:5060",
    "From": '"Alice" <sip:666@spoofed.example>;tag=1',
    "Call-ID": "abc",
    "User-Agent": "Phone",
}
DIAL = DialLeg("leg", 7, "102", "acme.example", "ruid-1", "101", 'Al "x"\r\nX-Evil: 1')


def invite(**changes: str) -> SipMessage:
    headers = CONTRACT | {name.replace("_", "-"): value for name, value in changes.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return parse_message(f"INVITE sip:102@acme.example SIP/2.0\r\n{lines}\r\nm=audio 1 RTP/AVP 8 0\r\n")


def test_the_caller_is_who_the_edge_says_not_who_the_phone_says() -> None:
    received = read_invite("leg", invite())
    assert (received.caller, received.caller_domain, received.tenant_id) == ("101", "acme.example", 7)
    assert (received.dialled, received.dialled_domain) == ("102", "acme.example")
    assert received.caller_display_name == "Alice"
    assert received.codecs == ("PCMA", "PCMU")


@pytest.mark.parametrize(
    "broken",
    [
        {"X_PBX_Kind": "trunk?"},
        {"X_PBX_Tenant": ""},
        {"X_PBX_Tenant": "7 OR 1=1"},
        {"X_PBX_Tenant": "²"},
        {"X_PBX_User": ""},
        {"X_PBX_Domain": ""},
    ],
)
def test_an_invite_without_the_contract_is_nobodys(broken: dict[str, str]) -> None:
    with pytest.raises(ContractBrokenError):
        read_invite("leg", invite(**broken))


def test_a_dialled_leg_names_its_registration() -> None:
    assert dial_uri(DIAL) == "sip:102@acme.example"
    assert dial_headers(DIAL) == {"X-PBX-Dest": "ext", "X-PBX-Tenant": "7", "X-PBX-Ruid": "ruid-1"}


def test_a_display_name_cannot_write_headers() -> None:
    assert caller_identity(DIAL) == '"Al \\"x\\"X-Evil: 1" <sip:101@acme.example>'


def test_a_number_with_special_characters_is_escaped() -> None:
    dial = DialLeg("leg", 7, "#1 @b>", "acme.example", "", "*101", "")
    assert dial_uri(dial) == "sip:%231%20%40b%3E@acme.example"
    assert caller_identity(dial) == "<sip:*101@acme.example>"


def test_a_reason_is_quoted() -> None:
    assert reason_header("SIP", 200, 'the "other" phone') == 'SIP;cause=200;text="the \\"other\\" phone"'
