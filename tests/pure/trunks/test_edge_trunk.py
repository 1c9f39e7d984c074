"""What the edge is told of a trunk, and what of it has to be said again."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from callmanager.domain.edge_trunk import (
    EdgeTrunk,
    NumberSource,
    OwnAddresses,
    TableChanges,
    Treatment,
    gateway_of,
    sip_destination,
    table_changes,
)
from callmanager.domain.trunk_accounts import TrunkAccount

pytestmark = pytest.mark.pure

OWN = OwnAddresses(
    bound="192.0.2.1",
    bound6="2001:db8::1",
    public="203.0.113.9",
    ports={"udp": 5060, "tcp": 5060, "tls": 5061},
)
ACCOUNT = TrunkAccount("trk-7-aa", "100", "p.example", "acct", "secret", "sip:192.0.2.7:5060", 600)


@pytest.mark.parametrize(
    ("address", "port", "transport", "uri"),
    [
        ("192.0.2.7", 5060, "udp", "sip:192.0.2.7:5060"),
        ("192.0.2.7", 5061, "tls", "sip:192.0.2.7:5061;transport=tls"),
        ("2001:db8::1", 5060, "tcp", "sip:[2001:db8::1]:5060;transport=tcp"),
    ],
)
def test_a_destination_is_a_sip_uri(address: str, port: int, transport: str, uri: str) -> None:
    assert sip_destination(address, port, transport) == uri


@pytest.mark.parametrize(
    ("treatment", "text"),
    [
        (Treatment(), "max=0;hide=1;lan=0;number=auto;down=0"),
        (Treatment(max_calls=30, is_single_via=False), "max=30;hide=0;lan=0;number=auto;down=0"),
        (Treatment(is_same_lan=True, is_blocked=True), "max=0;hide=1;lan=1;number=auto;down=1"),
        (
            Treatment(number_source=NumberSource.HEADER, number_header="X-Called"),
            "max=0;hide=1;lan=0;number=header;header=X-Called;down=0",
        ),
        # A header that is not asked for would be read nowhere.
        (Treatment(number_header="X-Called"), "max=0;hide=1;lan=0;number=auto;down=0"),
    ],
)
def test_how_a_trunk_is_treated_is_one_line(treatment: Treatment, text: str) -> None:
    assert treatment.text() == text


def test_a_registered_trunk_has_a_place_and_a_contact() -> None:
    trunk = EdgeTrunk(7, "sip:192.0.2.7:5060", account=ACCOUNT)
    assert trunk.entries() == {
        "how:7": Treatment().text(),
        "to:7": "sip:192.0.2.7:5060",
        "account:7": "trk-7-aa",
    }


def test_a_gateway_is_known_by_its_digest_and_never_by_its_password() -> None:
    gateway = gateway_of("123456", "gw.example", "secret")
    entries = EdgeTrunk(8, "", gateway=gateway).entries()
    assert entries == {
        "how:8": Treatment().text(),
        "to:8": "aor:123456@gw.example",
        "gateway:123456@gw.example": f"8:{gateway.ha1}",
        "host:gw.example": "1",
    }
    assert gateway.ha1 == hashlib.md5(b"123456:gw.example:secret", usedforsecurity=False).hexdigest()
    assert "secret" not in str(entries)


def test_what_a_provider_must_show_stands_before_where_it_is() -> None:
    trunk = EdgeTrunk(7, "sip:[2001:db8::1]:5061;transport=tls", fingerprints=("aa", "bb"))
    assert list(trunk.entries()) == ["how:7", "tls:[2001:db8::1]:5061", "to:7"]
    assert trunk.entries()["tls:[2001:db8::1]:5061"] == "aa|bb"


def test_a_trunk_that_nobody_can_find_has_no_place() -> None:
    assert "to:9" not in EdgeTrunk(9, "").entries()


def test_only_what_differs_is_said_again() -> None:
    present = {"to:1": "a", "to:2": "b", "to:3": "c"}
    wanted = {"to:1": "a", "to:2": "x", "to:4": "d"}
    assert table_changes(wanted, present) == TableChanges(("to:3",), (("to:2", "x"), ("to:4", "d")))
    assert table_changes(present, present) == TableChanges((), ())


@pytest.mark.parametrize(
    ("transport", "is_ipv6", "is_same_lan", "contact"),
    [
        ("udp", False, False, "203.0.113.9:5060"),
        ("udp", False, True, "192.0.2.1:5060"),
        ("tls", False, False, "203.0.113.9:5061;transport=tls"),
        ("tcp", True, False, "[2001:db8::1]:5060;transport=tcp"),
    ],
)
def test_a_provider_outside_is_told_the_public_address(
    transport: str, is_ipv6: bool, is_same_lan: bool, contact: str
) -> None:
    assert OWN.contact(transport, is_ipv6=is_ipv6, is_same_lan=is_same_lan) == contact
    without = replace(OWN, public="")
    assert without.contact("udp", is_ipv6=False, is_same_lan=is_same_lan) == "192.0.2.1:5060"


def test_a_socket_is_ours_or_none() -> None:
    assert OWN.socket("tcp", is_ipv6=False) == "tcp:192.0.2.1:5060"
    assert OWN.socket("udp", is_ipv6=True) == "udp:[2001:db8::1]:5060"
    assert replace(OWN, bound6="").socket("udp", is_ipv6=True) == ""
