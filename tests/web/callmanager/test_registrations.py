"""The table of registrations follows the edge, whatever was missed; subscribers hear what changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import redis
from django.conf import settings
from redis.client import PubSub

from callmanager.domain.edge_events import EdgeRegistration, RegistrationChange, RegistrationChanged
from callmanager.edge.cache_link import FORGET_ALL_ABOVE, CacheLink
from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError, EdgeRpc
from callmanager.fleet.models import Registration
from callmanager.services.registration import registrations_apply, registrations_replace
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

DESK = EdgeRegistration(
    ruid="uloc-desk",
    aor="101@acme.example",
    contact="sip:101@192.0.2.7:5060",
    received="",
    user_agent="Acme Desk",
    source="udp:192.0.2.7:5060",
    instance="",
    reg_id=0,
    expires_at=2_000_000_000,
)
APP = replace(DESK, ruid="uloc-app", user_agent="Acme App", contact="sip:101@x.invalid;transport=wss")
MALLORYS = replace(DESK, ruid="uloc-mallory", aor="101@globex.example")

Listener = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def heard(acme: Tenant) -> Iterator[Listener]:
    """What subscribers of Acme got since the last question."""
    client = redis.Redis.from_url(settings.REDIS_URL)
    subscription = PubSub(client.connection_pool, ignore_subscribe_messages=True)
    subscription.subscribe(f"pbx:events:{acme.pk}")
    subscription.get_message(timeout=1)

    def heard() -> list[dict[str, Any]]:
        found = []
        while (message := subscription.get_message(timeout=0.2)) is not None:
            found.append(json.loads(message["data"]))
        return found

    yield heard
    subscription.close()
    client.close()


def change(registration: EdgeRegistration, kind: str) -> RegistrationChanged:
    return RegistrationChanged(RegistrationChange(kind), registration, 1_000_000_000)


def ruids() -> set[str]:
    with across_tenants():
        return set(Registration.objects.values_list("ruid", flat=True))


def test_a_registration_is_a_row_of_its_tenant_and_of_no_other(acme: Tenant, globex: Tenant) -> None:
    registrations_apply(changes=[change(DESK, "registered"), change(MALLORYS, "registered")])
    with tenant_scope(acme):
        row = Registration.objects.get()
    assert (row.ruid, row.username, row.user_agent, row.source) == (
        "uloc-desk", "101", "Acme Desk", "udp:192.0.2.7:5060",
    )  # fmt: skip
    with tenant_scope(globex):
        assert Registration.objects.get().ruid == "uloc-mallory"


def test_the_same_event_twice_is_one_row_that_keeps_its_beginning(acme: Tenant) -> None:
    registrations_apply(changes=[change(DESK, "registered")])
    with tenant_scope(acme):
        began = Registration.objects.get().registered_at
    registrations_apply(changes=[change(replace(DESK, user_agent="Acme Desk 2"), "refreshed")] * 2)
    with tenant_scope(acme):
        row = Registration.objects.get()
    assert (row.registered_at, row.user_agent) == (began, "Acme Desk 2")


def test_of_several_changes_of_a_contact_the_last_counts(acme: Tenant) -> None:
    registrations_apply(changes=[change(DESK, "registered"), change(DESK, "unregistered")])
    assert ruids() == set()
    registrations_apply(changes=[change(DESK, "expired"), change(APP, "registered")])
    assert ruids() == {"uloc-app"}


def test_a_registration_of_a_domain_that_is_no_tenant_is_left_out(acme: Tenant) -> None:
    registrations_apply(changes=[change(replace(DESK, aor="101@nowhere.example"), "registered")])
    assert ruids() == set()


def test_subscribers_hear_who_came_and_who_went(acme: Tenant, heard: Listener) -> None:
    registrations_apply(changes=[change(DESK, "registered"), change(MALLORYS, "registered")])
    (came,) = heard()
    assert (came["topic"], came["key"], came["extensions"]) == (
        "extension_events",
        "extension_register",
        ["101"],
    )
    (contact,) = came["data"]["registration_contacts"]
    assert contact["contact_uri"] == DESK.contact
    assert contact["public_address"] == "192.0.2.7:5060"
    assert all(isinstance(value, str) for value in contact.values())
    registrations_apply(changes=[change(DESK, "unregistered")])
    (went,) = heard()
    assert went["data"]["registration_contacts"] == []
    assert [gone["contact_uri"] for gone in went["data"]["removed_contacts"]] == [DESK.contact]


def test_comparing_makes_good_what_was_missed(acme: Tenant, heard: Listener) -> None:
    registrations_apply(changes=[change(DESK, "registered")])
    heard()
    assert registrations_replace(registrations=[APP, MALLORYS]) == 3
    assert ruids() == {"uloc-app", "uloc-mallory"}
    (event,) = heard()
    assert [contact["user_agent"] for contact in event["data"]["registration_contacts"]] == ["Acme App"]
    assert [contact["user_agent"] for contact in event["data"]["removed_contacts"]] == ["Acme Desk"]
    assert registrations_replace(registrations=[APP, MALLORYS]) == 0


def test_a_plain_refresh_moves_the_expiry_without_a_word(acme: Tenant, heard: Listener) -> None:
    registrations_apply(changes=[change(DESK, "registered")])
    heard()
    assert registrations_replace(registrations=[replace(DESK, expires_at=2_000_000_300)]) == 0
    with tenant_scope(acme):
        assert Registration.objects.get().expires_at.timestamp() == 2_000_000_300
    assert heard() == []


class FakeEdge(HTTPServer):
    """Answers the RPC and remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), FakeEdgeHandler)
        self.told: list[tuple[str, ...]] = []
        self.status = 200


