"""An extension changes its SIP password by REST where its company allows that, and nobody else's."""

from __future__ import annotations

import pytest

from callmanager.selectors.extension import extension_get
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests.web.api.conftest import rest_as

PATH = "/api/account/sip_password"


@pytest.fixture
def allowing(acme: Tenant) -> Tenant:
    Tenant.objects.filter(pk=acme.pk).update(may_extensions_change_sip_password=True)
    return acme


def password_of(tenant: Tenant, number: str) -> str:
    with tenant_scope(tenant):
        return str(extension_get(number=number).sip_password)


def test_a_new_one_is_made_and_shown_once(allowing: Tenant, globex: Tenant) -> None:
    others = password_of(allowing, "102"), password_of(globex, "101")
    answer = rest_as("101@acme").post(PATH)
    assert answer.status == 200
    assert password_of(allowing, "101") == answer.body["sip_password"]
    assert (password_of(allowing, "102"), password_of(globex, "101")) == others
    entry = AuditEntry.objects.filter(action="extension.update").latest("at")
    assert answer.body["sip_password"] not in str(entry.changes)


def test_a_chosen_one_is_taken_by_the_rules_for_all(allowing: Tenant) -> None:
    rest = rest_as("101@acme")
    assert rest.post(PATH, {"sip_password": "0wn-Choice-of-Alice"}).status == 200
    assert password_of(allowing, "101") == "0wn-Choice-of-Alice"
    for weak in ("short1", "nodigitsatall", "a101b101c101", "a b c d e f 1 2", 7, None):
        answer = rest.post(PATH, {"sip_password": weak})
        assert answer.status == 400
        assert answer.body["errors"][0]["field"] == "sip_password"
    assert password_of(allowing, "101") == "0wn-Choice-of-Alice"


def test_where_the_company_does_not_allow_it_nothing_changes(acme: Tenant) -> None:
    before = password_of(acme, "101")
    answer = rest_as("101@acme").post(PATH)
    assert (answer.status, answer.body["errors"][0]["code"]) == (404, "sip_password_locked")
    assert password_of(acme, "101") == before


@pytest.mark.parametrize("who", ["acme", "root"])
def test_who_is_no_extension_has_none_of_its_own(allowing: Tenant, who: str) -> None:
    assert rest_as(who, "acme").post(PATH).status == 403
