"""A new extension is in the chosen groups at once, by REST and by the console's form; DEFAULT if none is chosen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from callmanager.models import ExtensionGroup
from callmanager.selectors.extension import extension_get
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.extension_group import extension_group_create
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.conftest import sip_password


@pytest.fixture
def sales(acme: Tenant) -> ExtensionGroup:
    with tenant_scope(acme):
        return extension_group_create(name="Sales", may_see_members=True)


def groups_of(tenant: Tenant, number: str) -> set[str]:
    with tenant_scope(tenant):
        return {group.name for group in extension_get(number=number).groups.all()}


def test_by_rest_it_is_in_the_named_groups_and_no_others(
    acme_user: Rest, acme: Tenant, sales: ExtensionGroup
) -> None:
    made = acme_user.post("/api/extensions", {"number": "201", "group_ids": [sales.pk]})
    assert made.status == 201, made.body
    assert [group["name"] for group in made.body["groups"]] == ["Sales"]
    assert "see_members" in made.body["rights"]
    assert groups_of(acme, "201") == {"Sales"}
    with tenant_scope(acme):
        members = {group.name: group.members for group in snapshot_get(tenant=acme).groups}
    assert "201" in members["Sales"]
    assert "201" not in members["DEFAULT"]
    assert acme_user.post("/api/extensions", {"number": "202"}).body["groups"][0]["name"] == "DEFAULT"


def test_groups_are_changed_by_rest_too(acme_user: Rest, acme: Tenant, sales: ExtensionGroup) -> None:
    made = acme_user.post("/api/extensions", {"number": "201"}).body
    path = f"/api/extensions/{made['id']}"
    assert [one["name"] for one in acme_user.patch(path, {"group_ids": [sales.pk]}).body["groups"]] == [
        "Sales"
    ]
    assert acme_user.patch(path, {"group_ids": []}).problems == {("group_ids", "min_length")}
    assert groups_of(acme, "201") == {"Sales"}


@pytest.mark.parametrize("ids", [[999_999_999], ["x"], [-1]])
def test_a_group_that_is_none_is_refused_and_nothing_is_made(
    acme_user: Rest, acme: Tenant, ids: list[Any]
) -> None:
    answer = acme_user.post("/api/extensions", {"number": "201", "group_ids": ids})
    assert answer.status == 400
    assert {field.split(".")[0] for field, _ in answer.problems if field} == {"group_ids"}
    assert acme_user.get("/api/extensions", number="201").body["count"] == 0


def test_groups_of_another_company_are_none(
    globex_user: Rest, globex: Tenant, acme: Tenant, sales: ExtensionGroup
) -> None:
    """Ids are counted per company: the stranger's own group may have the same."""
    with tenant_scope(globex):
        own = set(ExtensionGroup.objects.values_list("pk", flat=True))
    foreign = sales.pk if sales.pk not in own else max(own) + 1
    answer = globex_user.post("/api/extensions", {"number": "201", "group_ids": [foreign]})
    assert answer.problems == {("group_ids", "not_found")}


def test_the_form_offers_the_groups_for_a_new_one(
    acme: Tenant, sales: ExtensionGroup, globex: Tenant
) -> None:
    client = Client()
    client.force_login(User.objects.get(username="acme"), backend="tenants.authentication.SignInBackend")
    path = "/admin/callmanager/extension/add/"
    assert "Sales" in client.get(path).content.decode()
    body = {
        "number": "201",
        "is_enabled": "on",
        "ring_timeout_s": "30",
        "status": "available",
        "max_external_calls": "0",
        "max_external_minutes_per_day": "0",
        "sip_password": sip_password("Somebody"),
        "exceptions-TOTAL_FORMS": "0",
        "exceptions-INITIAL_FORMS": "0",
    }
    assert client.post(path, {**body, "groups": [sales.pk]}).status_code == 302
    assert groups_of(acme, "201") == {"Sales"}
    assert client.post(path, {**body, "number": "202"}).status_code == 302
    assert groups_of(acme, "202") == {"DEFAULT"}
    wrong = client.post(path, {**body, "number": "203", "groups": ["999999"]})
    assert "Select a valid choice" in wrong.content.decode()
    stranger = Client()
    stranger.force_login(User.objects.get(username="globex"), backend="tenants.authentication.SignInBackend")
    assert "Sales" not in stranger.get(path).content.decode()