class FakeEdgeHandler(BaseHTTPRequestHandler):
    server: FakeEdge

    def do_POST(self) -> None:
        question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told.append((question["method"], *question["params"]))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps({"jsonrpc": "2.0", "result": {}, "id": 1}).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet."""


@pytest.fixture
def edge() -> Iterator[FakeEdge]:
    with FakeEdge() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_a_changed_password_is_forgotten_by_the_edge_and_the_phone_stays(
    acme: Tenant, edge: FakeEdge
) -> None:
    registrations_apply(changes=[change(DESK, "registered")])
    CacheLink(EdgeRpc(edge.server_port)).forget(["auth 101@acme.example", "auth 101@acme.example"])
    assert edge.told == [("htable.delete", "auth", "101@acme.example")]
    assert ruids() == {"uloc-desk"}


def test_a_phone_of_an_extension_that_is_gone_is_unregistered(
    acme: Tenant, edge: FakeEdge, heard: Listener
) -> None:
    gone = replace(DESK, aor="199@acme.example")
    registrations_apply(changes=[change(gone, "registered")])
    heard()
    CacheLink(EdgeRpc(edge.server_port)).forget(["auth 199@acme.example"])
    assert ("ul.rm", "location", "199@acme.example") in edge.told
    # Otherwise the edge would not announce the phone when it may come back.
    assert edge.told[-1] == ("htable.delete", "announced", "uloc-desk")
    assert ruids() == set()
    (event,) = heard()
    assert len(event["data"]["removed_contacts"]) == 1


def test_tenants_and_workers_are_told_to_the_edge(acme: Tenant, edge: FakeEdge) -> None:
    CacheLink(EdgeRpc(edge.server_port)).forget(
        ["tenants acme.example", "dispatcher reload", "dispatcher reload"]
    )
    assert edge.told == [
        ("dispatcher.reload",),
        ("htable.flush", "dids"),
        ("htable.delete", "tenants", "acme.example"),
    ]


def test_an_import_makes_the_edge_forget_everybody_at_once(acme: Tenant, edge: FakeEdge) -> None:
    payloads = [f"tenants t{number}.example" for number in range(FORGET_ALL_ABOVE + 1)]
    CacheLink(EdgeRpc(edge.server_port)).forget(payloads)
    assert edge.told == [("htable.flush", "auth"), ("htable.flush", "tenants"), ("htable.flush", "dids")]


def test_an_entry_the_edge_does_not_have_is_as_good_as_dropped(edge: FakeEdge) -> None:
    edge.status = 404
    EdgeRpc(edge.server_port).forget("auth", "nobody@acme.example")


def test_an_edge_that_is_away_or_refuses_is_told_apart(edge: FakeEdge) -> None:
    edge.status = 500
    with pytest.raises(EdgeRefusedError):
        EdgeRpc(edge.server_port).forget_all()
    with pytest.raises(EdgeAwayError):
        EdgeRpc(1).forget_all()
