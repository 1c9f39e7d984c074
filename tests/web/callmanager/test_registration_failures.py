"""Refused registrations: kept within bounds, shown with what helps, each tenant its own."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callmanager.domain.edge_events import PenaltyImposed, RegistrationRefused, edge_event_parse
from callmanager.domain.registration_failures import CAUSES
from callmanager.fleet.models import RegistrationFailure, WorkerNode, WorkerState
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_update
from callmanager.services.registration_failure import (
    KEPT_OF_NOBODY,
    KEPT_PER_ACCOUNT,
    penalty_record,
    registration_failures_expire,
    registration_failures_record,
)
from tenants.models import EventLogEntry, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.web.api.conftest import rest_as
from tests.web.calls import registration_make

PAGE = "/admin/fleet/registrationfailure/"
CHECK = "/admin/registration-check/"
EDGE = Path(__file__).parents[3] / "sipworker" / "edge" / "routes"


@pytest.fixture(autouse=True)
def _empty(db: None) -> None:
    cache.clear()
    with across_tenants():
        EventLogEntry.objects.all().delete()


def refuse(
    number: str = "101",
    domain: str = "acme.example",
    cause: str = "wrong_password",
    ago_s: int = 0,
    times: int = 1,
) -> None:
    at = int(time.time()) - ago_s
    one = RegistrationRefused(cause, number, domain, "udp:192.0.2.7:5060", "Desk phone", at)
    registration_failures_record(refused=[one] * times)


def browser_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def text_of(browser: Client, path: str, **query: str) -> str:
    answer = browser.get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_the_edge_tells_is_understood() -> None:
    line = (
        b'{"event":"refused","cause":"wrong_password","number":"101","domain":"ACME.example",'
        b'"user_agent":"Desk","source":"udp:192.0.2.7:5060","at":17}'
    )
    assert edge_event_parse(line) == RegistrationRefused(
        "wrong_password", "101", "acme.example", "udp:192.0.2.7:5060", "Desk", 17
    )
    penalty = b'{"event":"penalised","aor":"101@acme.example","source":"192.0.2.7","penalty_s":60,"at":17}'
    assert edge_event_parse(penalty) == PenaltyImposed("101@acme.example", "192.0.2.7", 60, 17)


def test_every_cause_the_edge_knows_has_its_words() -> None:
    told = {
        line.split('"')[1]
        for path in EDGE.glob("*.cfg")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "$var(cause) = " in line
    }
    assert told == set(CAUSES)


def test_a_tenant_sees_its_own_by_every_door(acme: Tenant, globex: Tenant) -> None:
    refuse()
    refuse("102", cause="extension_disabled")
    refuse(domain="globex.example")
    refuse("999", domain="nowhere.example", cause="unknown_domain")
    own = rest_as("acme").get("/api/registrations/failures").body["results"]
    assert {(one["extension_number"], one["domain"]) for one in own} == {
        ("101", "acme.example"), ("102", "acme.example"),
    }  # fmt: skip
    assert "SIP password" in next(one for one in own if one["cause"] == "wrong_password")["helps"]
    assert rest_as("101@acme").get("/api/registrations/failures").body["count"] == 1
    assert rest_as("root").get("/api/registrations/failures").body["count"] == 4
    assert rest_as("acme").get("/api/registrations/failures", cause="extension_disabled").body["count"] == 1
    assert rest_as("acme").get("/api/registrations/failures/", extension_number="101").body["count"] == 1
    page = text_of(browser_of("acme"), PAGE)
    assert "Wrong password" in page
    assert "nowhere.example" not in page
    assert "nowhere.example" in text_of(browser_of("root"), PAGE)
    assert text_of(browser_of("globex"), PAGE).count("Wrong password") == 1


def test_the_check_names_the_cause_and_what_helps(acme: Tenant) -> None:
    refuse()
    browser = browser_of("acme")
    page = text_of(browser, CHECK, number="101")
    assert "Last refusal: Wrong password." in page
    assert "Not registered" in page
    assert "192.0.2.7" in page
    registration_make(acme, "101", "r1")
    assert "is registered from" in text_of(browser, CHECK, number="101")
    assert "There is no extension 555." in text_of(browser, CHECK, number="555")
    with tenant_scope(acme):
        extension_update(extension=extension_get(number="102"), is_enabled=False)
    assert "It is disabled." in text_of(browser, CHECK, number="102")
    assert "No phone has tried" in text_of(browser, CHECK, number="102")


def test_the_stranger_with_the_same_number_checks_the_own_phone(acme: Tenant, globex: Tenant) -> None:
    refuse()
    registration_make(acme, "101", "r1")
    page = text_of(browser_of("globex"), CHECK, number="101")
    assert "Not registered" in page
    assert "Wrong password" not in page


@pytest.mark.parametrize("number", ["", "\0", "x" * 500, "<script>", "%", "１"])
def test_odd_numbers_do_no_harm(number: str) -> None:
    assert '<script>"' not in text_of(browser_of("acme"), CHECK, number=number)


def test_the_table_stays_bounded(acme: Tenant) -> None:
    refuse(times=KEPT_PER_ACCOUNT + 30)
    refuse("102", times=2)
    refuse("888", domain="nowhere.example", cause="unknown_domain", times=KEPT_OF_NOBODY)
    refuse("889", domain="elsewhere.example", cause="unknown_domain", times=40)
    refuse("101", ago_s=int(timedelta(days=20).total_seconds()))
    registration_failures_expire()
    with across_tenants():
        kept = RegistrationFailure.objects
        assert kept.filter(number="101").count() == KEPT_PER_ACCOUNT
        assert kept.filter(number="102").count() == 2
        assert kept.filter(tenant_id=None).count() == KEPT_OF_NOBODY
        assert kept.filter(at__lt=timezone.now() - timedelta(days=15)).count() == 0


def test_a_penalty_is_a_security_event_of_its_tenant_and_told_once(acme: Tenant) -> None:
    for _ in range(2):
        penalty_record(penalty=PenaltyImposed("101@acme.example", "192.0.2.7", 60, 1))
    penalty_record(penalty=PenaltyImposed("", "192.0.2.7", 300, 1))
    with tenant_scope(acme):
        assert EventLogEntry.objects.get().kind == "registration.penalised"
    with across_tenants():
        assert EventLogEntry.objects.count() == 2


def test_the_list_asks_the_same_for_any_number_of_rows(acme: Tenant) -> None:
    browser = browser_of("acme")
    refuse()
    text_of(browser, PAGE)
    with CaptureQueriesContext(connection) as few:
        text_of(browser, PAGE)
    refuse("102", times=8)
    with CaptureQueriesContext(connection) as many:
        text_of(browser, PAGE)
    assert len(many) == len(few)


def test_a_worker_that_names_its_start_later_is_not_taken_for_dead() -> None:
    now = timezone.now()
    node = WorkerNode(
        worker="w-late", sip_uri="sip:127.0.0.1:1", started_at=now - timedelta(hours=1), last_seen_at=now,
        state=WorkerState.DOWN,
    )  # fmt: skip
    node.save()
    node.state = WorkerState.UP
    node.save()
    node.started_at = now
    node.save()
    with across_tenants():
        kinds = list(EventLogEntry.objects.order_by("id").values_list("kind", flat=True))
    assert kinds == ["worker.started", "worker.started"]
