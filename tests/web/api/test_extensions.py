"""Extensions by REST: the tenant's own and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.selectors.extension import extension_get
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import Cast, sip_password


def numbers(rest: Rest, **query: Any) -> list[str]:
    return [extension["number"] for extension in rest.get("/api/extensions", **query).body["results"]]


def id_of(tenant: Tenant, number: str) -> int:
    with tenant_scope(tenant):
        return extension_get(number=number).pk


def test_everybody_sees_their_own(acme_user: Rest, globex_user: Rest, alice: Rest, mallory: Rest) -> None:
    assert numbers(acme_user) == ["101", "102"]
    assert numbers(globex_user) == ["101"]
    assert numbers(alice) == ["101"]
    assert mallory.get("/api/extensions").body["results"][0]["display_name"] == "Mallory"


def test_a_tenant_cannot_borrow_another_by_header(cast: Cast) -> None:
    assert numbers(rest_as("globex", tenant_name="acme")) == ["101"]
    assert numbers(rest_as("101@globex", tenant_name="acme")) == ["101"]


def test_an_administrator_has_to_name_a_tenant(administrator: Rest, cast: Cast) -> None:
    assert administrator.get("/api/extensions").problems == {("X-Tenant", "tenant_required")}
    assert numbers(rest_as("root", tenant_name="acme")) == ["101", "102"]
    unknown = rest_as("root", tenant_name="nobody").get("/api/extensions")
    assert (unknown.status, unknown.problems) == (404, {("X-Tenant", "not_found")})


def test_a_strangers_extension_does_not_exist(globex_user: Rest, mallory: Rest, acme: Tenant) -> None:
    bob = f"/api/extensions/{id_of(acme, '102')}"
    for stranger in (globex_user, mallory):
        assert stranger.get(bob).status == 404
    assert globex_user.patch(bob, {"display_name": "Mine"}).status == 404
    assert globex_user.delete(bob).status == 404
    with tenant_scope(acme):
        assert extension_get(number="102").display_name == "Bob"


def test_a_password_is_generated_and_shown_once(acme_user: Rest, acme: Tenant) -> None:
    created = acme_user.post("/api/extensions/", {"number": "103", "display_name": "Carol"})
    assert created.status == 201
    with tenant_scope(acme):
        assert extension_get(number="103").sip_password == created.body["sip_password"]
    again = acme_user.get(f"/api/extensions/{created.body['id']}").body
    assert "sip_password" not in again
    assert "web_password" not in again
    assert AuditEntry.objects.filter(action="extension.create", tenant=acme, username="acme").count() == 1


def test_a_given_password_is_not_repeated(acme_user: Rest) -> None:
    created = acme_user.post("/api/extensions", {"number": "103", "sip_password": sip_password("Carol")})
    assert created.status == 201
    assert "sip_password" not in created.body


def test_a_change_changes_only_what_it_names(acme_user: Rest, acme: Tenant) -> None:
    path = f"/api/extensions/{id_of(acme, '102')}"
    assert acme_user.patch(path, {"ring_timeout_s": 45}).body["ring_timeout_s"] == 45
    with tenant_scope(acme):
        bob = extension_get(number="102")
    assert (bob.display_name, bob.sip_password) == ("Bob", sip_password("Bob"))


def test_a_deleted_extension_is_gone(acme_user: Rest, acme: Tenant) -> None:
    path = f"/api/extensions/{id_of(acme, '102')}"
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404
    assert numbers(acme_user) == ["101"]


def test_an_extension_changes_nothing(alice: Rest, acme: Tenant) -> None:
    path = f"/api/extensions/{id_of(acme, '101')}"
    assert alice.post("/api/extensions", {"number": "103"}).status == 403
    assert alice.patch(path, {"display_name": "Queen"}).status == 403
    assert alice.delete(path).status == 403


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param({}, ("number", "required"), id="no-number"),
        pytest.param({"number": "1 2"}, ("number", "invalid"), id="blank-in-number"),
        pytest.param({"number": "1" * 21}, ("number", "max_length"), id="number-too-long"),
        pytest.param({"number": "101"}, ("number", "unique"), id="number-taken"),
        pytest.param({"number": "103", "ring_timeout_s": 0}, ("ring_timeout_s", "min_value"), id="ring-time"),
        pytest.param({"number": "103", "email": "no"}, ("email", "invalid"), id="email"),
        pytest.param({"number": "103", "is_enabled": "maybe"}, ("is_enabled", "invalid"), id="not-a-boolean"),
        pytest.param(
            {"number": "103", "sip_password": "1234"}, ("sip_password", "weak_password"), id="weak-password"
        ),
        pytest.param(
            {"number": "103", "web_password": "short"}, ("password", "password_too_short"), id="web-password"
        ),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post("/api/extensions", body)
    assert answer.status == 400
    assert problem in answer.problems
    assert len(numbers(acme_user)) == 2


def test_numbers_are_ordered_by_length_then_text(acme_user: Rest) -> None:
    for number in ("1000", "99"):
        acme_user.post("/api/extensions", {"number": number})
    assert numbers(acme_user) == ["99", "101", "102", "1000"]
    assert numbers(acme_user, ordering="-number") == ["1000", "102", "101", "99"]


@pytest.mark.parametrize(
    "ordering", ["sip_password", "ha1", "number;DROP TABLE cdr", "number,ha1", "tenant__name", "--number"]
)
def test_ordering_by_anything_else_is_refused(acme_user: Rest, ordering: str) -> None:
    answer = acme_user.get("/api/extensions", ordering=ordering)
    assert (answer.status, answer.problems) == (400, {("ordering", "ordering")})


@pytest.mark.parametrize("page_size", ["0", "-1", "x", "1e9", "٣"])
def test_a_page_size_that_is_no_number_is_refused(acme_user: Rest, page_size: str) -> None:
    assert acme_user.get("/api/extensions", page_size=page_size).problems == {("page_size", "page_size")}


def test_a_huge_page_size_is_cut(acme_user: Rest, settings: Any) -> None:
    answer = acme_user.get("/api/extensions", page_size=999_999_999)
    assert (answer.status, answer.body["count"]) == (200, 2)


def test_pages_follow_each_other(acme_user: Rest) -> None:
    first = acme_user.get("/api/extensions", page_size=1).body
    assert (first["count"], first["previous"]) == (2, None)
    assert "page=2" in first["next"]
    assert numbers(acme_user, page_size=1, page=2) == ["102"]
    assert acme_user.get("/api/extensions", page=9).status == 404


def test_search_and_filter_narrow_the_list(acme_user: Rest) -> None:
    assert numbers(acme_user, search="ali") == ["101"]
    assert numbers(acme_user, search="' OR 1=1 --") == []
    assert numbers(acme_user, is_enabled="false") == []
    assert numbers(acme_user, is_enabled="True") == numbers(acme_user, is_enabled="") == ["101", "102"]
    assert numbers(acme_user, number="102") == ["102"]


def test_a_filter_that_is_neither_true_nor_false_is_refused(acme_user: Rest) -> None:
    answer = acme_user.get("/api/extensions", is_enabled="banana")
    assert (answer.status, answer.problems) == (400, {("is_enabled", "invalid_choice")})
