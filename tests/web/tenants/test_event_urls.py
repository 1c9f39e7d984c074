"""Event URLs: kept per tenant and topic; secrets shown once and nowhere else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.test import Client

from callmanager.domain.subscriptions import CDR_EVENTS, EXTENSION_EVENTS, EXTENSION_REGISTER, TOPIC_KEYS
from tenants.event_kinds import EVENT_KINDS
from tenants.models import AuditEntry, EventUrl, Tenant, User
from tenants.scope import tenant_scope
from tenants.services.api_token import api_token_create

REST, PAGE = "/api/event_urls", "/admin/event-urls/"
CDR = {
    "url": "https://events.acme.example/cdr",
    "authentication": "basic",
    "username": "pbx",
    "password": "swordfish-77",
}


@pytest.fixture(autouse=True)
def _empty_cache(db: None) -> None:
    cache.clear()


def bearer(username: str) -> Client:
    secret = api_token_create(user=User.objects.get(username=username))[1]
    return Client(headers={"Authorization": f"Bearer {secret}"})


def stored(tenant: Tenant) -> EventUrl:
    with tenant_scope(tenant):
        return EventUrl.objects.get()


def patch(client: Client, topic: str, body: dict[str, Any]) -> Any:
    return client.patch(f"{REST}/{topic}", body, content_type="application/json")


def test_a_topic_is_set_changed_signed_anew_and_removed_by_its_tenant_alone(
    acme: Tenant, globex: Tenant
) -> None:
    client, stranger = bearer("acme"), bearer("globex")
    made = patch(client, "cdr", CDR).json()
    assert made["signing_secret"].startswith("whsec_")
    assert "password" not in made
    changed = patch(client, "cdr", {"timeout_s": 5}).json()
    assert (changed["timeout_s"], changed["has_password"], "signing_secret" in changed) == (5, True, False)
    assert [one["topic"] for one in client.get(REST).json()] == ["cdr"]
    assert stranger.get(REST).json() == []
    assert stranger.get(f"{REST}/cdr").status_code == stranger.delete(f"{REST}/cdr").status_code == 404
    renewed = client.post(f"{REST}/cdr/new_secret").json()["signing_secret"]
    assert renewed != made["signing_secret"]
    assert patch(client, "cdr", {"authentication": "none"}).json()["has_password"] is False
    assert client.delete(f"{REST}/cdr").status_code == 204
    log = str(list(AuditEntry.objects.values()))
    assert all(secret not in log for secret in ("swordfish-77", made["signing_secret"], renewed))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "ftp://x.example"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://a:b@x.example"}, "url"),
        ({"url": "https://[::1"}, "url"),
        ({"url": "https://x.example/a b"}, "url"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "http://127.0.0.1/"}, "url"),
        ({"url": "http://localhost:8080/x"}, "url"),
        ({"url": "https://192.168.7.7/x"}, "url"),
        ({"url": "http://[::1]/x"}, "url"),
        ({"url": "http://[::ffff:10.0.0.1]/x"}, "url"),
        ({"url": "http://[64:ff9b::a00:1]/x"}, "url"),
        ({"url": "http://[2002:a00:1::]/x"}, "url"),
        ({"url": "http://2130706433/x"}, "url"),
        ({"url": "http://0x7f.1/x"}, "url"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
        ({"authentication": "magic"}, "authentication"),
        ({"username": ""}, "username"),
        ({"username": "a:b"}, "username"),
        ({"timeout_s": 31}, "timeout_s"),
        ({"password": ""}, "password"),
        ({"format": "xml"}, "format"),
        ({"events": "call_start"}, "events"),
        ({"events": ["call_start", "sunrise"]}, "events.1"),
        ({"events": ["call_cdr"]}, "events"),
        ({"events": [7]}, "events.0"),
    ],
)
def test_what_is_wrong_is_named(acme: Tenant, body: dict[str, Any], field: str) -> None:
    answer = patch(bearer("acme"), "extension", {**CDR, **body})
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {field}


def test_single_events_are_chosen_and_no_choice_is_all(acme: Tenant) -> None:
    client = bearer("acme")
    made = patch(client, "extension", CDR).json()
    assert (made["events"], made["format"]) == ([], "json")
    wanted = ["call_ended", "extension_registered", "call_ended"]
    assert patch(client, "extension", {"events": wanted}).json()["events"] == [
        "extension_registered",
        "call_ended",
    ]
    assert patch(client, "cdr", {**CDR, "events": ["call_cdr"]}).status_code == 200
    assert patch(client, "extension", {"events": []}).json()["events"] == []


def test_every_event_of_the_socket_can_be_chosen() -> None:
    known = {name for kinds in EVENT_KINDS.values() for name in kinds}
    of_tenants = set(TOPIC_KEYS[EXTENSION_EVENTS] | TOPIC_KEYS[CDR_EVENTS]) - {EXTENSION_REGISTER}
    assert known - of_tenants == {"extension_registered", "extension_unregistered"}
    assert of_tenants <= known


def test_the_page_keeps_a_choice_of_events(acme: Tenant) -> None:
    client = Client()
    client.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    form = {
        "topic": "extension",
        "extension-url": "https://events.acme.example/x",
        "extension-authentication": "none",
        "extension-format": "json",
        "extension-timeout_s": "10",
        "extension-events": ["call_start", "call_ended"],
    }
    page = client.post(PAGE, form, follow=True).content.decode()
    assert stored(acme).events == ["call_start", "call_ended"]
    assert page.count('name="extension-events"') == len(EVENT_KINDS["extension"])
    assert len(re.findall(r'name="extension-events"[^>]*checked', page)) == 2
    assert client.post(PAGE, {**form, "extension-events": ["call_cdr"]}).status_code == 400
    needs_password = {**form, "extension-authentication": "digest", "extension-username": "pbx"}
    answer = client.post(PAGE, needs_password)
    assert answer.status_code == 400
    assert 'id="id_extension-password_error">This field is required.' in answer.content.decode()
    client.post(PAGE, {**form, "extension-events": []})
    assert stored(acme).events == []


def test_a_network_that_the_administrator_allows_may_be_told(acme: Tenant, settings: LazySettings) -> None:
    settings.PBX_TENANT_NETWORKS = ("192.168.7.0/24",)
    assert patch(bearer("acme"), "cdr", {**CDR, "url": "https://192.168.7.7/x"}).status_code == 200
    assert patch(bearer("acme"), "cdr", {**CDR, "url": "https://192.168.8.7/x"}).status_code == 400


def test_the_page_says_beside_the_field_what_is_wrong(acme: Tenant) -> None:
    client = Client()
    client.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    form = {f"cdr-{name}": value for name, value in CDR.items()} | {"topic": "cdr", "cdr-timeout_s": "10"}
    answer = client.post(PAGE, {**form, "cdr-url": "http://127.0.0.1/"})
    assert answer.status_code == 400
    assert "inside this network" in answer.content.decode()


def test_there_are_two_topics(acme: Tenant) -> None:
    assert patch(bearer("acme"), "weather", CDR).status_code == 404


def test_the_page_keeps_the_password_and_shows_the_secret_once(acme: Tenant) -> None:
    client = Client()
    client.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    form = {f"cdr-{name}": value for name, value in CDR.items()} | {
        "topic": "cdr",
        "cdr-timeout_s": "10",
        "cdr-format": "json",
        "cdr-is_enabled": "on",
    }
    first = client.post(PAGE, form, follow=True).content.decode()
    secret = stored(acme).signing_secret
    assert secret in first
    assert secret not in client.get(PAGE).content.decode()
    page = client.post(PAGE, {**form, "cdr-password": "", "cdr-timeout_s": "7"}, follow=True).content.decode()
    kept = stored(acme)
    assert (kept.password, kept.timeout_s) == ("swordfish-77", 7)
    assert "swordfish-77" not in page
    assert client.post(PAGE, {**form, "cdr-url": "nowhere"}).status_code == 400
    client.post(PAGE, {"topic": "cdr", "step": "secret"})
    assert stored(acme).signing_secret != secret
    client.post(PAGE, {"topic": "cdr", "step": "remove"})
    with tenant_scope(acme):
        assert not EventUrl.objects.exists()
