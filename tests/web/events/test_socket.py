"""/ws/events: who gets in, who hears what, and who is shown out."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.test import Client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect as websocket_connect

from callmanager.models import Extension, ExtensionGroup
from callmanager.services.extension_group import (
    extension_group_create,
    extension_group_delete,
    extension_group_update,
    group_members_add,
)
from tenants.models import ApiToken, Tenant, User
from tenants.scope import tenant_scope
from tenants.services.api_token import api_token_create
from tenants.services.user import user_sign_out_everywhere
from tests.web.asgi_server import AsgiServer, committed
from tests.web.calls import FakeWorker
from tests.web.conftest import ACME_DOMAIN, GLOBEX_DOMAIN, WEB_PASSWORD, Cast
from tests.web.events.client import EventClient
from tests.web.events.conftest import Connect
from tests.web.events.lazy_client import LazyClient

pytestmark = pytest.mark.django_db

OK = {"status": 0}
CALLS = {"topic": "extension_events", "keys": ["call_start", "call_ended"]}
ACME = {"command": "auth", "name": "acme", "password": WEB_PASSWORD}
ALICE = {"command": "auth", "extension": "101", "domain": ACME_DOMAIN, "password": WEB_PASSWORD}
MALLORY = {**ALICE, "domain": GLOBEX_DOMAIN}
ROOT = {"command": "auth", "name": "root", "password": WEB_PASSWORD}


def subscribed(client: EventClient, login: dict[str, str], **request: Any) -> EventClient:
    assert client.command(**login) == OK
    assert client.command(command="subscribe", **{"topics": [CALLS], **request}) == OK
    return client


def test_a_tenant_hears_its_calls_numbered_and_flat(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    client = subscribed(connect(), ACME)
    worker.publish(acme, "call_start", 0, session_id="s1", caller="102", callee="103")
    worker.publish(acme, "call_ended", 1, session_id="s1", caller="102", callee="103")
    start, end = client.read(), client.read()
    assert (start["topic"], start["key"], start["number"]) == ("extension_events", "call_start", "1")
    assert (start["caller"], start["session_id"], start["tenant_name"]) == ("102", "s1", "acme")
    assert start["tenant_id"] == str(acme.pk)
    assert (end["key"], end["number"]) == ("call_ended", "2")


def test_a_token_hears_only_the_topics_its_scopes_name(connect: Connect, cast: Cast) -> None:
    secret = committed(
        lambda: api_token_create(user=User.objects.get(username="acme"), name="scoped", scopes=["calls"])[1]
    )
    client = connect()
    assert client.command(command="auth", token=secret) == OK
    refused = client.command(command="subscribe", topics=[{"topic": "cdr_events"}])
    assert refused == {"error": "topic not allowed", "status": -1}
    assert client.command(command="subscribe", topics=[CALLS]) == OK
    committed(lambda: ApiToken.objects.filter(name="scoped").delete())


def test_the_stranger_with_the_same_number_hears_nothing(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    mallory = subscribed(connect(), MALLORY)
    globex = subscribed(connect(), {**ACME, "name": "globex"})
    alice = subscribed(connect(), ALICE)
    worker.publish(acme, "call_start", 0, session_id="s1", caller="101", callee="102")
    assert alice.read()["session_id"] == "s1"
    assert mallory.is_silent()
    assert globex.is_silent()


def test_an_extension_hears_only_itself(connect: Connect, worker: FakeWorker, acme: Tenant) -> None:
    alice = subscribed(connect(), ALICE)
    refused = alice.command(command="subscribe", topics=[CALLS], extensions=["102"])
    assert refused == {"error": "extension not allowed", "status": -1}
    worker.publish(acme, "call_start", 0, session_id="others", caller="102", callee="103")
    worker.publish(acme, "call_start", 0, session_id="own", caller="102", callee="101")
    assert alice.read()["session_id"] == "own"


@pytest.fixture
def bob_seen_by_alice(acme: Tenant) -> Iterator[Callable[[bool], None]]:
    """Gives Alice the sight of Bob's calls, and takes it away again."""

    def make() -> int:
        with tenant_scope(acme):
            group = extension_group_create(name="Sales")
            group_members_add(group=group, extensions=Extension.objects.all())
            return group.pk

    def give(is_given: bool) -> None:
        with tenant_scope(acme):
            group = ExtensionGroup.objects.get(pk=group_id)
            extension_group_update(group=group, may_see_member_calls=is_given)

    def delete() -> None:
        with tenant_scope(acme):
            extension_group_delete(group=ExtensionGroup.objects.get(pk=group_id))

    group_id = committed(make)
    yield lambda is_given: committed(lambda: give(is_given))
    committed(delete)


