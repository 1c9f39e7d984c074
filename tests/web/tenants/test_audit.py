"""The audit log holds what was done and what was refused, by whichever door, and no secret."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models import Extension
from tenants.models import (
    AuditDoor,
    AuditEntry,
    AuditOutcome,
    EventLogEntry,
    EventSource,
    Severity,
    Tenant,
    User,
)
from tenants.scope import across_tenants, tenant_scope
from tenants.services.audit import audit_expire
from tenants.services.event_log import event_record, events_expire
from tenants.services.tenant import tenant_disable
from tests.web.api.conftest import rest_as
from tests.web.conftest import WEB_PASSWORD, Cast, sip_password

NEW_SIP_PASSWORD = "An0ther-good-one"


@pytest.fixture(autouse=True)
def _empty_logs(db: None) -> None:
    """Without what tests with a real server left, and with nobody throttled."""
    cache.clear()
    with across_tenants():
        EventLogEntry.objects.all().delete()
    AuditEntry.objects.all().delete()


@pytest.fixture
def alice_pk(cast: Cast) -> int:
    with tenant_scope(cast.acme):
        return Extension.objects.get(number="101").pk


def browser_of(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    AuditEntry.objects.all().delete()
    return client


def the_entry(**criteria: object) -> AuditEntry:
    return AuditEntry.objects.get(**criteria)


def extension_form(**changes: object) -> dict[str, object]:
    return {
        "number": "101",
        "display_name": "Alice",
        "email": "",
        "is_enabled": "on",
        "ring_timeout_s": "30",
        "status": "available",
        "max_external_calls": "0",
        "max_external_minutes_per_day": "0",
        "sip_password": sip_password("Alice"),
        "web_password": "",
        **dict.fromkeys(WEEKDAYS[:5], "09:00-17:00"),
        "exceptions-TOTAL_FORMS": "0",
        "exceptions-INITIAL_FORMS": "0",
        **changes,
    }


def test_a_change_by_rest_holds_before_and_after(cast: Cast, alice_pk: int) -> None:
    answer = rest_as("acme").patch(
        f"/api/extensions/{alice_pk}", {"display_name": "Alicia", "ring_timeout_s": 20}
    )
    assert answer.status == 200
    entry = the_entry(action="extension.update")
    assert entry.changes["display_name"] == {"before": "Alice", "after": "Alicia"}
    assert entry.changes["ring_timeout_s"] == {"before": 30, "after": 20}
    assert (entry.door, entry.outcome, entry.ip, entry.actor) == ("rest", "ok", "127.0.0.1", "acme")
    assert (entry.tenant, entry.tenant_name, entry.is_on_behalf) == (cast.acme, "acme", False)


def test_a_change_by_the_console_holds_the_same(cast: Cast, alice_pk: int) -> None:
    form = extension_form(display_name="Alicia")
    answer = browser_of("acme").post(f"/admin/callmanager/extension/{alice_pk}/change/", form)
    assert answer.status_code == 302
    entry = the_entry(action="extension.update")
    assert entry.changes["display_name"] == {"before": "Alice", "after": "Alicia"}
    assert entry.door == AuditDoor.CONSOLE


def test_an_administrator_acts_for_the_tenant(cast: Cast, alice_pk: int) -> None:
    rest_as("root", tenant_name="acme").patch(f"/api/extensions/{alice_pk}", {"ring_timeout_s": 25})
    entry = the_entry(action="extension.update")
    assert (entry.actor, entry.is_on_behalf, entry.role) == ("root for acme", True, "administrator")


def test_secrets_are_told_to_have_changed_and_nothing_more(cast: Cast, alice_pk: int) -> None:
    change = {"sip_password": NEW_SIP_PASSWORD, "web_password": "yet-another-phrase-2"}
    assert rest_as("acme").patch(f"/api/extensions/{alice_pk}", change).status == 200
    assert (
        rest_as("acme").post("/api/extensions", {"number": "177", "sip_password": "Br4nd-new-secret"}).status
        == 201
    )
    told = json.dumps(list(AuditEntry.objects.values("changes", "reason", "object_name")))
    assert the_entry(action="extension.update").changes["sip_password"] == {
        "before": None,
        "after": "changed",
    }
    assert the_entry(action="extension.create").changes["sip_password"] == {"before": None, "after": "set"}
    for secret in (NEW_SIP_PASSWORD, "yet-another-phrase-2", "Br4nd-new-secret", sip_password("Alice")):
        assert secret not in told
    assert "argon2" not in told
    assert "ha1" not in told


def test_a_deletion_keeps_what_there_was(cast: Cast, alice_pk: int) -> None:
    assert rest_as("acme").delete(f"/api/extensions/{alice_pk}").status == 204
    entry = the_entry(action="extension.delete")
    assert entry.changes["display_name"] == {"before": "Alice", "after": None}
    assert sip_password("Alice") not in json.dumps(entry.changes)


def test_a_refused_form_is_kept_with_its_reason(cast: Cast, alice_pk: int) -> None:
    answer = rest_as("acme").patch(f"/api/extensions/{alice_pk}", {"ring_timeout_s": 100_000})
    assert answer.status == 400
    entry = the_entry()
    assert (entry.action, entry.outcome, entry.object_id) == ("extension.update", "failed", str(alice_pk))
    assert entry.reason.startswith("ring_timeout_s: ")
    browser = browser_of("acme")
    page = browser.post(
        f"/admin/callmanager/extension/{alice_pk}/change/", extension_form(ring_timeout_s="100000")
    )
    assert page.status_code == 200
    entry = the_entry()
    assert (entry.action, entry.outcome, entry.door) == ("extension.update", "failed", "console")
    assert entry.reason.startswith("Ring timeout s: ")


def test_what_somebody_may_not_do_is_kept(cast: Cast, alice_pk: int) -> None:
    assert rest_as("101@acme").patch(f"/api/extensions/{alice_pk}", {"ring_timeout_s": 20}).status == 403
    entry = the_entry()
    assert (entry.username, entry.action, entry.outcome) == (
        "101@acme",
        "extension.update",
        AuditOutcome.FAILED,
    )


def test_the_strangers_attempt_stays_with_the_stranger(cast: Cast) -> None:
    with tenant_scope(cast.acme):
        pk = Extension.objects.get(number="102").pk
    assert rest_as("globex").patch(f"/api/extensions/{pk}", {"ring_timeout_s": 20}).status == 404
    assert the_entry(outcome="failed").tenant == cast.globex
    assert not AuditEntry.objects.filter(tenant=cast.acme).exists()


def test_switching_a_tenant_off_is_told_with_before_and_after(cast: Cast) -> None:
    answer = rest_as("root").patch(f"/api/tenants/{cast.globex.pk}", {"is_enabled": False})
    assert answer.status == 200
    assert the_entry(action="tenant.update").changes == {"is_enabled": {"before": True, "after": False}}
    tenant_disable(tenant=cast.globex)  # outside a request nothing is collected, and nothing breaks


def test_reading_leaves_nothing_behind(cast: Cast) -> None:
    assert rest_as("acme").get("/api/extensions").status == 200
    assert not AuditEntry.objects.exists()


def test_sign_ins_are_kept_whether_they_succeed_or_not(cast: Cast) -> None:
    form = {"sign_in_as": "account", "username": "acme", "password": "wrong-pass-phrase"}
    assert Client().post("/sign-in/", form).status_code == 401
    assert Client().post("/sign-in/", {**form, "username": "my-secret-typed-here"}).status_code == 401
    assert Client().post("/sign-in/", {**form, "password": WEB_PASSWORD}).status_code == 302
    known, unknown, good = AuditEntry.objects.order_by("id")
    assert (known.username, known.outcome, known.tenant) == ("acme", "failed", cast.acme)
    assert (unknown.username, unknown.reason, unknown.tenant) == ("", "unknown name", None)
    assert (good.username, good.outcome, good.action) == ("acme", "ok", "user.sign_in")


def test_a_lock_out_is_a_security_event_of_the_tenant(cast: Cast) -> None:
    for _ in range(12):
        Client().post(
            "/api/auth/login", {"username": "acme", "password": "wrong"}, content_type="application/json"
        )
    with across_tenants():
        event = EventLogEntry.objects.get(kind="sign_in.locked_out")
    assert (event.tenant_id, event.severity, event.source) == (cast.acme.pk, "warning", "security")


def test_events_are_seen_by_their_tenant_and_by_administrators_only(cast: Cast) -> None:
    def record(tenant: Tenant | None, at_most_every_s: int | None = None) -> EventLogEntry | None:
        return event_record(
            severity=Severity.ERROR,
            source=EventSource.TASKS,
            kind="test.happened",
            message="Something happened.",
            tenant=tenant,
            at_most_every_s=at_most_every_s,
        )

    with tenant_scope(cast.globex):
        record(cast.acme)  # whoever is in scope, the event is whose it is said to be
        record(None)
        assert not EventLogEntry.objects.exists()
    with tenant_scope(cast.acme):
        assert EventLogEntry.objects.get().tenant_name == "acme"
        assert record(cast.acme, at_most_every_s=60) is None
    with across_tenants():
        assert EventLogEntry.objects.count() == 2


def test_logs_end_with_their_retention(cast: Cast) -> None:
    rest_as("root").patch(f"/api/tenants/{cast.globex.pk}", {"display_name": "Globex"})
    event_record(severity=Severity.INFO, source=EventSource.SYSTEM, kind="test.old", message="Old.")
    soon = timezone.now() + timedelta(minutes=1)
    assert audit_expire(before=soon - timedelta(days=1)) == 0
    assert (audit_expire(before=soon), events_expire(before=soon)) == (1, 1)
