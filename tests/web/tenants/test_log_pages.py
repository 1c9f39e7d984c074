"""Both logs as pages, by REST and as CSV: filtered, each tenant its own, at a constant number of queries."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import (
    AuditEntry,
    AuditOutcome,
    EventLogEntry,
    EventSource,
    Severity,
    Tenant,
    User,
)
from tenants.scope import across_tenants
from tenants.services.audit import audit_record
from tenants.services.event_log import event_record
from tests.web.api.conftest import rest_as
from tests.web.conftest import Cast

LOGS = {"/admin/tenants/auditentry/": "/api/audit_log", "/admin/tenants/eventlogentry/": "/api/event_log"}


@pytest.fixture(autouse=True)
def _two_companies_logs(cast: Cast) -> None:
    cache.clear()
    with across_tenants():
        EventLogEntry.objects.all().delete()
    AuditEntry.objects.all().delete()
    for tenant in (cast.acme, cast.globex, None):
        write(tenant)


def write(tenant: Tenant | None) -> None:
    name = tenant.name if tenant is not None else "platform"
    event_record(
        severity=Severity.ERROR if tenant else Severity.INFO,
        source=EventSource.TASKS,
        kind=f"test.{name}",
        message=f"Word of {name}.",
        tenant=tenant,
        data={"cell": "=1+1"},
    )
    audit_record(
        action="extension.update",
        target=None,
        object_type="extension",
        user=User.objects.get(username=name) if tenant else None,
        tenant=tenant,
        ip="192.0.2.9",
        outcome=AuditOutcome.FAILED,
        reason=f"=cmd of {name}",
        changes={"ring_timeout_s": {"before": 30, "after": 20}},
    )


def browser_of(username: str) -> Client:
    """Signed in; the sign-in itself is not what the tests look at."""
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    AuditEntry.objects.filter(action="user.sign_in").delete()
    return client


@pytest.mark.parametrize("page", LOGS)
def test_a_tenant_sees_its_own_and_the_platform_sees_all(cast: Cast, page: str) -> None:
    own = browser_of("acme").get(page).content.decode()
    assert "of acme" in own
    assert "of globex" not in own
    assert "of platform" not in own
    everything = browser_of("root").get(page).content.decode()
    assert all(f"of {name}" in everything for name in ("acme", "globex", "platform"))


@pytest.mark.parametrize("page", LOGS)
def test_the_strangers_entry_can_not_be_opened(cast: Cast, page: str) -> None:
    with across_tenants():
        event, entry = (
            EventLogEntry.objects.get(tenant_id=cast.globex.pk),
            AuditEntry.objects.get(tenant=cast.globex),
        )
    pk = entry.pk if "audit" in page else event.pk
    browser = browser_of("acme")
    assert browser.get(f"{page}{pk}/change/").status_code in (302, 404)
    assert rest_as("acme").get(f"{LOGS[page]}/{pk}").status == 404
    detail = browser_of("root").get(f"{page}{pk}/change/")
    assert detail.status_code == 200
    assert "globex" in detail.content.decode()


@pytest.mark.parametrize("page", LOGS)
def test_a_filtered_list_is_downloaded_as_csv_without_formulas(cast: Cast, page: str) -> None:
    browser = browser_of("root")
    answer = browser.get(f"{page}csv/", {"q": "of globex"})
    assert answer["Content-Type"].startswith("text/csv")
    header, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert len(rows) == 1
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows[0])
    assert "globex" in " ".join(rows[0])
    assert header[0] == "time"
    own = browser_of("acme").get(f"{page}csv/").content.decode()
    assert "of acme" in own
    assert "globex" not in own


@pytest.mark.parametrize("path", LOGS.values())
def test_rest_shows_the_same_rows(cast: Cast, path: str) -> None:
    assert rest_as("root").get(path).body["count"] == 3
    assert rest_as("acme").get(path).body["count"] == 1
    assert rest_as("root", tenant_name="globex").get(path).body["results"][0]["tenant_name"] == "globex"
    assert rest_as("101@acme").get(path).status == 403
    assert rest_as("root").get(path, search="of platform").body["count"] == 1
    later = (timezone.now() + timedelta(minutes=1)).isoformat()
    assert rest_as("root").get(path, since=later).body["count"] == 0
    assert rest_as("root").get(path, until=later).body["count"] == 3
    assert rest_as("root").get(path, since="yesterday").status == 400


def test_rest_narrows_events_by_severity_source_and_kind(cast: Cast) -> None:
    root = rest_as("root")
    assert root.get("/api/event_log", severity="info").body["count"] == 1
    assert root.get("/api/event_log", severity=["info", "error"]).body["count"] == 3
    assert root.get("/api/event_log", severity="loud").status == 400
    assert root.get("/api/event_log", source="tasks", kind="test.acme").body["count"] == 1
    assert root.get("/api/event_log", tenant_name="globex", ordering="-severity").body["count"] == 1


def test_rest_narrows_activity_by_outcome_person_and_object(cast: Cast) -> None:
    root = rest_as("root")
    assert root.get("/api/audit_log", outcome="failed").body["count"] == 3
    assert root.get("/api/audit_log", outcome="ok").body["count"] == 0
    assert root.get("/api/audit_log", username="acme", object_type="extension").body["count"] == 1
    (entry,) = rest_as("acme").get("/api/audit_log", action="extension.update").body["results"]
    assert entry["changes"] == {"ring_timeout_s": {"before": 30, "after": 20}}
    assert entry["actor"] == "acme"


def test_rest_exports_csv_of_the_own_rows(cast: Cast) -> None:
    for path in LOGS.values():
        token = rest_as("acme").token
        answer = Client().get(f"{path}/csv", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert len(answer.content.decode().strip().splitlines()) == 2


@pytest.mark.parametrize("page", LOGS)
def test_the_lists_ask_the_same_for_any_number_of_rows(cast: Cast, page: str) -> None:
    browser = browser_of("root")
    browser.get(page)
    with CaptureQueriesContext(connection) as few:
        browser.get(page)
    for _ in range(5):
        write(cast.acme)
    with CaptureQueriesContext(connection) as many:
        browser.get(page)
    assert len(many) == len(few)