def hears_of_bob(client: EventClient, worker: FakeWorker, acme: Tenant, *, is_expected: bool) -> None:
    """Until Alice hears of Bob's calls, or does not any more: her own call tells that the other is not underway."""
    for number in itertools.count():
        worker.publish(acme, "call_start", 0, session_id=f"bob {number}", caller="102", callee="103")
        worker.publish(acme, "call_start", 0, session_id=f"own {number}", caller="101", callee="103")
        heard = [client.read()["session_id"]]
        while heard[-1] != f"own {number}":
            heard.append(client.read()["session_id"])
        if (f"bob {number}" in heard) is is_expected:
            return
        assert number < 100, "rights did not reach the open socket"
        threading.Event().wait(0.1)


def test_rights_given_and_taken_reach_an_open_socket_within_seconds(
    connect: Connect, worker: FakeWorker, acme: Tenant, bob_seen_by_alice: Callable[[bool], None]
) -> None:
    alice = subscribed(connect(), ALICE)
    mallory = subscribed(connect(), MALLORY)
    hears_of_bob(alice, worker, acme, is_expected=False)
    bob_seen_by_alice(True)
    hears_of_bob(alice, worker, acme, is_expected=True)
    assert alice.command(command="subscribe", topics=[CALLS], extensions=["102"]) == OK
    assert alice.command(command="subscribe", topics=[CALLS], extensions=["103"])["status"] == -1
    bob_seen_by_alice(False)
    hears_of_bob(alice, worker, acme, is_expected=False)
    assert mallory.is_silent()


def test_only_an_administrator_names_a_tenant(connect: Connect, worker: FakeWorker, acme: Tenant) -> None:
    root = connect()
    assert root.command(**ROOT) == OK
    for name, error in (("", "tenant missing"), ("nobody", "unknown tenant")):
        answer = root.command(command="subscribe", topics=[CALLS], tenant=name)
        assert answer == {"error": error, "status": -1}
    assert root.command(command="subscribe", topics=[CALLS], tenant="acme") == OK
    mallory = connect()
    assert mallory.command(**MALLORY) == OK
    answer = mallory.command(command="subscribe", topics=[CALLS], tenant="acme")
    assert answer == {"error": "tenant not allowed", "status": -1}
    worker.publish(acme, "call_start", 0, session_id="s1")
    assert root.read()["session_id"] == "s1"


def test_leaving_a_topic_ends_its_events(connect: Connect, worker: FakeWorker, acme: Tenant) -> None:
    client = subscribed(connect(), ACME, topics=[CALLS, {"topic": "cdr_events"}])
    assert client.command(command="unsubscribe", topics=[CALLS]) == OK
    worker.publish(acme, "call_start", 0, session_id="s1")
    worker.publish(acme, "call_cdr", 0, session_id="s1")
    assert client.read()["key"] == "call_cdr"


@pytest.mark.parametrize("text", ["hello", "[]", "{}", '{"command":"eval"}', '{"command":"subscribe"}'])
def test_nonsense_is_answered_and_forgiven(connect: Connect, text: str) -> None:
    client = connect()
    answer = client.say(text)
    assert answer["status"] == -1
    assert answer["error"]
    assert client.command(**ALICE) == OK


def test_a_name_nobody_can_have_is_refused_and_the_socket_stays(connect: Connect) -> None:
    client = connect()
    for name in ("a\0", "\ud800", "a" * 9000):
        assert client.command(command="auth", name=name, password="wrong")["status"] == -1
    assert client.command(**ALICE) == OK


def test_another_address_is_refused_before_the_socket_opens(asgi_server: AsgiServer) -> None:
    with pytest.raises(InvalidStatus) as refusal, websocket_connect(f"{asgi_server.events_url}/other"):
        pass
    assert refusal.value.response.status_code == 403


def test_without_signing_in_there_are_no_events(connect: Connect) -> None:
    answer = connect().command(command="subscribe", topics=[CALLS])
    assert answer == {"error": "not signed in", "status": -1}


def test_five_wrong_passwords_end_the_socket(connect: Connect) -> None:
    client = connect()
    wrong = {"command": "auth", "name": "nobody-at-all", "password": "wrong"}
    for _ in range(5):
        assert client.command(**wrong) == {"error": "name or password error", "status": -1}
    assert client.close_code() == 4401


