"""Rules in the console: made, refused beside the field, put in order, and closed to those who may not."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.fleet.models import Trunk
from callmanager.models import InboundRule, OutboundRule
from callmanager.selectors.inbound_rule import inbound_destinations, inbound_rule_list
from callmanager.services.outbound_rule import outbound_rule_create
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.rules import lent_trunk

IN, OUT = "/admin/callmanager/inboundrule/", "/admin/callmanager/outboundrule/"
WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "")


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, pool="442012345670-442012345699", name="Telco")


def inbound(trunk: Trunk, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Sales",
        "trunk_id": trunk.pk,
        "did": "442012345678",
        "caller_mask": "",
        "is_enabled": "on",
        "in_office_hours_action": "extension",
        "in_office_hours_target": "101",
        "outside_office_hours_action": "",
        "on_holiday_action": "end_call",
        **WEEK,
        **fields,
    }


def outbound(trunk: Trunk, **fields: Any) -> dict[str, Any]:
    return {
        "name": "Abroad",
        "is_enabled": "on",
        "prefixes": "00",
        "hours": "own_hours",
        "trunk_1": trunk.pk,
        "strip_1": "2",
        "prepend_1": "+",
        "also_next_on": "603;486",
        **WEEK,
        "saturday": "10:00-12:00",
        **fields,
    }


def test_an_inbound_rule_is_made_and_changed(acme_browser: Client, telco: Trunk, acme: Tenant) -> None:
    assert acme_browser.post(f"{IN}add/", inbound(telco)).status_code == 302
    with tenant_scope(acme):
        rule = inbound_rule_list().get()
        destinations = inbound_destinations(rule)
    assert destinations["outside_office_hours"] == destinations["in_office_hours"]
    page = acme_browser.get(f"{IN}{rule.pk}/change/").content.decode()
    assert "Telco (442012345670-442012345699)" in page
    changed = inbound(telco, name="Sales team", saturday="10:00-12:00", has_own_hours="on")
    assert acme_browser.post(f"{IN}{rule.pk}/change/", changed).status_code == 302
    with tenant_scope(acme):
        again = InboundRule.objects.get()
    assert (again.name, again.week["saturday"]) == ("Sales team", [{"from": "10:00", "to": "12:00"}])
    actions = AuditEntry.objects.filter(action__startswith="inbound_rule.").values_list("action", flat=True)
    assert set(actions) == {"inbound_rule.create", "inbound_rule.update"}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"did": "4930"}, "4930 is not among your DID numbers on this trunk."),
        ({"did": "004420*"}, "One number such as 00442012345678"),
        ({"in_office_hours_target": "999"}, "There is no extension 999."),
        ({"on_holiday_target": "101"}, "Ending the call needs no number."),
        ({"caller_mask": "*"}, "Each * stands for one digit"),
        ({"monday": "9"}, "Write times such as 09:00-12:00"),
        ({"name": ""}, "This field is required."),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    acme_browser: Client, telco: Trunk, acme: Tenant, fields: dict[str, str], message: str
) -> None:
    answer = acme_browser.post(f"{IN}add/", inbound(telco, **fields))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    with tenant_scope(acme):
        assert not InboundRule.objects.exists()


def test_an_outbound_rule_is_made_and_changed(acme_browser: Client, telco: Trunk, acme: Tenant) -> None:
    assert acme_browser.post(f"{OUT}add/", outbound(telco)).status_code == 302
    with tenant_scope(acme):
        rule = OutboundRule.objects.get()
        routes = [(row.trunk_id, row.strip_digits, row.prepend) for row in rule.routes.all()]
    assert routes == [(telco.pk, 2, "+")]
    assert (rule.also_next_on, rule.week["saturday"]) == ([486, 603], [{"from": "10:00", "to": "12:00"}])
    assert acme_browser.post(f"{OUT}{rule.pk}/change/", outbound(telco, name="Far")).status_code == 302
    assert "Telco (strip 2, prepend +)" in acme_browser.get(OUT).content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"prefixes": "abc"}, "is not a prefix"),
        ({"callers": "999"}, "There is no extension 999."),
        ({"trunk_1": ""}, "Choose a trunk to call on."),
        ({"prepend_1": "a b"}, "can be prepended"),
        ({"also_next_on": "busy"}, "SIP answers such as 486;603."),
        ({"also_next_on": "200"}, "SIP answers from 400 to 699"),
    ],
)
def test_what_is_wrong_with_an_outbound_rule_stands_beside_the_field(
    acme_browser: Client, telco: Trunk, acme: Tenant, fields: dict[str, str], message: str
) -> None:
    answer = acme_browser.post(f"{OUT}add/", outbound(telco, **fields))
    assert answer.status_code == 200
    assert message in answer.content.decode()
    with tenant_scope(acme):
        assert not OutboundRule.objects.exists()


def test_rules_are_put_in_order(acme_browser: Client, telco: Trunk, acme: Tenant) -> None:
    with tenant_scope(acme):
        rules = [outbound_rule_create(name=name, routes=[OutboundRoute(telco.pk)]) for name in "ABC"]
    json = {"Accept": "application/json"}
    moved = acme_browser.post(f"{OUT}{rules[2].pk}/move/", {"position": "1"}, headers=json)
    assert moved.json() == {"position": 1}
    with tenant_scope(acme):
        assert [rule.name for rule in OutboundRule.objects.all()] == ["C", "A", "B"]
    assert acme_browser.post(f"{OUT}{rules[2].pk}/move/", {"position": "first"}).status_code == 404
    assert acme_browser.get(f"{OUT}{rules[2].pk}/move/").status_code == 405


def test_tables_come_and_go(acme_browser: Client, telco: Trunk) -> None:
    acme_browser.post(f"{IN}add/", inbound(telco))
    assert "Sales,Telco,442012345678" in acme_browser.get(f"{IN}export.csv").content.decode()
    assert acme_browser.get(f"{OUT}import/sample.csv").content.startswith(b"name,prefixes")
    assert "Columns" in acme_browser.get(f"{OUT}import/").content.decode()


def test_what_a_rule_uses_is_not_deleted_and_the_page_links_there(
    acme_browser: Client, telco: Trunk, acme: Tenant
) -> None:
    acme_browser.post(f"{IN}add/", inbound(telco))
    with tenant_scope(acme):
        rule = InboundRule.objects.get()
        alice = rule.destinations.get(at="in_office_hours").target_id
    page = acme_browser.get(f"/admin/callmanager/extension/{alice}/delete/").content.decode()
    assert f"{IN}{rule.pk}/change/" in page
    acme_browser.post(f"/admin/callmanager/extension/{alice}/delete/", {"post": "yes"})
    assert acme_browser.get(f"/admin/callmanager/extension/{alice}/change/").status_code == 200
