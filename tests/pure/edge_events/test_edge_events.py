"""What the edge says is read exactly, or refused by name."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callmanager.domain.edge_events import (
    EdgeFormatError,
    EdgeRegistration,
    RegistrationChange,
    RegistrationChanged,
    WorkerChanged,
    edge_event_parse,
    location_dump_parse,
    rpc_question,
    rpc_result,
)

EVENT = {
    "event": "registered",
    "ruid": "uloc-1",
    "aor": "101@Acme.Example",
    "contact": "sip:101@192.168.1.7:5062",
    "received": "sip:192.0.2.7:40001",
    "user_agent": 'Acme "Desk"',
    "source": "udp:192.0.2.7:40001",
    "instance": "<urn:uuid:1>",
    "reg_id": 1,
    "expires_at": 1300,
    "at": 1000,
}
REGISTRATION = EdgeRegistration(
    ruid="uloc-1",
    aor="101@acme.example",
    contact="sip:101@192.168.1.7:5062",
    received="sip:192.0.2.7:40001",
    user_agent='Acme "Desk"',
    source="udp:192.0.2.7:40001",
    instance="<urn:uuid:1>",
    reg_id=1,
    expires_at=1300,
)


def line(**changes: object) -> str:
    return json.dumps({**EVENT, **changes})


def test_registration_is_read_with_its_domain_in_lower_case() -> None:
    assert edge_event_parse(line()) == RegistrationChanged(RegistrationChange.REGISTERED, REGISTRATION, 1000)


@pytest.mark.parametrize(
    ("kind", "is_gone"),
    [("registered", False), ("refreshed", False), ("unregistered", True), ("expired", True)],
)
def test_each_change_says_whether_the_contact_is_gone(kind: str, is_gone: bool) -> None:
    event = edge_event_parse(line(event=kind))
    assert isinstance(event, RegistrationChanged)
    assert event.is_gone is is_gone


@pytest.mark.parametrize(("kind", "is_up"), [("worker_up", True), ("worker_down", False)])
def test_worker_changes_are_read(kind: str, is_up: bool) -> None:
    text = json.dumps({"event": kind, "worker": "sip:127.0.0.1:15100", "at": 7})
    assert edge_event_parse(text) == WorkerChanged("sip:127.0.0.1:15100", is_up, 7)


def test_event_of_a_later_version_is_passed_over() -> None:
    assert edge_event_parse(line(event="moved")) is None


@pytest.mark.parametrize(
    "changes",
    [{"ruid": ""}, {"ruid": None}, {"aor": "101"}, {"aor": "@acme.example"}, {"expires_at": "soon"},
     {"reg_id": True}, {"contact": 5}, {"at": 1.5}, {"event": 3}],
    ids=str,
)  # fmt: skip
def test_what_breaks_the_format_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(EdgeFormatError):
        edge_event_parse(line(**changes))


@settings(max_examples=50)
@given(st.binary() | st.text())
def test_no_line_whatever_raises_anything_else(text: str | bytes) -> None:
    with pytest.raises(EdgeFormatError):
        edge_event_parse(text)


def test_nul_is_taken_out_because_the_database_has_no_place_for_it() -> None:
    event = edge_event_parse(line(user_agent="De\x00sk"))
    assert isinstance(event, RegistrationChanged)
    assert event.registration.user_agent == "Desk"


def dump(**contact: object) -> object:
    """One extension with one contact, as `ul.dump` of Kamailio 5.6 nests it."""
    fields = {
        "Address": "sip:101@192.168.1.7:5062",
        "Expires": 300,
        "User-Agent": 'Acme "Desk"',
        "Received": "sip:192.0.2.7:40001",
        "Socket": "udp:203.0.113.1:5060",
        "Ruid": "uloc-1",
        "Instance": "<urn:uuid:1>",
        "Reg-Id": 1,
    }
    info = {"AoR": "101@Acme.Example", "HashID": 1, "Contacts": [{"Contact": {**fields, **contact}}]}
    location = {"Domain": "location", "Size": 4096, "AoRs": [{"Info": info}]}
    return {"Domains": [{"Domain": location}]}


def test_dump_gives_the_same_registration_as_the_event() -> None:
    assert location_dump_parse(dump(), at=1000.9) == (REGISTRATION,)


@pytest.mark.parametrize("expires", ["expired", "deleted"])
def test_contact_on_its_way_out_is_left_out_of_the_dump(expires: str) -> None:
    assert location_dump_parse(dump(Expires=expires), at=1000) == ()


@pytest.mark.parametrize(
    ("address", "received", "socket", "source"),
    [
        ("sip:101@192.0.2.9:5062", "[not set]", "udp:203.0.113.1:5060", "udp:192.0.2.9:5062"),
        ("sip:101@192.0.2.9", "[not set]", "udp:203.0.113.1:5060", "udp:192.0.2.9:5060"),
        (
            "sip:101@x.invalid",
            "sip:192.0.2.7:4001;transport=wss",
            "tls:203.0.113.1:5065",
            "wss:192.0.2.7:4001",
        ),
        ("sip:101@[2001:db8::1]:5060", "[not set]", "tcp:[::1]:5060", "tcp:[2001:db8::1]:5060"),
        ("sip:101@[2001:db8::1];transport=TLS", "[not set]", "[not set]", "tls:[2001:db8::1]:5060"),
    ],
)
def test_source_in_a_dump_is_where_requests_would_go(
    address: str, received: str, socket: str, source: str
) -> None:
    (registration,) = location_dump_parse(dump(Address=address, Received=received, Socket=socket), at=1000)
    assert registration.source == source


def test_absent_values_of_a_dump_are_empty() -> None:
    (registration,) = location_dump_parse(dump(Instance="[not set]", Received="[not set]"), at=1000)
    assert (registration.instance, registration.received) == ("", "")


def test_empty_dump_holds_nobody() -> None:
    assert location_dump_parse({"Domains": [{"Domain": {"Domain": "location", "AoRs": []}}]}, at=1000) == ()


def test_question_and_answer_of_the_rpc() -> None:
    question = json.loads(rpc_question("htable.delete", "auth", "101@acme.example"))
    assert (question["method"], question["params"]) == ("htable.delete", ["auth", "101@acme.example"])
    assert rpc_result(b'{"jsonrpc":"2.0","result":[1],"id":1}') == [1]
    with pytest.raises(EdgeFormatError):
        rpc_result(b'{"jsonrpc":"2.0","error":{"code":500,"message":"No such item"},"id":1}')
