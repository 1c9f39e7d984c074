"""Whom a certificate is for: RFC 5922, and what providers do besides."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.certificate_names import is_certificate_for

pytestmark = pytest.mark.pure

NAMED_ALONE: dict[str, Any] = {"subject": ((("commonName", "sip.example.com"),),)}


def names(*alternatives: tuple[str, str]) -> dict[str, Any]:
    return {**NAMED_ALONE, "subjectAltName": alternatives}


@pytest.mark.parametrize(
    ("name", "described", "is_for"),
    [
        ("sip.example.com", names(("DNS", "a.example"), ("DNS", "SIP.example.com.")), True),
        ("SIP.Example.com.", names(("DNS", "sip.example.com")), True),
        ("example.com", names(("URI", "sip:example.com")), True),
        ("example.com", names(("URI", "sip:somebody@example.com")), False),
        ("example.com", names(("URI", "https://example.com")), False),
        ("sip.example.com", names(("DNS", "*.example.com")), True),
        ("a.sip.example.com", names(("DNS", "*.example.com")), False),
        ("example.com", names(("DNS", "*.example.com")), False),
        ("example.com", names(("DNS", "*.com")), False),
        ("sip.example.com", names(("DNS", "s*.example.com")), False),
        ("192.0.2.7", names(("IP Address", "192.0.2.7")), True),
        ("192.0.2.7", names(("DNS", "192.0.2.7")), False),
        ("[2001:db8::1]", names(("IP Address", "2001:DB8:0:0:0:0:0:1")), True),
        ("192.0.2.7", names(("DNS", "*.0.2.7")), False),
        # A common name counts where there is nothing else.
        ("sip.example.com", NAMED_ALONE, True),
        ("sip.example.com", names(("DNS", "other.example")), False),
        ("sip.example.com", {}, False),
    ],
)
def test_a_certificate_is_for_its_names(name: str, described: dict[str, Any], is_for: bool) -> None:
    assert is_certificate_for(name, described) is is_for
