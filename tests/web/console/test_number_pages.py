"""Countries, codes and blacklists in the console."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from callmanager.fleet.models import SystemBlockedNumber
from callmanager.models import BlockedNumber, DisallowedCode
from callmanager.selectors.number_policy import number_settings_get
from tenants.models import Tenant, User
from tenants.scope import tenant_scope

BLACKLIST, CODES = "/admin/callmanager/blockednumber/", "/admin/callmanager/disallowedcode/"
COUNTRIES = "/admin/country-codes/"


def test_countries_are_chosen(acme_browser: Client, acme: Tenant) -> None:
    assert "The profile says no country" in acme_browser.get(COUNTRIES).content.decode()
    chosen = {"which": "chosen", "allowed": ["DE", "FR"], "more_emergency_numbers": "5555; 6666"}
    assert acme_browser.post(COUNTRIES, chosen).status_code == 302
    with tenant_scope(acme):
        settings = number_settings_get()
    assert (settings.allowed_countries, settings.more_emergency_numbers) == (["DE", "FR"], ["5555", "6666"])
    assert acme_browser.post(COUNTRIES, {**chosen, "which": "own"}).status_code == 302
    with tenant_scope(acme):
        assert number_settings_get().allowed_countries is None
    wrong = acme_browser.post(COUNTRIES, {**chosen, "more_emergency_numbers": "101"})
    assert wrong.status_code == 400
    assert "101 is an extension" in wrong.content.decode()


@pytest.mark.parametrize(
    ("page", "field", "good", "bad"),
    [(BLACKLIST, "number", "1100-1200", "12*4"), (CODES, "code", "0900", "x")],
)
def test_entries_are_made_and_refused_beside_the_field(
    acme_browser: Client, acme: Tenant, page: str, field: str, good: str, bad: str
) -> None:
    assert acme_browser.post(f"{page}add/", {field: good, "description": "Spam"}).status_code == 302
    assert good in acme_browser.get(page).content.decode()
    refused = acme_browser.post(f"{page}add/", {field: bad, "description": ""})
    assert refused.status_code == 200
    assert "is not a" in refused.content.decode() or "is no " in refused.content.decode()
    twice = acme_browser.post(f"{page}add/", {field: good, "description": ""})
    assert twice.status_code == 200
    with tenant_scope(acme):
        assert BlockedNumber.objects.count() + DisallowedCode.objects.count() == 1


def test_many_come_from_a_file(acme_browser: Client, acme: Tenant) -> None:
    file = SimpleUploadedFile("list.csv", b"\xef\xbb\xbf442012345678;Spam\n4930*****\n", "text/csv")
    assert acme_browser.post(f"{BLACKLIST}many/", {"file": file}).status_code == 302
    with tenant_scope(acme):
        assert set(BlockedNumber.objects.values_list("number", "description")) == {
            ("442012345678", "Spam"),
            ("4930*****", ""),
        }
    wrong = acme_browser.post(f"{BLACKLIST}many/", {"text": "hello"})
    assert wrong.status_code == 200
    assert "Line 1" in wrong.content.decode()


def test_an_administrator_keeps_the_platforms_own(acme: Tenant) -> None:
    browser = Client()
    browser.force_login(User.objects.get(username="root"), backend="tenants.authentication.SignInBackend")
    page = "/admin/fleet/systemblockednumber/"
    assert browser.post(f"{page}add/", {"number": "4466*****", "description": ""}).status_code == 302
    assert browser.post(f"{page}many/", {"text": "4467"}).status_code == 302
    assert set(SystemBlockedNumber.objects.values_list("number", flat=True)) == {"4466*****", "4467"}
    with tenant_scope(acme):
        assert not BlockedNumber.objects.exists()
