"""Tenants and the audit log by REST."""

from __future__ import annotations

from typing import Any

import pytest

from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import WEB_PASSWORD

NEW = {"name": "initech", "sip_domain": "initech.example", "password": "a-long-pass-phrase-7"}


def test_an_administrator_creates_a_tenant_that_can_sign_in(administrator: Rest, nobody: Rest) -> None:
    created = administrator.post("/api/tenants", NEW)
    assert (created.status, created.body["display_name"]) == (201, "initech")
    assert "password" not in created.body
    token = nobody.post("/api/auth/login", {"username": "initech", "password": NEW["password"]}).body["token"]
    assert Rest(token).get("/api/extensions").body["count"] == 0


def test_tenants_are_for_administrators_only(acme_user: Rest, alice: Rest, acme: Tenant) -> None:
    for rest in (acme_user, alice):
        assert rest.get("/api/tenants").status == 403
        assert rest.get(f"/api/tenants/{acme.pk}").status == 403
        assert rest.post("/api/tenants", NEW).status == 403
        assert rest.patch(f"/api/tenants/{acme.pk}", {"display_name": "x"}).status == 403
        assert rest.delete(f"/api/tenants/{acme.pk}").status == 403


def test_disabling_a_tenant_ends_its_tokens_at_once(administrator: Rest, alice: Rest, acme: Tenant) -> None:
    assert administrator.patch(f"/api/tenants/{acme.pk}", {"is_enabled": False}).body["is_enabled"] is False
    assert alice.get("/api/auth/me").status == 401


def test_tenants_are_filtered_by_being_enabled_or_not(administrator: Rest, acme: Tenant) -> None:
    administrator.patch(f"/api/tenants/{acme.pk}", {"is_enabled": False})
    disabled = administrator.get("/api/tenants", is_enabled="false").body["results"]
    assert [tenant["name"] for tenant in disabled] == ["acme"]
    answer = administrator.get("/api/tenants", is_enabled="banana")
    assert (answer.status, answer.problems) == (400, {("is_enabled", "invalid_choice")})


def test_a_tenants_name_never_changes(administrator: Rest, acme: Tenant) -> None:
    answer = administrator.patch(f"/api/tenants/{acme.pk}", {"name": "evil", "display_name": "Acme Inc."})
    assert (answer.body["name"], answer.body["display_name"]) == ("acme", "Acme Inc.")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        pytest.param({"name": "acme"}, ("name", "unique"), id="name-taken"),
        pytest.param({"name": "root"}, ("name", "unique"), id="name-of-an-administrator"),
        pytest.param({"name": "Not Good"}, ("name", "invalid"), id="name-with-blank"),
        pytest.param({"sip_domain": "acme.example"}, ("sip_domain", "unique"), id="domain-taken"),
        pytest.param({"sip_domain": "-x-"}, ("sip_domain", "sip_domain"), id="domain-invalid"),
        pytest.param({"time_zone": "Mars/Olympus"}, ("time_zone", "time_zone"), id="time-zone"),
        pytest.param({"password": "short"}, ("password", "password_too_short"), id="weak-password"),
    ],
)
def test_wrong_input_names_field_and_rule(
    administrator: Rest, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = administrator.post("/api/tenants", {**NEW, **change})
    assert answer.status == 400
    assert problem in answer.problems
    assert not Tenant.objects.filter(name=NEW["name"]).exists()


def test_the_audit_log_shows_a_tenant_its_own(
    administrator: Rest, acme_user: Rest, globex_user: Rest, alice: Rest, acme: Tenant
) -> None:
    AuditEntry.objects.all().delete()  # what tests with a real server left
    rest_as("root", tenant_name="acme").post("/api/extensions", {"number": "103"})
    (entry,) = acme_user.get("/api/audit_log").body["results"]
    assert (entry["username"], entry["action"], entry["object_name"]) == ("root", "extension.create", "103")
    assert globex_user.get("/api/audit_log").body["count"] == 0
    assert alice.get("/api/audit_log").status == 403
    assert administrator.get("/api/audit_log").body["count"] == AuditEntry.objects.count()
    assert acme_user.post("/api/audit_log", {}).status in (403, 405)


def test_the_cast_can_still_sign_in(nobody: Rest, acme: Tenant) -> None:
    assert nobody.post("/api/auth/login", {"username": "acme", "password": WEB_PASSWORD}).status == 200
