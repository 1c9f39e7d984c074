"""A provider's INVITE as the edge hands it over: what is believed, and what is bounded."""

from __future__ import annotations

import pytest

from callmanager.domain.header_parameters import (
    CallerMapping,
    CallerPart,
    OutgoingHeaders,
    ProviderField,
    caller_identity,
)
from callmanager.domain.trunk_entry import TrunkEntry
from sipworker.call.actions import DialTrunk
from sipworker.call.signals import InviteReceived
from sipworker.pjsip.headers import ContractBrokenError, read_invite, trunk_addresses, trunk_headers
from sipworker.pjsip.provider_caller import MAX_OTHERS, MAX_VALUE, split_list
from sipworker.pjsip.sip_message import parse_message

pytestmark = pytest.mark.pure

CONTRACT = {
    "X-PBX-Kind": "trunk",
    "X-PBX-Trunk": "5",
    "X-PBX-Did": "4930555",
    "X-PBX-Domain": "ACME.example",
    "X-PBX-Tenant": "7",
    "X-PBX-Src": "udp:192.0.2.7:5060",
    "From": '"Alice" <sip:101@provider.example>;tag=1',
    "Call-ID": "abc",
}
SDP = "m=audio 1 RTP/AVP 8 0\r\n"


def received(*lines: str, body: str = SDP, **changes: str) -> InviteReceived:
    headers = CONTRACT | {name.replace("_", "-"): value for name, value in changes.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
    more = "".join(f"{line}\r\n" for line in lines)
    text = f"INVITE sip:trk-5-0@192.0.2.1 SIP/2.0\r\n{head}{more}\r\n{body}"
    return read_invite("leg", parse_message(text))


def test_the_edge_says_which_number_of_whom_was_called() -> None:
    invite = received()
    assert (invite.trunk_id, invite.tenant_id, invite.dialled) == (5, 7, "4930555")
    assert invite.caller_domain == invite.dialled_domain == "acme.example"
    assert invite.codecs == ("PCMA", "PCMU")


def test_who_calls_stays_unread_until_the_trunk_is_known() -> None:
    invite = received("P-Asserted-Identity: <sip:+4917012@provider.example>, <tel:+4917099;x=y>")
    assert invite.caller == ""
    assert invite.provider_caller.parts == {
        ProviderField.FROM_USER: "101",
        ProviderField.FROM_DISPLAY: "Alice",
        ProviderField.PAI_USER: "+4917012",
    }


def test_a_telephone_uri_names_a_number() -> None:
    told = received("P-Asserted-Identity: <tel:+4917099;x=y>").provider_caller
    assert told.parts[ProviderField.PAI_USER] == "+4917099"


@pytest.mark.parametrize(
    "broken",
    [
        {"X_PBX_Trunk": ""},
        {"X_PBX_Trunk": "0"},
        {"X_PBX_Trunk": "5 OR 1=1"},
        {"X_PBX_Trunk": "9" * 19},
        {"X_PBX_Did": ""},
        {"X_PBX_Domain": ""},
        {"X_PBX_Tenant": "-1"},
    ],
)
def test_a_call_whose_trunk_or_number_is_unknown_is_nobodys(broken: dict[str, str]) -> None:
    with pytest.raises(ContractBrokenError):
        received(**broken)


@pytest.mark.parametrize(
    ("lines", "is_private"),
    [
        ((), False),
        (("Privacy: none",), False),
        (("Privacy: id",), True),
        (("Privacy: header;user",), True),
        (("Remote-Party-ID: <sip:1@x>;party=calling;privacy=full",), True),
        (("Remote-Party-ID: <sip:1@x>;privacy=off",), False),
    ],
)
def test_a_caller_may_hide(lines: tuple[str, ...], is_private: bool) -> None:
    assert received(*lines).is_private is is_private


def test_nobody_is_nobody() -> None:
    assert received(From="<sip:anonymous@anonymous.invalid>;tag=1").is_private


def test_a_caller_may_stand_in_a_header_of_the_providers_own() -> None:
    told = received('X-Caller: "x" <sip:0049@host>', "X-Text: 4711").provider_caller
    for name, number in (("X-Caller", "0049"), ("x-text", "4711")):
        mapping = CallerMapping(CallerPart.NUMBER, ProviderField.CUSTOM, name)
        assert caller_identity(told, [mapping]).number == number


def test_a_provider_that_says_too_much_is_cut_short() -> None:
    many = [f"X-Header-{number}: {'9' * 1000}" for number in range(500)]
    told = received(*many, From=f'"{"n" * 5000}" <sip:{"1" * 5000}@x>;tag=1').provider_caller
    assert len(told.others) == MAX_OTHERS
    assert max(map(len, [*told.others.values(), *told.parts.values()])) == MAX_VALUE
    assert not any(name.startswith("x-pbx") for name in told.others)


@pytest.mark.parametrize(
    ("lines", "diversions"),
    [
        ((), 0),
        (("Diversion: <sip:1@a>;reason=busy",), 1),
        (('Diversion: "a, b" <sip:1@a>, <sip:2@a,b>', "Diversion: <sip:3@a>"), 3),
        (("History-Info: <sip:1@a>;index=1, <sip:2@a?Reason=SIP%3Bcause%3D302>;index=1.1",), 1),
        (("Diversion: " + "<sip:1@a>," * 400,), 50),
    ],
)
def test_how_often_a_call_was_forwarded_before_is_counted(lines: tuple[str, ...], diversions: int) -> None:
    assert received(*lines).provider_caller.diversions == diversions


def test_keys_for_encryption_are_seen_in_the_offer() -> None:
    assert not received().is_srtp_offered
    assert received(body="m=audio 1 RTP/SAVP 8\r\n").is_srtp_offered
    assert received(body=f"{SDP}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n").is_srtp_offered


def test_lists_are_split_outside_of_quotes_and_brackets() -> None:
    assert split_list(r'"a\", b" <sip:1,2@x>, c,, d') == [r'"a\", b" <sip:1,2@x>', "c", "d"]


def dial(**changes: object) -> DialTrunk:
    fields: dict[str, object] = {
        "request_user": "+4930#1",
        "request_host": "sip.provider.example:5080",
        "from_user": "4930555",
        "from_host": "sip.provider.example",
        "from_display": 'Al "x"\r\nX-Evil: 1',
        "to_user": "4930",
        "to_host": "sip.provider.example",
    }
    headers = OutgoingHeaders(**(fields | changes))  # type: ignore[arg-type]
    return DialTrunk("leg", 7, "4930", TrunkEntry(5, "Line", "sip.provider.example", port=5080), headers)


def test_an_invite_says_what_the_dialplan_filled_in() -> None:
    addresses = trunk_addresses(dial(), "127.0.0.1:15100")
    assert addresses.request_uri == "sip:+4930%231@sip.provider.example:5080"
    assert addresses.from_ == '"Al \\"x\\"X-Evil: 1" <sip:4930555@sip.provider.example>'
    assert addresses.to == "<sip:4930@sip.provider.example>"
    assert addresses.contact == "<sip:4930555@127.0.0.1:15100>"
    contact = trunk_addresses(dial(contact_user="acct"), "127.0.0.1:15100").contact
    assert contact == "<sip:acct@127.0.0.1:15100>"


def test_a_rule_writes_no_header_that_is_not_its_own() -> None:
    others = (
        ("P-Asserted-Identity", "<sip:1@x>\r\nX-Evil: 1"),
        ("X-PBX-Dest", "ext"),
        ("x-pbx-trunk", "9"),
        ("Route", "<sip:evil@192.0.2.66;lr>"),
        ("From", "<sip:other@x>"),
        ("Content-Length", "0"),
        ("Bad Name:", "x"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
    )
    assert trunk_headers(dial(others=others)) == (
        ("P-Asserted-Identity", "<sip:1@x>X-Evil: 1"),
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-PBX-Dest", "trunk"),
        ("X-PBX-Trunk", "5"),
        ("X-PBX-Tenant", "7"),
    )
