"""Outbound rules by REST: criteria, routes, order, and what the worker is told."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.outbound_rules import OutboundCall, OutboundRoute, RuleHours
from callmanager.fleet.models import Trunk
from callmanager.models import ExtensionGroup
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

RULES = "/api/outbound_rules"


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, name="Telco")


def rule(on: Trunk, **fields: Any) -> dict[str, Any]:
    routes = [{"trunk": on.pk, "strip_digits": 2, "prepend": "+44"}]
    return {"name": "Abroad", "prefixes": "00;123;88", "routes": routes, **fields}


def default_group(acme: Tenant) -> int:
    with tenant_scope(acme):
        return int(ExtensionGroup.objects.get(is_default=True).pk)


def test_a_rule_is_made_read_changed_and_deleted(acme_user: Rest, telco: Trunk) -> None:
    made = acme_user.post(RULES, rule(telco, callers="101; 200 - 220", digit_lengths="8; 10-12"))
    assert made.status == 201, made.body
    assert (made.body["position"], made.body["prefixes"]) == (1, "00;123;88")
    assert (made.body["callers"], made.body["digit_lengths"]) == ("101;200-220", "8;10-12")
    assert made.body["routes"] == [
        {"trunk": telco.pk, "trunk_name": "Telco", "strip_digits": 2, "prepend": "+44"}
    ]
    path = f"{RULES}/{made.body['id']}"
    changed = acme_user.patch(path, {"also_next_on": [603, 486, 486], "is_least_cost": True})
    assert (changed.status, changed.body["also_next_on"]) == (200, [486, 603])
    assert acme_user.get(path).body == changed.body
    assert AuditEntry.objects.get(action="outbound_rule.create").changes["routes"]["before"] == []
    assert acme_user.delete(path).status == 204
    assert acme_user.get(RULES).body["count"] == 0


def test_the_worker_dials_as_the_manual_says(acme_user: Rest, telco: Trunk, acme: Tenant) -> None:
    """002345 with two digits stripped and +44 before it is +442345."""
    group = default_group(acme)
    made = acme_user.post(
        RULES,
        rule(telco, groups=[group], hours="own_hours", week={"monday": [{"from": "09:00", "to": "17:00"}]}),
    )
    assert made.body["groups"] == [group]
    snapshot = snapshot_get(tenant=acme)
    found = snapshot.outbound.find(OutboundCall("101", snapshot.group_ids_of("101"), "002345"))
    assert found is not None
    assert found.routes == (OutboundRoute(telco.pk, 2, "+44"),)
    assert found.routes[0].number_to_dial("002345") == "+442345"
    assert (found.hours, len(found.own_intervals)) == (RuleHours.OWN_HOURS, 1)
    assert snapshot.find_trunk(telco.pk) is not None
    assert snapshot.outbound.find(OutboundCall("999", frozenset(), "002345")) is None


def test_rules_are_asked_in_the_order_that_people_give_them(
    acme_user: Rest, telco: Trunk, acme: Tenant
) -> None:
    ids = {}
    for name in ("A", "B", "C"):
        ids[name] = acme_user.post(RULES, rule(telco, name=name)).body["id"]
    first = acme_user.post(RULES, rule(telco, name="D", position=1))
    assert first.body["position"] == 1

    def order() -> list[str]:
        listed = [one["name"] for one in acme_user.get(RULES).body["results"]]
        assert [one.name for one in snapshot_get(tenant=acme).outbound_rules] == listed
        return listed

    assert order() == ["D", "A", "B", "C"]
    assert acme_user.patch(f"{RULES}/{ids['C']}", {"position": 2}).body["position"] == 2
    assert order() == ["D", "C", "A", "B"]
    acme_user.patch(f"{RULES}/{ids['C']}", {"position": 99})
    assert order() == ["D", "A", "B", "C"]
    moved = AuditEntry.objects.filter(action="outbound_rule.update").order_by("id").first()
    assert moved is not None
    assert moved.changes["position"] == {"before": 4, "after": 2}
    acme_user.delete(f"{RULES}/{ids['A']}")
    assert [one["position"] for one in acme_user.get(RULES).body["results"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": ""}, ("name", "blank")),
        ({"prefixes": "00;x"}, ("prefixes", "prefix")),
        ({"prefixes": "0" * 21}, ("prefixes", "prefix")),
        ({"callers": "101;sip:102"}, ("callers", "extension")),
        ({"callers": "220-200"}, ("callers", "range_order")),
        ({"callers": "999"}, ("callers", "not_found")),
        ({"digit_lengths": "0"}, ("digit_lengths", "digit_length")),
        ({"digit_lengths": "eight"}, ("digit_lengths", "digit_length")),
        ({"groups": [999_999]}, ("groups", "not_found")),
        ({"groups": ["DEFAULT"]}, ("groups.0", "invalid")),
        ({"routes": []}, ("routes", "required")),
        ({"routes": [{"trunk": 999_999}]}, ("routes", "not_found")),
        ({"routes": [{"trunk": 1, "strip_digits": 21}]}, ("routes.0.strip_digits", "max_value")),
        ({"also_next_on": [200]}, ("also_next_on", "sip_code")),
        ({"also_next_on": ["busy"]}, ("also_next_on.0", "invalid")),
        ({"also_next_on": [401]}, ("also_next_on", "sip_code")),
        ({"hours": "sometimes"}, ("hours", "invalid_choice")),
        ({"position": 0}, ("position", "min_value")),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, telco: Trunk, fields: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(RULES, rule(telco, **fields))
    assert answer.status == 400
    assert answer.problems == {problem}
    assert acme_user.get(RULES).body["count"] == 0


@pytest.mark.parametrize("prepend", ["4 4", "++44", "44;x", "a"])
def test_what_is_prepended_is_dialable(acme_user: Rest, telco: Trunk, prepend: str) -> None:
    wanted = rule(telco, routes=[{"trunk": telco.pk, "prepend": prepend}])
    assert acme_user.post(RULES, wanted).problems == {("routes", "prepend")}


def test_there_are_three_routes_at_most(acme_user: Rest, telco: Trunk) -> None:
    route = {"trunk": telco.pk}
    assert acme_user.post(RULES, rule(telco, routes=[route] * 4)).problems == {("routes", "max_length")}
    assert len(acme_user.post(RULES, rule(telco, routes=[route] * 3)).body["routes"]) == 3


def test_the_strangers_trunk_and_groups_are_none_of_ours(
    acme_user: Rest, globex_user: Rest, globex: Tenant, telco: Trunk
) -> None:
    theirs = lent_trunk(globex)
    assert acme_user.post(RULES, rule(theirs)).problems == {("routes", "not_found")}
    made = acme_user.post(RULES, rule(telco)).body
    assert globex_user.get(f"{RULES}/{made['id']}").status == 404
    assert globex_user.delete(f"{RULES}/{made['id']}").status == 404
    assert globex_user.post(RULES, rule(theirs)).body["position"] == 1
    assert globex_user.get(RULES).body["count"] == 1
