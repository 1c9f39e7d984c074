"""Routing tests in the console: made from a simulation, listed with their results, and asked about before a change."""

from __future__ import annotations

import html
import re
from datetime import date, time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.models import InboundRule, OfficeHours, RoutingTest
from callmanager.services.routing_test import routing_test_create
from tenants.confirmation import CONFIRMED_FIELD
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.services.job import job_run
from tests.web.console.test_call_simulator import signed_in
from tests.web.simulated_company import DID, SALES_DID, simulated_company_make

LIST, ADD = "/admin/callmanager/routingtest/", "/admin/callmanager/routingtest/add/"


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    return simulated_company_make(acme)


@pytest.fixture
def monday(acme: Tenant, trunk: Trunk) -> RoutingTest:
    with tenant_scope(acme):
        return routing_test_create(
            name="Monday rings Bob",
            caller="+34911234567",
            trunk_id=trunk.pk,
            called=DID,
            when="weekday",
            weekday=0,
            expected_end="extension",
            expected_number="102",
        )


def text_of(answer: Any) -> str:
    without_tags = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(without_tags).split())


def fields_of(answer: Any) -> dict[str, Any]:
    """What a browser would send of the form as it stands."""
    form = answer.context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {
        name: _written(value) for name, value in values.items() if value is not None and value is not False
    }


def _written(value: Any) -> Any:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:%Y-%m-%d}" if isinstance(value, date) else "on" if value is True else value


def test_a_simulated_call_is_kept_as_a_test(acme: Tenant, trunk: Trunk) -> None:
    client = signed_in("acme")
    question: dict[str, str | int] = {
        "from": "outside",
        "number": "+34911234567",
        "trunk": trunk.pk,
        "called": DID,
    }
    page = client.get("/admin/call-simulator/", {**question, "phone.102": "busy", "phone.101": "busy"})
    address = page.context["keep_address"]
    assert html.escape(address) in page.content.decode()
    assert parse_qs(urlsplit(address).query)["called"] == [DID]
    form = fields_of(client.get(address))
    assert form["phones_text"].strip().splitlines() == ["102 = busy", "101 = busy"]
    answer = client.post(ADD, {**form, "name": "Busy"})
    assert answer.status_code == 302, text_of(answer)
    with tenant_scope(acme):
        test = RoutingTest.objects.get()
    assert (test.trunk_id, test.called, test.phones) == (trunk.pk, DID, {"102": "busy", "101": "busy"})
    assert (test.expected_end, test.expected_sip_code) == ("refused", 486)


def test_the_list_shows_what_comes_of_each_test_now(acme: Tenant, monday: RoutingTest) -> None:
    text = text_of(signed_in("acme").get(LIST))
    assert "+34911234567 over First line → 493055500, Monday" in text
    assert "Extension 102 answers Extension 102 answers Met" in text
    link = re.search(r'href="(/admin/call-simulator/\?[^"]*)"', signed_in("acme").get(LIST).content.decode())
    assert link is not None
    assert "Extension 102 answers" in text_of(signed_in("acme").get(html.unescape(link[1])))
    with tenant_scope(acme):
        InboundRule.objects.filter(name="Main number").update(is_enabled=False)
    assert "Extension 101 answers, not: Extension 102 answers. Not met" in text_of(
        signed_in("acme").get(LIST)
    )
    assert "Monday" not in text_of(signed_in("globex").get(LIST)).replace("Monday rings", "Monday")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"called": "sip:x"}, "Write the number alone"),
        ({"phones_text": "102"}, "is not like 102 = busy"),
        ({"phones_text": "999 = busy"}, "999: There is no such extension."),
        ({"trunks_text": "Nobody's line = 503"}, "The company has no such trunk."),
        ({"when": "weekday", "weekday": ""}, "Which weekday?"),
        ({"expected_end": "extension", "expected_number": ""}, "Which extension?"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    acme: Tenant, monday: RoutingTest, changes: dict[str, str], problem: str
) -> None:
    client = signed_in("acme")
    form = fields_of(client.get(f"{LIST}{monday.pk}/change/"))
    answer = client.post(f"{LIST}{monday.pk}/change/", {**form, **changes})
    assert answer.status_code == 200
    assert problem in text_of(answer)


def confirm(client: Client, answer: Any, address: str) -> Any:
    fields: dict[str, list[str]] = {}
    for name, value in answer.context["fields"]:
        fields.setdefault(name, []).append(value)
    return client.post(address, {**fields, answer.context["confirmed_field"]: "yes"})


def test_office_hours_that_break_a_test_are_asked_about_first(acme: Tenant, monday: RoutingTest) -> None:
    client, page = signed_in("acme"), "/admin/office-hours/"
    answer = client.post(page, {"monday": ""})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "The change breaks 1 routing test. Nothing is changed yet." in text
    assert "Monday rings Bob" in text
    assert "Extension 101 answers, not: Extension 102 answers." in text
    with tenant_scope(acme):
        assert OfficeHours.objects.get().week["monday"] != []
    assert confirm(client, answer, page).status_code == 302
    with tenant_scope(acme):
        assert OfficeHours.objects.get().week["monday"] == []


