"""The call simulator by REST: what is answered, who may ask, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.domain.rights import Right
from callmanager.fleet.models import Trunk
from callmanager.models import ExtensionGroup
from callmanager.services.inbound_rule import inbound_rule_create
from callmanager.services.outbound_rule import outbound_rule_create
from tenants.models import Rank, Role, Tenant
from tenants.scope import tenant_scope
from tenants.services.user import user_create
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import WEB_PASSWORD
from tests.web.rules import lent_trunk

PATH = "/api/call_simulations"
DID, OTHER_DID = "493055500", "493055501"
MONDAY = "2026-03-02T09:00:00+01:00"


def to(number: str) -> Destination:
    return Destination(DestinationKind.EXTENSION, number)


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    """Acme has two lines, two rules for calls in and one for calls out."""
    first = lent_trunk(acme, pool="4930555**", name="First line")
    second = lent_trunk(acme, name="Second line")
    with tenant_scope(acme):
        inbound_rule_create(name="Main number", trunk_id=first.pk, did=DID, in_office_hours=to("102"))
        inbound_rule_create(name="Fax", trunk_id=first.pk, did=OTHER_DID, in_office_hours=to("101"))
        routes = [OutboundRoute(first.pk, 1), OutboundRoute(second.pk, 1, "0049")]
        outbound_rule_create(name="Nine", prefixes="9", routes=routes)
        ExtensionGroup.objects.update(**{f"may_{Right.CALL_EXTERNAL}": True})
    return first


def simulate(rest: Rest, **question: Any) -> Any:
    answer = rest.post(PATH, question)
    assert answer.status == 200, answer.body
    return answer.body


def test_a_call_from_outside_goes_through_its_rule(acme_user: Rest, trunk: Trunk) -> None:
    call = simulate(acme_user, caller="+34911234567", trunk=trunk.pk, called=DID, at=MONDAY)
    assert (call["end"]["kind"], call["end"]["answered_by"]) == ("extension", "102")
    assert (call["rules"], call["rung"]) == (["Main number"], ["102"])
    considered = {one["name"]: one["reason"] for one in call["steps"][0]["considered"] if not one["is_taken"]}
    assert considered == {"Fax": f"It is for {OTHER_DID}."}
    assert any("Rings 102 Bob" in line for line in call["text"])


def test_numbers_headers_and_failover_of_a_call_out(acme_user: Rest, trunk: Trunk, acme: Tenant) -> None:
    acme.country = "DE"
    acme.save()
    question = {"caller": "101", "called": "930123456", "assume": {"trunks": {str(trunk.pk): "503"}}}
    call = simulate(acme_user, **question)
    first, second = call["steps"][0]["dial"]["attempts"]
    assert (first["number"], first["sip_code"], first["goes_on"]) == ("30123456", 503, True)
    assert (second["number"], second["answer"]) == ("004930123456", "answers")
    assert second["headers"][0]["value"].startswith("sip:004930123456@10.77.")
    assert (call["end"]["kind"], call["end"]["trunk_name"]) == ("outside", "Second line")


def test_what_is_assumed_of_phones(acme_user: Rest) -> None:
    call = simulate(acme_user, caller="101", called="102", assume={"phones": {"102": "busy"}})
    assert (call["end"]["kind"], call["end"]["sip_code"], call["end"]["status"]) == ("refused", 486, "busy")
    assert [one["because"] for one in call["steps"][0]["alternatives"]] == ["no_answer", "offline"]


def test_an_anonymous_caller_and_a_limit(acme_user: Rest, trunk: Trunk, acme: Tenant) -> None:
    assert simulate(acme_user, trunk=trunk.pk, called=f"+{DID}")["end"]["kind"] == "extension"
    acme.max_simultaneous_calls = 3
    acme.save()
    call = simulate(acme_user, caller="101", called="102", assume={"running_calls": 3})
    assert call["end"]["sip_code"] == 486


@pytest.mark.parametrize(
    ("question", "problem"),
    [
        ({"caller": "101"}, ("called", "required")),
        ({"called": "102"}, ("caller", "required")),
        ({"caller": "999", "called": "102"}, ("caller", "not_found")),
        ({"caller": "101", "called": "1" * 65}, ("called", "max_length")),
        ({"caller": "101", "called": "1" * 5000}, ("called", "max_length")),
        ({"caller": "101", "called": "sip:102@evil.example"}, ("called", "number")),
        ({"caller": "101", "called": "102;phone-context=x"}, ("called", "number")),
        ({"caller": "101", "called": "١٠٢"}, ("called", "number")),
        ({"caller": "101", "called": "102\r\nX: y"}, ("called", "number")),
        ({"caller": "101", "called": "102\u0000"}, ("called", "null_characters_not_allowed")),
        ({"caller": "+49\" <sip:x>", "trunk": 1, "called": "1"}, ("caller", "number")),
        ({"caller": "+49", "trunk": 987654321, "called": "1"}, ("trunk", "not_found")),
        ({"caller": "101", "trunk": 0, "called": "1"}, ("trunk", "min_value")),
        ({"caller": "101", "called": "1", "at": "yesterday"}, ("at", "invalid")),
        ({"caller": "101", "called": "1", "assume": {"phones": {"999": "busy"}}}, ("assume.phones.999", "not_found")),
        ({"caller": "101", "called": "1", "assume": {"phones": {"102": "z"}}}, ("assume.phones.102", "invalid_choice")),
        ({"caller": "101", "called": "1", "assume": {"trunks": {"x": "down"}}}, ("assume.trunks.x", "not_found")),
        ({"caller": "101", "called": "1", "assume": {"running_calls": -1}}, ("assume.running_calls", "min_value")),
        ({"caller": "101", "called": "1", "assume": {"phones": []}}, ("assume.phones", "not_a_dict")),
    ],
)  # fmt: skip
def test_bad_questions_name_the_field_and_the_rule(
    acme_user: Rest, question: dict[str, Any], problem: tuple[str, str]
) -> None:
    answer = acme_user.post(PATH, question)
    assert answer.status == 400
    assert problem in answer.problems


def test_a_trunk_answer_is_a_word_or_a_code(acme_user: Rest, trunk: Trunk) -> None:
    for wrong in ("200", "code", "7", "486 Busy"):
        question = {"caller": "101", "called": "102", "assume": {"trunks": {str(trunk.pk): wrong}}}
        assert acme_user.post(PATH, question).problems == {(f"assume.trunks.{trunk.pk}", "invalid_choice")}


def test_another_company_s_trunks_extensions_and_rules_are_unknown(
    globex_user: Rest, administrator: Rest, trunk: Trunk
) -> None:
    assert ("trunk", "not_found") in globex_user.post(PATH, {"trunk": trunk.pk, "called": DID}).problems
    assert ("caller", "not_found") in globex_user.post(PATH, {"caller": "102", "called": "101"}).problems
    call = simulate(globex_user, caller="101", called="930123456")
    assert "Nine" not in str(call)
    assert administrator.post(PATH, {"caller": "101", "called": "102"}).problems == {
        ("X-Tenant", "tenant_required")
    }


def test_who_may_ask(acme: Tenant, alice: Rest, nobody: Rest) -> None:
    question = {"caller": "101", "called": "102"}
    assert nobody.post(PATH, question).status == 401
    assert alice.post(PATH, question).status == 403
    assert rest_as("root", "acme").post(PATH, question).status == 200
    user_create(role=Role.TENANT, rank=Rank.AUDITOR, tenant=acme, username="auditor", password=WEB_PASSWORD)
    assert rest_as("auditor").post(PATH, question).status == 200
