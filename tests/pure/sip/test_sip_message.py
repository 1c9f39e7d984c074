"""What the worker reads out of SIP messages, however they are written."""

from __future__ import annotations

import pytest

from sipworker.pjsip.sip_message import NameAddr, parse_message, parse_name_addr, parse_sip_uri

pytestmark = pytest.mark.pure

INVITE = (
    "INVITE sip:102@acme.example;user=phone SIP/2.0\r\n"
    "v: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\n"
    "VIA: SIP/2.0/UDP 192.0.2.2;branch=z9hG4bK2\r\n"
    "i: abc@192.0.2.1\r\n"
    'f: "Alice"\r\n'
    "  <sip:101@acme.example>\r\n"
    "\t;tag=1\r\n"
    "x-pbx-TENANT :  7 \r\n"
    "User-Agent: Phone\x07 \udcff1.0\r\n"
    "\r\n"
    "v=0\r\nm=audio 4000 RTP/AVP 0\r\n"
)


def test_compact_and_oddly_cased_names_are_one_header() -> None:
    message = parse_message(INVITE)
    assert message.first("Call-ID") == "abc@192.0.2.1"
    assert message.first("X-PBX-Tenant") == "7"
    assert [via[-1] for via in message.headers["via"]] == ["1", "2"]


def test_a_folded_header_is_one_line() -> None:
    assert parse_message(INVITE).first("From") == '"Alice" <sip:101@acme.example> ;tag=1'


def test_body_and_request_uri_are_kept_apart() -> None:
    message = parse_message(INVITE)
    assert message.body == "v=0\r\nm=audio 4000 RTP/AVP 0\r\n"
    assert message.request_uri == "sip:102@acme.example;user=phone"


def test_what_no_database_would_store_is_left_out() -> None:
    assert parse_message(INVITE).first("User-Agent") == "Phone 1.0"


def test_an_absent_header_is_empty() -> None:
    assert parse_message(INVITE).first("Reason") == ""


@pytest.mark.parametrize("text", ["", "\r\n\r\n", ":", "INVITE\r\n folded\r\n:x\r\n", "\r\n \r\n"])
def test_scraps_are_read_without_complaint(text: str) -> None:
    parse_message(text)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('"Bob" <sip:102@host:5060;x=y>;tag=1', NameAddr("Bob", "102", "host")),
        ('"B \\"the\\" \\\\ob" <sip:102@host>', NameAddr('B "the" \\ob', "102", "host")),
        ('"<sip:999@evil>" <sip:102@host>', NameAddr("<sip:999@evil>", "102", "host")),
        ("Bob B <sip:102@host>", NameAddr("Bob B", "102", "host")),
        ("sip:102@host;tag=1", NameAddr("", "102", "host")),
        ("<sips:102@HOST?h=1>", NameAddr("", "102", "host")),
        ('"unclosed', NameAddr("unclosed", "", "")),
    ],
)
def test_name_addr(value: str, expected: NameAddr) -> None:
    assert parse_name_addr(value) == expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("sip:*43@acme.example", ("*43", "acme.example")),
        ("sip:%23100:secret@Acme.Example:5060;transport=tcp", ("#100", "acme.example")),
        ("sip:100;phone-context=x@host", ("100", "host")),
        ("sip:101@[2001:DB8::1]:5060", ("101", "[2001:db8::1]")),
        ("sip:host", ("", "host")),
        ("tel:+4930123", ("", "")),
        ("sip:1%00%0d02@host", ("102", "host")),
    ],
)
def test_sip_uri(uri: str, expected: tuple[str, str]) -> None:
    assert parse_sip_uri(uri) == expected
