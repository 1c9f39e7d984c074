"""The page of the call simulator: who sees it, whose rules it knows, and what nonsense in its address comes to."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from callmanager.fleet.models import Trunk
from callmanager.models import InboundRule, OutboundRule
from tenants.models import Rank, Role, Tenant, User
from tenants.scope import tenant_scope
from tenants.services.user import user_create
from tests.web.conftest import WEB_PASSWORD
from tests.web.simulated_company import DID, simulated_company_make

PAGE = "/admin/call-simulator/"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def ask(client: Client, **question: Any) -> tuple[int, str]:
    answer = client.get(f"{PAGE}?{urlencode(question)}")
    return answer.status_code, answer.content.decode()


@pytest.fixture
def trunk(acme: Tenant) -> Trunk:
    return simulated_company_make(acme)


def test_an_auditor_may_ask_and_an_extension_may_not(acme: Tenant) -> None:
    user_create(role=Role.TENANT, rank=Rank.AUDITOR, tenant=acme, username="auditor", password=WEB_PASSWORD)
    status, text = ask(signed_in("auditor"), extension="101", called="102")
    assert status == 200
    assert "Extension 102 answers" in text
    status, text = ask(signed_in("101@acme"), extension="101", called="102")
    assert status in (302, 403, 404)
    assert "answers" not in text


def test_another_company_knows_nothing_of_it(trunk: Trunk, globex: object) -> None:
    status, text = ask(signed_in("globex"), **{"from": "outside", "trunk": trunk.pk, "called": DID})
    assert status == 400
    assert "The company has no such trunk." in text
    assert "First line" not in text
    status, text = ask(signed_in("globex"), extension="102", called="101")
    assert status == 400
    assert "Bob" not in text


def test_assumptions_that_no_longer_matter_are_kept(trunk: Trunk) -> None:
    question = {"extension": "101", "called": "102", "phone.102": "busy", f"trunk.{trunk.pk}": "503"}
    status, text = ask(signed_in("acme"), **question)
    assert status == 200
    assert f'<input type="hidden" name="trunk.{trunk.pk}" value="503">' in text


@pytest.mark.parametrize(
    "question",
    [
        {"extension": "101", "called": ""},
        {"extension": "101", "called": "1" * 5000},
        {"extension": "101", "called": "sip:102@evil.example"},
        {"extension": "101", "called": "102;x"},
        {"extension": "101", "called": "<script>alert(1)</script>"},
        {"extension": "\x00", "called": "102"},
        {"extension": "999", "called": "102"},
        {"from": "outside", "called": DID},
        {"from": "outside", "trunk": "x", "called": DID},
        {"from": "outside", "trunk": "9" * 40, "called": DID},
        {"extension": "101", "called": "102", "at": "yesterday"},
        {"extension": "101", "called": "102", "phone.999": "busy"},
        {"extension": "101", "called": "102", "phone.102": "asleep"},
        {"extension": "101", "called": "102", "trunk.1x": "down"},
        {"extension": "101", "called": "102", "running_calls": "-1"},
    ],
)
def test_nonsense_is_told_beside_the_field(trunk: Trunk, question: dict[str, str]) -> None:
    status, text = ask(signed_in("acme"), **question)
    assert status == 400
    assert 'role="alert"' in text
    assert "<script>alert" not in text


def test_a_moment_is_read_by_the_company_s_clocks(trunk: Trunk, acme: Tenant) -> None:
    Tenant.objects.filter(pk=acme.pk).update(time_zone="Asia/Tokyo")
    question = {"from": "outside", "trunk": trunk.pk, "called": DID}
    assert "Extension 102 answers" in ask(signed_in("acme"), **question, at="2026-03-02T16:59")[1]
    assert "Extension 101 answers" in ask(signed_in("acme"), **question, at="2026-03-02T17:00")[1]


def test_a_rule_leads_to_the_simulator_with_its_question(trunk: Trunk, acme: Tenant) -> None:
    client = signed_in("acme")
    with tenant_scope(acme):
        inbound = InboundRule.objects.get(name="Main number").pk
        outbound = OutboundRule.objects.get(name="Germany").pk
    page = client.get(f"/admin/callmanager/inboundrule/{inbound}/change/").content.decode()
    assert f'href="{PAGE}?from=outside&amp;trunk={trunk.pk}&amp;called={DID}"' in page
    assert "Extension 10" in ask(client, **{"from": "outside", "trunk": trunk.pk, "called": DID})[1]
    assert (
        f'href="{PAGE}?from=extension"'
        in client.get(f"/admin/callmanager/outboundrule/{outbound}/change/").content.decode()
    )
    assert f'href="{PAGE}?' not in client.get("/admin/callmanager/inboundrule/add/").content.decode()