def test_the_lock_out_of_the_socket_is_that_of_the_api(connect: Connect, asgi_server: AsgiServer) -> None:
    login = {"extension_number": "102", "sip_domain": ACME_DOMAIN, "password": "wrong"}
    for _ in range(10):
        httpx.post(f"{asgi_server.url}/api/auth/login", json=login)
    locked = connect().command(**{**ALICE, "extension": "102"})
    assert locked == {"error": "too many failures, try again later", "status": -1}


def test_a_revoked_token_ends_its_socket_within_seconds(
    connect: Connect, asgi_server: AsgiServer, sign_in_for_token: Callable[[str], str]
) -> None:
    token = sign_in_for_token("acme")
    client = subscribed(connect(), {"command": "auth", "token": token})
    httpx.post(f"{asgi_server.url}/api/auth/logout", headers={"Authorization": f"Bearer {token}"})
    assert client.close_code() == 4403
    assert connect().command(command="auth", token=token) == {"error": "token error", "status": -1}


def test_ending_all_sessions_ends_sockets_too(connect: Connect) -> None:
    client = subscribed(connect(), ALICE)
    committed(lambda: user_sign_out_everywhere(user=User.objects.get(username="101@acme")))
    assert client.close_code() == 4403


def test_where_one_sign_in_is_allowed_a_new_one_ends_the_sockets_of_the_others(
    connect: Connect, acme: Tenant, sign_in_for_token: Callable[[str], str]
) -> None:
    def allow(is_allowed: bool) -> None:
        Tenant.objects.filter(pk=acme.pk).update(is_concurrent_sign_in_allowed=is_allowed)

    committed(lambda: allow(False))
    try:
        by_token = subscribed(connect(), {"command": "auth", "token": sign_in_for_token("acme")})
        by_password = subscribed(connect(), ACME)
        made = committed(lambda: api_token_create(user=User.objects.get(username="acme"), name="wall"))[1]
        on_purpose = subscribed(connect(), {"command": "auth", "token": made})
        newest = subscribed(connect(), {"command": "auth", "token": sign_in_for_token("acme")})
        assert by_token.close_code() == 4403
        assert by_password.close_code() == 4403
        assert newest.command(command="subscribe", topics=[CALLS]) == OK
        assert on_purpose.command(command="subscribe", topics=[CALLS]) == OK
    finally:
        committed(lambda: allow(True))


def session_cookie(username: str) -> str:
    def sign_in() -> str:
        client = Client()
        user = User.objects.get(username=username)
        client.force_login(user, backend="tenants.authentication.SignInBackend")
        return f"sessionid={client.cookies['sessionid'].value}"

    return committed(sign_in)


def test_the_consoles_own_page_needs_no_command_to_sign_in(connect: Connect, asgi_server: AsgiServer) -> None:
    client = connect(origin=asgi_server.url, additional_headers={"Cookie": session_cookie("acme")})
    assert client.command(command="subscribe", topics=[CALLS]) == OK


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_a_foreign_page_cannot_use_the_cookie(connect: Connect, origin: str | None) -> None:
    client = connect(origin=origin, additional_headers={"Cookie": session_cookie("acme")})
    assert client.command(command="subscribe", topics=[CALLS])["status"] == -1


def test_a_client_that_does_not_read_is_let_go(
    asgi_server: AsgiServer, worker: FakeWorker, acme: Tenant
) -> None:
    with LazyClient(asgi_server.host, asgi_server.port) as lazy:
        assert b'"status": 0' in lazy.command(**ACME)
        assert b'"status": 0' in lazy.command(command="subscribe", topics=[CALLS])
        for number in range(8_000):
            worker.publish(acme, "call_start", 0, session_id=f"s{number}", caller_display_name="x" * 4_000)
        assert lazy.read_to_close_code() == 4008


def test_a_lost_event_is_announced(connect: Connect, worker: FakeWorker, acme: Tenant) -> None:
    client = subscribed(connect(), ACME)
    worker.publish(acme, "call_start", 0, session_id="s1")
    worker.publish(acme, "call_ended", 2, session_id="s1")
    assert [client.read()["key"] for _ in range(3)] == ["call_start", "resync", "call_ended"]


def test_a_lost_redis_connection_is_made_again_and_announced(
    connect: Connect, worker: FakeWorker, acme: Tenant
) -> None:
    client = subscribed(connect(), ACME)
    worker.cut_subscriptions()
    assert client.read_until("resync")["reason"] == "reconnected"
    worker.publish(acme, "call_start", 0, session_id="s1")
    assert client.read_until("call_start")["session_id"] == "s1"
