"""Status and forwarding rules on pages: the company's, and the person's own."""

from __future__ import annotations

import pytest
from django.test import Client

from callmanager.selectors.extension import extension_get, forward_list
from callmanager.services.trunk import trunk_assign
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import tenant_scope
from tests.web.rules import lent_trunk

OWN = "/my-extension/forwarding/"
RULES = {
    "status": "lunch",
    "lunch-office_hours-always-action": "extension",
    "lunch-office_hours-always-target": "102",
    "available-outside_office_hours-no_answer-action": "external_number",
    "available-outside_office_hours-no_answer-target": "00491701234567",
    "available-outside_office_hours-no_answer-ring": "15",
    "offline-office_hours-always-action": "end_call",
}


@pytest.fixture
def page(acme: Tenant) -> str:
    with tenant_scope(acme):
        return f"/admin/callmanager/extension/{extension_get(number='101').pk}/forwarding/"


def stored(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant):
        return {str(row) for row in forward_list(extension=extension_get(number="101"))}


def browser_of(username: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return browser


def test_the_company_sets_the_table(acme_browser: Client, acme: Tenant, page: str) -> None:
    assert acme_browser.post(page, RULES).status_code == 302
    assert stored(acme) == {
        "lunch, office_hours, always: extension 102",
        "available, outside_office_hours, no_answer after 15 s: call 00491701234567",
        "offline, office_hours, always: end the call",
    }
    shown = acme_browser.get(page).content.decode()
    assert 'value="00491701234567"' in shown
    assert acme_browser.post(page, {"status": "available"}).status_code == 302
    assert stored(acme) == set()
    assert AuditEntry.objects.filter(action="extension.update").count() == 2


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"away-office_hours-busy-action": "extension"}, "Name the extension."),
        (
            {"away-office_hours-busy-action": "extension", "away-office_hours-busy-target": "101"},
            "That is this extension itself.",
        ),
        ({"away-office_hours-busy-target": "102"}, "Choose what to do with the number."),
        (
            {
                "away-office_hours-no_answer-action": "end_call",
                "away-office_hours-no_answer-ring": "2",
            },
            "greater than or equal to 5",
        ),
    ],
)
def test_what_is_wrong_stands_beside_the_field(
    acme_browser: Client, acme: Tenant, page: str, fields: dict[str, str], message: str
) -> None:
    answer = acme_browser.post(page, {"status": "available", **fields})
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert stored(acme) == set()


def test_a_person_sets_its_own(acme: Tenant, globex: Tenant) -> None:
    alice = browser_of("101@acme")
    assert alice.post(OWN, RULES).status_code == 302
    assert len(stored(acme)) == 3
    assert stored(globex) == set()
    assert "Lunch" in alice.get("/my-extension/").content.decode()
    assert Client().get(OWN).status_code == 302


def test_the_stranger_does_not_find_the_page(acme: Tenant, page: str) -> None:
    with tenant_scope(acme):
        bobs = page.replace(f"/{extension_get(number='101').pk}/", f"/{extension_get(number='102').pk}/")
    assert browser_of("globex").get(bobs).status_code == 404
    browser_of("globex").post(page, RULES)
    assert stored(acme) == set()


def test_the_page_of_an_extension_offers_the_numbers_that_are_free(
    acme_browser: Client, acme: Tenant, page: str
) -> None:
    trunk = lent_trunk(acme, pool="49301-49303", name="Telco")
    with tenant_scope(acme):
        bob = extension_get(number="102")
        type(bob).objects.filter(pk=bob.pk).update(did="+49302")
    change = page.removesuffix("forwarding/") + "change/"
    shown = acme_browser.get(change).content.decode()
    assert '<option value="49301">' in shown
    assert '<option value="49302">' not in shown
    trunk_assign(trunk=trunk, tenant=acme, did_pool="49301-49303;4940*******")
    assert shown.count("Yours on Telco: 49301-49303") == 1