def test_a_rule_and_an_extension_are_changed_after_a_confirmation(acme: Tenant, monday: RoutingTest) -> None:
    client = signed_in("acme")
    with tenant_scope(acme):
        rule = InboundRule.objects.get(name="Main number").pk
    page = f"/admin/callmanager/inboundrule/{rule}/change/"
    form = fields_of(client.get(page))
    answer = client.post(
        page, {**form, "in_office_hours_target": "101", "in_office_hours_action": "extension"}
    )
    assert answer.status_code == 409, text_of(answer)
    assert confirm(client, answer, page).status_code == 302
    with tenant_scope(acme):
        row = InboundRule.objects.get(pk=rule).destinations.get(at="in_office_hours")
        assert row.words == "extension 101"


def test_deleting_is_asked_about_too(acme: Tenant, monday: RoutingTest) -> None:
    client = signed_in("acme")
    with tenant_scope(acme):
        rule = InboundRule.objects.get(name="Main number").pk
    page = f"/admin/callmanager/inboundrule/{rule}/delete/"
    answer = client.post(page, {"post": "yes"})
    assert answer.status_code == 409
    assert confirm(client, answer, page).status_code == 302
    with tenant_scope(acme):
        assert not InboundRule.objects.filter(pk=rule).exists()


def test_an_import_asks_on_the_page_of_its_job(acme: Tenant, monday: RoutingTest) -> None:
    client = signed_in("acme")
    table = f"name,trunk,did,in_office_hours\nMain number,First line,{DID},extension 101\n"
    file = SimpleUploadedFile("rules.csv", table.encode(), "text/csv")
    form = {"file": file, "existing": "update", "on_errors": "all_or_nothing"}
    answer = client.post("/admin/callmanager/inboundrule/import/", form)
    assert answer.status_code == 302, text_of(answer)
    page = answer["Location"]
    job_id = int(page.split("/")[-3])
    job_run(tenant_id=acme.pk, job_id=job_id)
    text = text_of(client.get(page))
    assert "The change breaks 1 routing test. Nothing was imported." in text
    assert "Monday rings Bob Extension 102 answers Extension 102 answers Extension 101 answers" in text
    again = f"/admin/tenants/job/{job_id}/repeat/"
    client.post(again)
    job_run(tenant_id=acme.pk, job_id=job_id)
    assert "Apply it all the same" in text_of(client.get(page))
    client.post(again, {CONFIRMED_FIELD: "yes"})
    job_run(tenant_id=acme.pk, job_id=job_id)
    text = text_of(client.get(page))
    assert "Updated 1" in text
    assert "What would be different" not in text


def test_an_administrator_is_asked_before_a_trunk_is_taken_from_a_tenant(
    acme: Tenant, monday: RoutingTest, trunk: Trunk
) -> None:
    client = signed_in("root")
    page = f"/admin/fleet/trunk/{trunk.pk}/tenants/"
    with tenant_scope(acme):
        lent = TrunkAssignment.objects.get(trunk=trunk)
    words = {"do": f"save-{lent.pk}", f"pool-{lent.pk}": "4930555011", "force": "on"}
    answer = client.post(page, words)
    assert answer.status_code == 409, text_of(answer)
    assert "Monday rings Bob acme Extension 102 answers" in text_of(answer)
    assert confirm(client, answer, page).status_code == 302
    with tenant_scope(acme):
        assert TrunkAssignment.objects.get(trunk=trunk).did_pool == "4930555011"


def test_several_rules_deleted_at_once_are_one_question(acme: Tenant, monday: RoutingTest) -> None:
    client = signed_in("acme")
    with tenant_scope(acme):
        rules = list(InboundRule.objects.values_list("pk", flat=True))
        routing_test_create(
            name="Sales rings Alice",
            caller="+34911234567",
            trunk_id=InboundRule.objects.all()[0].trunk_id,
            called=SALES_DID,
            expected_end="extension",
            expected_number="101",
        )
    chosen = {"action": "delete_selected", "_selected_action": rules, "post": "yes"}
    answer = client.post("/admin/callmanager/inboundrule/", chosen)
    assert answer.status_code == 409, text_of(answer)
    assert "The change breaks 2 routing tests." in text_of(answer)
    with tenant_scope(acme):
        assert InboundRule.objects.count() == len(rules)


def test_a_program_of_the_page_is_told_in_its_own_words(acme: Tenant, monday: RoutingTest) -> None:
    answer = signed_in("acme").post(
        "/admin/office-hours/", {"monday": ""}, headers={"Accept": "application/json"}
    )
    assert answer.status_code == 409
    assert answer.json()["broken"][0]["name"] == "Monday rings Bob"
