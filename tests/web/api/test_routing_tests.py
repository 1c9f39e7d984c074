"""Routing tests by REST: stored, run, and heard before a change applies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from callmanager.fleet.models import Trunk
from callmanager.models import Extension, ExtensionGroup, InboundRule, OfficeHours, OutboundRule, RoutingTest
from callmanager.services.office_hours import holiday_create
from callmanager.services.routing_test import routing_test_create
from tenants.models import Rank, Role, Tenant
from tenants.scope import tenant_scope
from tenants.services.user import user_create
from tests.web.api.conftest import Answer, Rest, rest_as
from tests.web.conftest import WEB_PASSWORD
from tests.web.simulated_company import DID, simulated_company_make

PATH = "/api/routing_tests"


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    return simulated_company_make(acme)


def monday(line: Trunk, /, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Monday rings Bob",
        "caller": "+34911234567",
        "trunk": line.pk,
        "called": DID,
        "when": "weekday",
        "weekday": 0,
        "clock": "10:00",
        "expected_end": "extension",
        "expected_number": "102",
        "expected_rule": "Main number",
        **changes,
    }


def run(rest: Rest) -> Any:
    answer = rest.post(f"{PATH}/run")
    assert answer.status == 200, answer.body
    return answer.body


def made(rest: Rest, body: dict[str, Any]) -> int:
    answer = rest.post(PATH, body)
    assert answer.status == 201, answer.body
    return int(answer.body["id"])


def test_a_test_is_stored_run_changed_and_deleted(acme_user: Rest, trunk: Trunk) -> None:
    number = made(acme_user, monday(trunk))
    assert run(acme_user) == {
        "met": 1,
        "broken": 0,
        "results": [
            {
                "id": number,
                "name": "Monday rings Bob",
                "is_met": True,
                "expected": "Extension 102 answers, by the rule “Main number”",
                "actual": "Extension 102 answers",
                "differences": [],
            }
        ],
    }
    assert acme_user.patch(f"{PATH}/{number}", {"weekday": 6}).status == 200
    (result,) = run(acme_user)["results"]
    assert result["differences"] == [
        "Extension 101 answers, not: Extension 102 answers, by the rule “Main number”."
    ]
    assert acme_user.patch(f"{PATH}/{number}", {"is_enabled": False}).status == 200
    assert run(acme_user)["results"] == []
    assert acme_user.post(f"{PATH}/{number}/run").body["is_met"] is False
    assert acme_user.delete(f"{PATH}/{number}").status == 204
    assert acme_user.get(PATH).body["count"] == 0


def test_holidays_moments_and_assumptions(acme_user: Rest, trunk: Trunk, acme: Tenant) -> None:
    with tenant_scope(acme):
        holiday_create(
            name="Founders' day", first_day=date(2020, 5, 4), last_day=date(2020, 5, 4), is_every_year=True
        )
    made(
        acme_user,
        monday(trunk, name="holiday", when="holiday", holiday="founders' DAY", expected_number="101"),
    )
    made(acme_user, monday(trunk, name="a day", when="at", at="2026-03-02T10:00:00Z"))
    made(
        acme_user,
        monday(
            trunk,
            name="nobody there",
            phones={"102": "no_answer"},
            trunks={str(trunk.pk): "503"},
            expected_end="outside",
            expected_number="017012345678",
            expected_rule="Germany",
        ),
    )
    is_busy = {"phones": {"102": "busy"}, "expected_end": "refused", "expected_sip_code": 486}
    made(acme_user, {"name": "busy", "caller": "101", "called": "102", **is_busy})
    made(acme_user, {"name": "echo", "caller": "101", "called": "*43", "expected_end": "service"})
    assert {one["name"]: one["is_met"] for one in run(acme_user)["results"]} == dict.fromkeys(
        ("holiday", "a day", "nobody there", "busy", "echo"), True
    )


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": ""}, ("name", "blank")),
        ({"called": "sip:x@y"}, ("called", "number")),
        ({"called": "1" * 65}, ("called", "max_length")),
        ({"trunk": 987654321}, ("trunk_id", "not_found")),
        ({"trunk": None}, ("caller", "not_found")),
        ({"when": "at", "at": None}, ("at", "required")),
        ({"when": "weekday", "weekday": None}, ("weekday", "required")),
        ({"when": "yesterday"}, ("when", "invalid_choice")),
        ({"weekday": 7}, ("weekday", "invalid_choice")),
        ({"expected_end": "nowhere"}, ("expected_end", "invalid_choice")),
        ({"expected_number": ""}, ("expected_number", "required")),
        ({"expected_sip_code": 486}, ("expected_sip_code", "not_allowed")),
        ({"expected_sip_code": 200}, ("expected_sip_code", "min_value")),
        ({"phones": {"999": "busy"}}, ("phones", "not_found")),
        ({"phones": {"102": "asleep"}}, ("phones", "invalid_choice")),
        ({"trunks": {"x": "down"}}, ("trunks", "not_found")),
        ({"phones": [1]}, ("phones", "not_a_dict")),
    ],
)  # fmt: skip
def test_bad_input_names_the_field_and_the_rule(
    acme_user: Rest, trunk: Trunk, changes: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(PATH, monday(trunk, **changes))
    assert answer.status == 400
    assert problem in answer.problems, answer.body


def test_names_are_unique(acme_user: Rest, trunk: Trunk) -> None:
    made(acme_user, monday(trunk))
    assert acme_user.post(PATH, monday(trunk, name="MONDAY rings bob")).status == 400


def test_another_company_and_an_auditor(
    acme: Tenant, globex_user: Rest, acme_user: Rest, trunk: Trunk
) -> None:
    number = made(acme_user, monday(trunk))
    assert run(globex_user)["results"] == []
    assert globex_user.get(f"{PATH}/{number}").status == 404
    assert globex_user.post(f"{PATH}/{number}/run").status == 404
    assert globex_user.delete(f"{PATH}/{number}").status == 404
    user_create(role=Role.TENANT, rank=Rank.AUDITOR, tenant=acme, username="auditor", password=WEB_PASSWORD)
    auditor = rest_as("auditor")
    assert run(auditor)["met"] == 1
    assert auditor.post(PATH, monday(trunk, name="mine")).status == 403


TO_101 = {"kind": "extension", "target": "101"}
# Each breaks "Monday rings Bob" in its own way.
CHANGES: dict[str, Callable[[Rest], Answer]] = {
    "an inbound rule's destination": lambda rest: rest.patch(
        f"/api/inbound_rules/{rule('Main number')}",
        {"in_office_hours": {"kind": "extension", "target": "101"}},
    ),
    "an inbound rule switched off": lambda rest: rest.patch(
        f"/api/inbound_rules/{rule('Main number')}", {"is_enabled": False}
    ),
    "an inbound rule deleted": lambda rest: rest.delete(f"/api/inbound_rules/{rule('Main number')}"),
    "office hours": lambda rest: rest.patch("/api/office_hours", {"week": {}}),
    "an extension disabled": lambda rest: rest.patch(
        f"/api/extensions/{extension('102')}", {"is_enabled": False}
    ),
    "an extension's exception": lambda rest: rest.patch(
        f"/api/extensions/{extension('102')}",
        {"exceptions": [{"caller_mask": "", "received_during": "always", "action": "end_call"}]},
    ),
    "an extension's forwarding": lambda rest: rest.patch(
        f"/api/extensions/{extension('102')}",
        {"forwards": [{"status": "available", "during": "office_hours", "when": "always", "destination": TO_101}]},
    ),
}  # fmt: skip


CHANGES["many extensions at once"] = lambda rest: rest.post(
    "/api/extensions/bulk", {"action": "disable", "ids": [extension("102")]}
)


def rule(name: str) -> int:
    return int(InboundRule.objects.get(name=name).pk)


def extension(number: str) -> int:
    return int(Extension.objects.get(number=number).pk)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_breaks_a_test_is_told_first_and_applied_when_confirmed(
    acme_user: Rest, trunk: Trunk, acme: Tenant, change: str
) -> None:
    made(acme_user, monday(trunk))
    with tenant_scope(acme):
        answer = CHANGES[change](acme_user)
        assert (answer.status, answer.problems) == (409, {(None, "breaks_routing_tests")}), answer.body
        (broken,) = answer.body["broken"]
        assert (broken["name"], broken["before"]) == ("Monday rings Bob", "Extension 102 answers")
        assert broken["differences"]
        assert run(acme_user)["met"] == 1
        answer = CHANGES[change](Confirming(acme_user.token))
        assert answer.status in (200, 204), answer.body
    assert run(acme_user)["met"] == 0
    with tenant_scope(acme):
        # Broken already: there is nothing more to warn of.
        assert acme_user.patch(f"/api/extensions/{extension('101')}", {"display_name": "A"}).status == 200


class Confirming(Rest):
    def _headers(self) -> dict[str, str]:
        return {**super()._headers(), "X-Confirm": "true"}


def test_the_parameter_confirms_too_and_is_not_needed_for_other_changes(
    acme_user: Rest, trunk: Trunk, acme: Tenant
) -> None:
    made(acme_user, monday(trunk))
    with tenant_scope(acme):
        other, main = rule("Sales"), rule("Main number")
    assert acme_user.patch(f"/api/inbound_rules/{other}", {"is_enabled": False}).status == 200
    assert acme_user.patch(f"/api/inbound_rules/{main}?confirm=false", {"is_enabled": False}).status == 409
    assert acme_user.patch(f"/api/inbound_rules/{main}?confirm=true", {"is_enabled": False}).status == 200


def test_an_extension_is_neither_asked_nor_told(acme_user: Rest, trunk: Trunk) -> None:
    made(acme_user, monday(trunk))
    answer = rest_as("102@acme").patch("/api/account/presence", {"status": "do_not_disturb"})
    assert (answer.status, answer.body.get("broken")) == (200, None), answer.body
    assert run(acme_user)["met"] == 0


def test_an_outbound_rule_and_the_rights_behind_it(acme_user: Rest, trunk: Trunk, acme: Tenant) -> None:
    body = {
        "name": "Out",
        "caller": "101",
        "called": "030123456",
        "expected_end": "outside",
        "expected_trunk": trunk.pk,
    }
    made(acme_user, body)
    with tenant_scope(acme):
        germany = OutboundRule.objects.get(name="Germany").pk
        group = ExtensionGroup.objects.get(memberships__extension__number="101").pk
    assert acme_user.delete(f"/api/outbound_rules/{germany}").status == 409
    assert acme_user.patch(f"/api/extension_groups/{group}", {"may_call_external": False}).status == 409
    assert run(acme_user)["met"] == 1


def test_the_command_tells_of_all_companies(acme: Tenant, globex: Tenant, trunk: Trunk) -> None:
    with tenant_scope(acme):
        routing_test_create(
            name="rings", caller="101", called="102", expected_end="extension", expected_number="102"
        )
        routing_test_create(name="wrong", caller="101", called="102", expected_end="refused")
    with tenant_scope(globex):
        routing_test_create(name="echo", caller="101", called="*43", expected_end="service")
    told = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("check_dialplan", stdout=told)
    assert ended.value.code == 1
    assert told.getvalue().splitlines() == [
        "ok      acme: rings: Extension 102 answers",
        "NOT MET acme: wrong",
        "          Extension 102 answers, not: Nobody answers.",
        "ok      globex: echo: The PBX answers as *43",
        "3 routing tests: 2 met, 1 not",
    ]
    told = StringIO()
    call_command("check_dialplan", "globex", "--quiet", stdout=told)
    assert told.getvalue().splitlines() == ["1 routing tests: 1 met, 0 not"]


def test_without_tests_nothing_is_asked(acme_user: Rest, acme: Tenant) -> None:
    assert acme_user.patch("/api/office_hours", {"week": {}}).status == 200
    with tenant_scope(acme):
        assert OfficeHours.objects.get().week["monday"] == []
        assert not RoutingTest.objects.exists()
    assert Client().post(f"{PATH}/run").status_code == 401
