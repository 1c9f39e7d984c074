"""Inbound rules by REST: the manual's own examples, what is refused, and what the worker is told."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.fleet.models import Trunk
from callmanager.selectors.snapshot import snapshot_get
from callmanager.services.trunk import trunk_assign, trunk_unassign
from tenants.models import AuditEntry, Tenant
from tests.web.api.conftest import Rest
from tests.web.rules import lent_trunk

RULES = "/api/inbound_rules"
TO_ALICE = {"kind": "extension", "target": "101"}
TO_BOB = {"kind": "extension", "target": "102"}
END = {"kind": "end_call", "target": ""}


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, pool="00442012345670-00442012345680;4420********", name="Telco")


def rule(on: Trunk, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Sales",
        "trunk": on.pk,
        "did": "00442012345678",
        "in_office_hours": TO_ALICE,
        **fields,
    }


def test_a_rule_is_made_read_changed_and_deleted(acme_user: Rest, telco: Trunk, acme: Tenant) -> None:
    made = acme_user.post(RULES, rule(telco, outside_office_hours=TO_BOB, caller_mask="0044********"))
    assert made.status == 201, made.body
    assert (made.body["trunk_name"], made.body["did"]) == ("Telco", "00442012345678")
    assert (made.body["in_office_hours"], made.body["outside_office_hours"]) == (TO_ALICE, TO_BOB)
    assert (made.body["on_holiday"], made.body["has_own_hours"], made.body["notice"]) == (None, False, "")
    path = f"{RULES}/{made.body['id']}"
    changed = acme_user.patch(path, {"on_holiday": END, "name": "Sales team"})
    assert (changed.status, changed.body["on_holiday"], changed.body["name"]) == (200, END, "Sales team")
    assert acme_user.get(path).body == changed.body
    assert acme_user.get(RULES).body["results"] == [changed.body]
    entry = AuditEntry.objects.get(action="inbound_rule.update")
    assert entry.changes["on_holiday"] == {"before": None, "after": "end_call"}
    assert acme_user.delete(path).status == 204
    assert acme_user.get(path).status == 404


def test_the_workers_are_told_of_every_change(acme_user: Rest, telco: Trunk, acme: Tenant) -> None:
    before = snapshot_get(tenant=acme).config_rev
    week = {"saturday": [{"from": "10:00", "to": "12:00"}]}
    made = acme_user.post(RULES, rule(telco, has_own_hours=True, week=week, on_holiday=END)).body
    snapshot = snapshot_get(tenant=acme)
    assert snapshot.config_rev > before
    known = snapshot.inbound.find_exact(telco.pk, "00442012345678", "0033123456789")
    assert known is not None
    assert known.in_office_hours == Destination(DestinationKind.EXTENSION, "101")
    assert known.outside_office_hours == known.in_office_hours
    assert known.on_holiday == Destination()
    assert known.own_intervals is not None
    assert [(one.weekday, one.start_minute) for one in known.own_intervals] == [(5, 600)]
    assert snapshot.pool_of(telco.pk).is_any is False
    acme_user.patch(f"{RULES}/{made['id']}", {"is_enabled": False})
    again = snapshot_get(tenant=acme)
    assert again.config_rev > snapshot.config_rev
    assert again.inbound.find_exact(telco.pk, "00442012345678", "0033123456789") is None


def test_two_rules_of_one_did_need_masks_that_do_not_overlap(acme_user: Rest, telco: Trunk) -> None:
    """The manual's own: callers of the UK here, those of France there."""
    did = "00442012345670"
    uk = rule(telco, name="UK", did=did, caller_mask="0044********")
    assert acme_user.post(RULES, uk).status == 201
    assert acme_user.post(RULES, rule(telco, name="FR", did=did, caller_mask="0033********")).status == 201
    everybody = acme_user.post(RULES, rule(telco, name="All", did=did))
    assert everybody.problems == {("caller_mask", "conflict")}
    assert "“UK” has the same DID" in everybody.body["errors"][0]["message"]
    london = acme_user.post(RULES, rule(telco, name="London", did=did, caller_mask="004420******"))
    assert london.problems == {("caller_mask", "conflict")}
    assert "004420000000" in london.body["errors"][0]["message"]
    off = acme_user.post(
        RULES, rule(telco, name="Later", did=did, caller_mask="004420******", is_enabled=False)
    )
    assert off.status == 201
    switched_on = acme_user.patch(f"{RULES}/{off.body['id']}", {"is_enabled": True})
    assert switched_on.problems == {("caller_mask", "conflict")}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"name": " "}, ("name", "blank")),
        ({"name": "a\nb"}, ("name", "invalid")),
        ({"did": "004420*"}, ("did", "did")),
        ({"did": "00442012345670-00442012345680"}, ("did", "did")),
        ({"did": "sip:101"}, ("did", "did")),
        ({"did": "00442012345681"}, ("did", "did_outside_pool")),
        ({"caller_mask": "*"}, ("caller_mask", "caller_mask")),
        ({"caller_mask": "12*4"}, ("caller_mask", "number_pattern")),
        ({"caller_mask": "180-120"}, ("caller_mask", "range_order")),
        ({"trunk": 999_999}, ("trunk", "not_found")),
        ({"trunk": "Telco"}, ("trunk", "invalid")),
        ({"in_office_hours": {"kind": "extension", "target": "999"}}, ("in_office_hours", "not_found")),
        ({"in_office_hours": {"kind": "extension"}}, ("in_office_hours", "required")),
        ({"in_office_hours": {"kind": "end_call", "target": "101"}}, ("in_office_hours", "not_allowed")),
        (
            {"in_office_hours": {"kind": "carrier_pigeon", "target": "8000"}},
            ("in_office_hours.kind", "invalid_choice"),
        ),
        ({"on_holiday": {"kind": "external_number", "target": "+44;x=y"}}, ("on_holiday", "external_number")),
        ({"week": {"monday": [{"from": "9", "to": "10"}]}}, ("week", "week_hours")),
    ],
)
def test_wrong_input_names_field_and_rule(
    acme_user: Rest, telco: Trunk, fields: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(RULES, rule(telco, **fields))
    assert answer.status == 400
    assert answer.problems == {problem}
    assert acme_user.get(RULES).body["count"] == 0


def test_several_mistakes_are_told_at_once(acme_user: Rest, telco: Trunk) -> None:
    answer = acme_user.post(
        RULES, rule(telco, did="1", in_office_hours={"kind": "extension", "target": "999"})
    )
    assert answer.problems == {("did", "did_outside_pool"), ("in_office_hours", "not_found")}


def test_a_name_belongs_to_one_rule(acme_user: Rest, telco: Trunk) -> None:
    acme_user.post(RULES, rule(telco))
    assert acme_user.post(RULES, rule(telco, name="SALES", did="442000000000")).problems == {
        ("name", "unique")
    }


def test_every_number_needs_a_pool(acme_user: Rest, acme: Tenant) -> None:
    outbound_only = lent_trunk(acme)
    assert acme_user.post(RULES, rule(outbound_only, did="*")).problems == {("did", "pool_empty")}
    open_to_all = lent_trunk(acme, pool="*")
    assert acme_user.post(RULES, rule(open_to_all, did="*")).status == 201


def test_the_strangers_trunk_is_none_of_ours(
    acme_user: Rest, globex_user: Rest, globex: Tenant, telco: Trunk
) -> None:
    theirs = lent_trunk(globex, pool="*")
    assert acme_user.post(RULES, rule(theirs)).problems == {("trunk", "not_found")}
    made = acme_user.post(RULES, rule(telco)).body
    assert globex_user.get(f"{RULES}/{made['id']}").status == 404
    assert globex_user.get(RULES).body["count"] == 0
    assert globex_user.patch(f"{RULES}/{made['id']}", {"name": "Mine"}).status == 404
    assert globex_user.post(RULES, rule(theirs)).status == 201


def test_an_extension_sees_no_rules(alice: Rest, acme_user: Rest, telco: Trunk) -> None:
    assert alice.get(RULES).status == 403


def test_a_rule_whose_trunk_is_gone_can_be_renamed_but_not_switched_on(
    acme_user: Rest, telco: Trunk, acme: Tenant
) -> None:
    made = acme_user.post(RULES, rule(telco, is_enabled=False)).body
    trunk_unassign(assignment=trunk_assign(trunk=telco, tenant=acme))
    path = f"{RULES}/{made['id']}"
    renamed = acme_user.patch(path, {"name": "Old"})
    assert (renamed.status, renamed.body["trunk_name"]) == (200, None)
    assert acme_user.patch(path, {"is_enabled": True}).problems == {("trunk", "not_found")}
