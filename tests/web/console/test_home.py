"""The dashboards: whose figures, which hours, at what cost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from callmanager.selectors.call_statistics import call_statistics
from pbxsite.home.tasks import publish_fleet_figures
from pbxsite.home.words import bytes_words, uptime_words
from tenants.models import EventLogEntry, EventSource, Severity, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.event_log import event_record
from tests.web.api.conftest import rest_as
from tests.web.calls import FakeWorker, cdr_make, registration_make


@pytest.fixture
def worker(redis_url: str, db: None) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    worker.register()
    yield worker
    worker.close()


def call_make(tenant: Tenant, ago: timedelta, *, session_id: str, **changes: Any) -> None:
    cdr_make(tenant, session_id, started_at=timezone.now() - ago, **changes)


def page_of(browser: Client) -> str:
    answer = browser.get("/admin/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_tenant_sees_its_own_figures(
    acme_browser: Client, globex_browser: Client, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    for status in ("answered", "busy", "busy"):
        call_make(acme, timedelta(hours=2), session_id=f"s-{status}-{timezone.now():%f}", status=status)
    call_make(acme, timedelta(hours=25), session_id="yesterday")
    registration_make(acme, "101", "r1")
    registration_make(acme, "101", "r2")
    worker.begin_call(acme, "live1")
    figures = acme_browser.get("/admin/").context["figures"]
    assert figures.calls.results["busy"] == 2
    assert (figures.calls.total, figures.calls.answered_percent) == (3, 33)
    assert (figures.live_calls, figures.online_extensions, figures.registrations) == (1, 1, 2)
    assert figures.extensions == 2
    assert figures.platform is None
    assert "This system" not in page_of(acme_browser)
    stranger = globex_browser.get("/admin/").context["figures"]
    assert (stranger.calls.total, stranger.live_calls, stranger.registrations) == (0, 0, 0)


def test_the_fleet_is_counted_for_administrators(
    administrator_browser: Client, acme: Tenant, globex: Tenant, worker: FakeWorker
) -> None:
    before = administrator_browser.get("/admin/").context["figures"]
    cache.clear()
    for tenant in (acme, globex):
        call_make(tenant, timedelta(hours=1), session_id=f"of-{tenant.name}")
        registration_make(tenant, "101", f"r-{tenant.name}")
        worker.begin_call(tenant, f"live-{tenant.name}")
    answer = administrator_browser.get("/admin/")
    figures = answer.context["figures"]
    assert figures.calls.total == before.calls.total + 2
    assert (figures.live_calls, figures.online_extensions) == (2, 2)
    assert figures.platform.tenants_enabled >= 2
    assert 0 < figures.platform.system.memory_percent < 100
    assert figures.platform.version in answer.content.decode()


def test_the_worst_calls_are_named_and_lead_to_their_records(acme_browser: Client, acme: Tenant) -> None:
    call_make(acme, timedelta(hours=1), session_id="bad", caller_mos=2.1, callee_mos=4.3, caller="102")
    call_make(acme, timedelta(hours=1), session_id="fine", caller_mos=4.3, callee_mos=None)
    call_make(acme, timedelta(hours=1), session_id="silent", caller_mos=None, callee_mos=None)
    (worst,) = acme_browser.get("/admin/").context["figures"].calls.worst
    assert (worst.mos, worst.caller) == (2.1, "102")
    assert f"/admin/fleet/cdr/{worst.id}/change/" in page_of(acme_browser)


def test_the_part_that_changes_is_asked_for_alone(acme_browser: Client) -> None:
    part = acme_browser.get("/admin/", {"part": "figures"}).content.decode()
    assert "home-chart" in part
    assert "<html" not in part


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "America/St_Johns", "Europe/Berlin"])
def test_there_are_24_hours_and_every_call_is_in_one(acme: Tenant, zone: str) -> None:
    now = timezone.now().astimezone(ZoneInfo(zone))
    for hours in (0.01, 5, 23.9):
        call_make(acme, timedelta(hours=hours), session_id=f"{zone}-{hours}")
    with tenant_scope(acme):
        calls = call_statistics(now=now)
    assert len(calls.hours) == 24
    assert sum(hour.answered + hour.other for hour in calls.hours) == 3
    assert calls.hours[-1].hour == f"{now:%H}"


def test_a_day_that_jumps_has_its_24_hours_too(acme: Tenant) -> None:
    now = datetime(2026, 10, 25, 12, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    with tenant_scope(acme):
        hours = [hour.hour for hour in call_statistics(now=now).hours]
    assert len(hours) == 24
    assert hours.count("02") == 2


def test_the_page_asks_the_same_for_any_number_of_rows(
    administrator_browser: Client, acme: Tenant, worker: FakeWorker
) -> None:
    page_of(administrator_browser)
    cache.clear()
    with CaptureQueriesContext(connection) as few:
        page_of(administrator_browser)
    for number in range(4):
        call_make(acme, timedelta(hours=1), session_id=f"s{number}", caller_mos=1.5)
        registration_make(acme, "101", f"r{number}")
        event_record(severity=Severity.INFO, source=EventSource.TASKS, kind="t", message=f"m{number}")
    cache.clear()
    with CaptureQueriesContext(connection) as many:
        page_of(administrator_browser)
    assert len(many) == len(few)


def test_rest_shows_the_same_figures_to_whom_they_concern(acme: Tenant, worker: FakeWorker) -> None:
    call_make(acme, timedelta(hours=1), session_id="one", status="failed", caller_mos=2.0)
    own = rest_as("acme").get("/api/dashboard").body
    assert (own["calls"]["results"]["failed"], own["platform"]) == (1, None)
    assert own["calls"]["worst"][0]["mos"] == 2.0
    assert rest_as("globex").get("/api/dashboard").body["calls"]["total"] == 0
    assert rest_as("root", tenant_name="acme").get("/api/dashboard").body["calls"]["total"] == 1
    assert rest_as("root").get("/api/dashboard").body["platform"]["system"]["disk_total_bytes"] > 0
    assert rest_as("101@acme").get("/api/dashboard").status == 403


def test_events_of_others_stay_out_of_the_dashboard(
    acme_browser: Client, acme: Tenant, globex: Tenant
) -> None:
    with across_tenants():
        EventLogEntry.objects.all().delete()
    for tenant in (acme, globex, None):
        name = tenant.name if tenant is not None else "platform"
        event_record(
            severity=Severity.WARNING,
            source=EventSource.TASKS,
            kind="t",
            message=f"Of {name}.",
            tenant=tenant,
        )
    page = page_of(acme_browser)
    assert "Of acme." in page
    assert "Of globex." not in page
    assert "Of platform." not in page


def test_the_task_tells_administrators_sockets(worker: FakeWorker, redis_url: str) -> None:
    with worker.redis.pubsub() as subscription:  # type: ignore[no-untyped-call] # redis leaves it out
        subscription.subscribe("pbx:events:0")
        assert subscription.get_message(timeout=2)
        publish_fleet_figures()
        message = subscription.get_message(timeout=2)
    assert message is not None
    assert b'"fleet_events"' in message["data"]
    assert worker.redis.get("pbx:system")


@pytest.mark.parametrize(
    ("uptime_s", "words"),
    [(9, "9 s"), (600, "10 min"), (18_600, "5 h 10 min"), (270_000, "3 d 3 h")],
)
def test_uptimes_are_told_by_their_two_largest_parts(uptime_s: int, words: str) -> None:
    assert uptime_words(uptime_s) == words


def test_bytes_are_told_in_powers_of_a_thousand() -> None:
    assert [bytes_words(count) for count in (0, 999, 1_500_000, 2_500_000_000, 4 * 10**12)] == [
        "0 B", "999 B", "2 MB", "2.5 GB", "4.0 TB",
    ]  # fmt: skip
