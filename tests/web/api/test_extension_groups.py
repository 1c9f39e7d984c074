"""Groups by REST: their fields, members and monitors; and nothing of them for strangers and extensions."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest

GROUPS = "/api/extension_groups"


@pytest.fixture
def sales(acme_user: Rest) -> str:
    """The path of Acme's group Sales, with Alice in it."""
    made = acme_user.post(GROUPS, {"name": "Sales", "may_see_members": True})
    assert made.status == 201, made.body
    path = f"{GROUPS}/{made.body['id']}"
    assert acme_user.post(f"{path}/members", {"extensions": ["101"]}).status == 204
    return path


def numbers(rest: Rest, path: str, **query: Any) -> list[str]:
    answer = rest.get(path, **query)
    assert answer.status == 200, answer.body
    return [row["number"] for row in answer.body["results"]]


def test_a_group_is_made_changed_and_deleted(acme_user: Rest, acme: Tenant) -> None:
    made = acme_user.post(GROUPS, {"name": "Sales", "description": "Who sells", "may_page": True})
    assert (made.status, made.body["member_count"], made.body["may_call_external"]) == (201, 0, False)
    path = f"{GROUPS}/{made.body['id']}"
    changed = acme_user.patch(
        path, {"may_use_console": True, "is_monitoring_allowed": True, "monitor_scope": "members"}
    )
    assert (changed.status, changed.body["may_page"], changed.body["monitor_scope"]) == (200, True, "members")
    assert acme_user.get(path).body == changed.body
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404
    actions = (
        AuditEntry.objects.filter(tenant=acme, action__startswith="extension_group")
        .order_by("id")
        .values_list("action", flat=True)
    )
    assert list(actions) == ["extension_group.create", "extension_group.update", "extension_group.delete"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("name", "required")),
        ({"name": " "}, ("name", "blank")),
        ({"name": "x" * 65}, ("name", "max_length")),
        ({"name": "two\nlines"}, ("name", "invalid")),
        ({"name": "default"}, ("name", "unique")),
        ({"name": "Sales", "may_page": "perhaps"}, ("may_page", "invalid")),
        ({"name": "Sales", "monitor_scope": "world"}, ("monitor_scope", "invalid_choice")),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, body: dict[str, Any], problem: tuple[str | None, str]
) -> None:
    answer = acme_user.post(GROUPS, body)
    assert (answer.status, answer.problems) == (400, {problem})


def test_the_default_group_keeps_its_name_and_stays(acme_user: Rest) -> None:
    (default,) = acme_user.get(GROUPS, is_default="true").body["results"]
    path = f"{GROUPS}/{default['id']}"
    assert acme_user.patch(path, {"name": "All"}).problems == {("name", "default_group")}
    assert acme_user.delete(path).problems == {(None, "default_group")}
    assert acme_user.patch(path, {"may_use_console": True, "name": "DEFAULT"}).status == 200
    refused = acme_user.post(f"{path}/members/remove", {"extensions": ["101"]})
    assert (refused.status, refused.problems) == (400, {(None, "last_group")})


def test_members_come_and_go_many_at_once(acme_user: Rest, sales: str) -> None:
    members = f"{sales}/members"
    assert acme_user.post(members, {"extensions": ["101", "102"], "is_manager": True}).status == 204
    assert numbers(acme_user, members) == ["101", "102"]
    assert numbers(acme_user, members, search="bob") == ["102"]
    assert numbers(acme_user, members, ordering="-number", page_size=1) == ["102"]
    assert acme_user.post(f"{members}/remove", {"extensions": ["101"]}).status == 204
    (bob,) = acme_user.get(members).body["results"]
    assert bob == {"number": "102", "display_name": "Bob", "is_enabled": True, "is_manager": True}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("extensions", "required")),
        ({"extensions": []}, ("extensions", "min_length")),
        ({"extensions": ["101", "999"]}, ("extensions", "unknown_extension")),
        ({"extensions": "101"}, ("extensions", "not_a_list")),
    ],
)
@pytest.mark.parametrize("path", ["members", "members/remove", "monitors", "monitors/remove"])
def test_numbers_that_are_none_change_nothing(
    acme_user: Rest, sales: str, path: str, body: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(f"{sales}/{path}", body)
    assert (answer.status, answer.problems) == (400, {problem})
    assert numbers(acme_user, f"{sales}/members") == ["101"]


def test_monitors_need_not_be_members(acme_user: Rest, sales: str) -> None:
    assert acme_user.post(f"{sales}/monitors", {"extensions": ["102"]}).status == 204
    assert numbers(acme_user, f"{sales}/monitors") == ["102"]
    assert acme_user.get(sales).body["monitor_count"] == 1
    assert acme_user.post(f"{sales}/monitors/remove", {"extensions": ["102", "101"]}).status == 204
    assert numbers(acme_user, f"{sales}/monitors") == []


def test_groups_are_found_filtered_and_ordered(acme_user: Rest, sales: str) -> None:
    def names(**query: Any) -> list[str]:
        return [row["name"] for row in acme_user.get(GROUPS, **query).body["results"]]

    assert names() == ["DEFAULT", "Sales"]
    assert names(ordering="-name") == ["Sales", "DEFAULT"]
    assert names(ordering="member_count") == ["Sales", "DEFAULT"]
    assert names(search="sal") == ["Sales"]
    assert names(extension="102") == ["DEFAULT"]
    assert names(extension="101") == ["DEFAULT", "Sales"]
    assert acme_user.get(GROUPS, ordering="monitors").problems == {("ordering", "ordering")}


def test_a_stranger_sees_its_own_default_group_only(globex_user: Rest, sales: str) -> None:
    (default,) = globex_user.get(GROUPS).body["results"]
    assert (default["name"], default["member_count"]) == ("DEFAULT", 1)
    for path in (sales, f"{sales}/members", f"{sales}/monitors"):
        assert globex_user.get(path).status == 404
    assert globex_user.patch(sales, {"name": "Mine"}).status == 404
    assert globex_user.delete(sales).status == 404
    assert globex_user.post(f"{sales}/members", {"extensions": ["101"]}).status == 404


def test_extensions_and_who_did_not_sign_in_have_no_groups_to_change(
    alice: Rest, nobody: Rest, sales: str
) -> None:
    for path in (GROUPS, sales, f"{sales}/members"):
        assert (alice.get(path).status, nobody.get(path).status) == (403, 401)
    assert alice.post(f"{sales}/members", {"extensions": ["102"]}).status == 403


def test_the_number_of_queries_does_not_grow_with_groups_or_members(acme_user: Rest, sales: str) -> None:
    def queries(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert acme_user.get(path).status == 200
        return len(asked)

    before = queries(GROUPS), queries(f"{sales}/members")
    for number in range(5):
        acme_user.post(GROUPS, {"name": f"Group {number}"})
        acme_user.post("/api/extensions", {"number": f"20{number}"})
    acme_user.post(f"{sales}/members", {"extensions": ["200", "201", "202", "203"]})
    assert (queries(GROUPS), queries(f"{sales}/members")) == before
