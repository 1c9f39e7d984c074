"""A trunk's header parameters, and taking it away by force, in the console."""

from __future__ import annotations

import pytest
from django.test import Client

from callmanager.fleet.models import Trunk, TrunkAssignment, TrunkCallerMapping, TrunkHeaderRule
from callmanager.models import InboundRule
from callmanager.services.inbound_rule import inbound_rule_create
from tenants.models import Tenant, User
from tenants.scope import tenant_scope
from tests.web.rules import lent_trunk

FORMS = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0"}


@pytest.fixture
def telco(acme: Tenant) -> Trunk:
    return lent_trunk(acme, pool="49301", name="Telco")


@pytest.fixture
def root() -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username="root"), backend="tenants.authentication.SignInBackend")
    return browser


def test_outbound_parameters_are_set_and_refused_by_line(acme: Tenant, root: Client, telco: Trunk) -> None:
    page = f"/admin/fleet/trunk/{telco.pk}/outbound-parameters/"
    assert "Without a rule" in root.get(page).content.decode()
    lines = {
        **FORMS,
        "lines-0-part": "custom",
        "lines-0-header_name": "X-Account",
        "lines-0-source": "constant",
        "lines-0-constant": "acme-1",
    }
    assert root.post(page, lines).status_code == 302
    assert [str(rule) for rule in TrunkHeaderRule.objects.all()] == ["X-Account: acme-1"]
    refused = root.post(page, {**lines, "lines-0-header_name": "Via"})
    assert refused.status_code == 400
    assert "Line 1: Via is a header that the system writes itself." in refused.content.decode()
    assert root.post(page, FORMS).status_code == 302
    assert not TrunkHeaderRule.objects.exists()


def test_inbound_parameters_are_set(acme: Tenant, root: Client, telco: Trunk) -> None:
    page = f"/admin/fleet/trunk/{telco.pk}/inbound-parameters/"
    lines = {**FORMS, "lines-0-part": "number", "lines-0-field": "rpid_user"}
    assert root.post(page, lines).status_code == 302
    assert [str(one) for one in TrunkCallerMapping.objects.all()] == ["number from rpid_user"]
    half = root.post(page, {**FORMS, "lines-0-part": "number"})
    assert half.status_code == 400
    assert TrunkCallerMapping.objects.count() == 1


def test_tenants_have_no_such_pages(acme_browser: Client, telco: Trunk) -> None:
    for tab in ("outbound", "inbound"):
        page = f"/admin/fleet/trunk/{telco.pk}/{tab}-parameters/"
        assert acme_browser.get(page).status_code in (302, 403, 404)
        assert acme_browser.post(page, FORMS).status_code in (302, 403, 404)


def test_a_trunk_in_use_is_taken_by_force_only(acme: Tenant, root: Client, telco: Trunk) -> None:
    with tenant_scope(acme):
        inbound_rule_create(name="Sales", trunk_id=telco.pk, did="49301")
        lent = TrunkAssignment.objects.get(trunk=telco)
    page = f"/admin/fleet/trunk/{telco.pk}/tenants/"
    refused = root.post(page, {"do": f"remove-{lent.pk}"})
    assert refused.status_code == 400
    assert "the inbound rule “Sales”" in refused.content.decode()
    assert "Sales" in root.get(f"/admin/fleet/trunk/{telco.pk}/delete/").content.decode()
    root.post(f"/admin/fleet/trunk/{telco.pk}/delete/", {"post": "yes"})
    assert Trunk.objects.filter(pk=telco.pk).exists()
    assert root.post(page, {"do": f"remove-{lent.pk}", "force": "on"}).status_code == 302
    with tenant_scope(acme):
        rule = InboundRule.objects.get()
        assert (rule.is_enabled, rule.notice != "") == (False, True)
