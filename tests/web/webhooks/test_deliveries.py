"""The log of deliveries by REST and in the console, and sending again. Mallory sees nothing of it."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import Client

from tenants.models import AuditEntry, Tenant, User
from tests.web.api.conftest import rest_as
from tests.web.hook_host import HookHost
from tests.web.webhooks.conftest import SetUrl, drain, rows
from tests.web.webhooks.test_faults import tell

REST, PAGE = "/api/webhook_deliveries", "/admin/fleet/webhookdelivery/"


@pytest.fixture(autouse=True)
def _empty_cache(db: None) -> None:
    cache.clear()


def browser(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


@pytest.fixture
def given_up(acme: Tenant, host: HookHost, set_url: SetUrl) -> int:
    event_url = set_url()
    host.answers = [404]
    tell(acme, '{"event_type":"call_start"}')
    drain(event_url)
    host.received.clear()
    return rows(acme)[0].pk


def test_the_log_tells_what_was_sent_and_answered(acme: Tenant, given_up: int) -> None:
    rest = rest_as("acme")
    listed = rest.get(REST, state="failed").body
    assert [one["id"] for one in listed["results"]] == [given_up]
    assert "body" not in listed["results"][0]
    assert rest.get(REST, state="delivered").body["count"] == 0
    one = rest.get(f"{REST}/{given_up}").body
    assert (one["status_code"], one["body"], one["response_body"]) == (
        404,
        '{"event_type":"call_start"}',
        "taken",
    )
    assert one["request_headers"]["webhook-id"] == one["event_id"]
    assert [attempt["status_code"] for attempt in one["attempt_log"]] == [404]


def test_the_stranger_and_extensions_see_and_send_nothing(
    given_up: int, acme: Tenant, globex: Tenant
) -> None:
    stranger = rest_as("globex")
    assert stranger.get(REST).body["count"] == 0
    assert stranger.get(f"{REST}/{given_up}").status == 404
    assert stranger.post(f"{REST}/{given_up}/replay").status == 404
    assert rest_as("101@acme").get(REST).status == 403
    assert len(rows(acme)) == 1


def test_sending_again_is_a_delivery_of_its_own_with_the_same_id(
    acme: Tenant, host: HookHost, set_url: SetUrl, given_up: int
) -> None:
    answer = rest_as("acme").post(f"{REST}/{given_up}/replay")
    assert (answer.status, answer.body["is_replay"], answer.body["state"]) == (201, True, "queued")
    drain(set_url())
    first, again = rows(acme)
    assert (again.state, again.event_id, again.body) == ("delivered", first.event_id, first.body)
    assert host.received[0].headers["webhook-id"] == first.event_id
    assert first.state == "failed"
    assert AuditEntry.objects.filter(action="webhook_delivery.replay").count() == 1


def test_what_is_on_its_way_or_has_no_address_is_not_sent_again(
    acme: Tenant, set_url: SetUrl, given_up: int
) -> None:
    rest = rest_as("acme")
    again = rest.post(f"{REST}/{given_up}/replay").body["id"]
    assert {code for _, code in rest.post(f"{REST}/{again}/replay").problems} == {"still_waiting"}
    set_url(is_enabled=False)
    assert {code for _, code in rest.post(f"{REST}/{given_up}/replay").problems} == {"switched_off"}
    assert len(rows(acme)) == 2


def test_the_page_shows_both_sides_and_sends_again(acme: Tenant, given_up: int) -> None:
    client = browser("acme")
    listed = client.get(PAGE).content.decode()
    assert "call_start" in listed
    page = client.get(f"{PAGE}{given_up}/change/").content.decode()
    assert "webhook-signature" in page
    assert "Send again" in page
    client.post(f"{PAGE}{given_up}/replay/")
    chosen = {"action": "replay_selected", "_selected_action": [str(given_up)]}
    assert "Sent again: 1" in client.post(PAGE, chosen, follow=True).content.decode()
    assert [row.is_replay for row in rows(acme)] == [False, True, True]


def test_an_auditor_reads_and_does_not_send(acme: Tenant, given_up: int) -> None:
    User.objects.filter(username="acme").update(rank="auditor")
    client = browser("acme")
    assert "Send again" not in client.get(f"{PAGE}{given_up}/change/").content.decode()
    assert client.post(f"{PAGE}{given_up}/replay/").status_code == 403
    client.post(PAGE, {"action": "replay_selected", "_selected_action": [str(given_up)]})
    assert rest_as("acme").post(f"{REST}/{given_up}/replay").status == 403
    assert len(rows(acme)) == 1
