"""Tenants and the audit log by REST."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import WEB_PASSWORD

NEW = {"name": "initech", "sip_domain": "initech.example", "password": "a-long-pass-phrase-7"}


def test_an_administrator_creates_a_tenant_that_can_sign_in(administrator: Rest, nobody: Rest) -> None:
    created = administrator.post("/api/tenants", NEW)
    assert (created.status, created.body["display_name"]) == (201, "initech")
    assert "password" not in created.body
    form = {"username": "initech", "password": NEW["password"]}
    refused = nobody.post("/api/auth/login", form)
    assert (refused.status, refused.body["errors"][0]["code"]) == (403, "password_change_required")
    token = nobody.post("/api/auth/login", {**form, "new_password": "chosen-by-initech-8"}).body["token"]
    assert Rest(token).get("/api/extensions").body["count"] == 0
    assert nobody.post("/api/auth/login", {**form, "password": "chosen-by-initech-8"}).status == 200


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


def test_every_option_and_limit_is_read_and_changed(administrator: Rest, acme: Tenant) -> None:
    changes = {
        "country": "DE",
        "currency": "EUR",
        "website": "https://acme.example",
        "email": "pbx@acme.example",
        "max_extensions": 5,
        "max_simultaneous_calls": 0,
        "max_queues": None,
        "disk_quota_mb": 100,
        "recordings_keep_days": 30,
        "is_concurrent_sign_in_allowed": False,
        "is_outbound_billed": True,
    }
    answer = administrator.patch(f"/api/tenants/{acme.pk}", changes)
    assert answer.status == 200
    assert {name: answer.body[name] for name in changes} == changes
    assert answer.body["storage_used_bytes"] == 0
    assert [row["name"] for row in administrator.get("/api/tenants", country="DE").body["results"]] == [
        "acme"
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"country": "de"}, ("country", "country")),
        ({"country": "ZZ"}, ("country", "country")),
        ({"currency": "eur"}, ("currency", "currency")),
        ({"currency": "XYZ"}, ("currency", "currency")),
        ({"max_extensions": -1}, ("max_extensions", "min_value")),
        ({"max_extensions": 10_000_000}, ("max_extensions", "max_value")),
        ({"recordings_keep_days": 0}, ("recordings_keep_days", "min_value")),
        ({"disk_quota_mb": "a lot"}, ("disk_quota_mb", "invalid")),
        ({"website": "javascript:alert(1)"}, ("website", "invalid")),
    ],
    ids=str,
)
def test_a_wrong_option_names_field_and_rule(
    administrator: Rest, acme: Tenant, change: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = administrator.patch(f"/api/tenants/{acme.pk}", change)
    assert (answer.status, answer.problems) == (400, {problem})


def test_the_limit_of_extensions_is_refused_with_its_figure(acme_user: Rest, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_extensions=2)
    answer = acme_user.post("/api/extensions", {"number": "103"})
    assert (answer.status, answer.problems) == (400, {(None, "limit_reached")})
    assert "2 extensions" in answer.body["errors"][0]["message"]


def test_a_tenant_is_deleted_by_its_name_only(administrator: Rest, acme: Tenant) -> None:
    path = f"/api/tenants/{acme.pk}"
    assert administrator.delete(path).problems == {("confirm", "required"), ("cdrs", "required")}
    assert administrator.delete(f"{path}?confirm=globex&cdrs=keep").problems == {("confirm", "confirm")}
    assert administrator.delete(f"{path}?confirm=acme&cdrs=some").problems == {("cdrs", "invalid_choice")}
    answer = administrator.delete(f"{path}?confirm=acme&cdrs=keep")
    assert (answer.status, answer.body["is_enabled"]) == (202, False)
    assert answer.body["deletion_began_at"]
    assert administrator.patch(path, {"is_enabled": True}).problems == {(None, "being_deleted")}
    assert administrator.get("/api/tenants", is_being_deleted="true").body["count"] == 1


def test_the_list_asks_as_often_for_many_as_for_few(
    administrator: Rest, django_assert_num_queries: Any, acme: Tenant
) -> None:
    administrator.get("/api/tenants")  # the first use of a token is noted
    with CaptureQueriesContext(connection) as few:
        administrator.get("/api/tenants")
    Tenant.objects.bulk_create(
        Tenant(schema_name=f"t_{n}", name=f"more{n}", display_name="M", sip_domain=f"more{n}.example")
        for n in range(20)
    )
    with django_assert_num_queries(len(few)):
        assert administrator.get("/api/tenants").body["count"] == 22


def test_a_tenant_sees_its_profile_and_changes_its_part_of_it(
    acme_user: Rest, alice: Rest, globex: Tenant, acme: Tenant
) -> None:
    Tenant.objects.filter(pk=acme.pk).update(max_extensions=50)
    answer = acme_user.patch(
        "/api/profile",
        {"display_name": "Acme Inc.", "country": "FR", "max_extensions": 9999, "sip_domain": "evil.example"},
    )
    assert (answer.body["display_name"], answer.body["country"]) == ("Acme Inc.", "FR")
    assert (answer.body["max_extensions"], answer.body["sip_domain"]) == (50, "acme.example")
    assert acme_user.get("/api/profile").body["name"] == "acme"
    assert acme_user.patch("/api/profile", {"disk_quota_mb": 1, "is_enabled": False}).body["is_enabled"]
    assert alice.get("/api/profile").status == 403
    globex.refresh_from_db()
    assert globex.country == ""
    entry = AuditEntry.objects.filter(action="profile.update").earliest("id")
    assert entry.changes["country"] == {"before": "", "after": "FR"}


def test_an_administrator_sees_a_profile_of_a_named_tenant(administrator: Rest) -> None:
    assert administrator.get("/api/profile").problems == {("X-Tenant", "tenant_required")}
    assert rest_as("root", tenant_name="globex").get("/api/profile").body["name"] == "globex"


def test_the_cast_can_still_sign_in(nobody: Rest, acme: Tenant) -> None:
    assert nobody.post("/api/auth/login", {"username": "acme", "password": WEB_PASSWORD}).status == 200
