"""Dial codes in the console."""

from __future__ import annotations

from django.test import Client

from callmanager.models import DialCodeSettings
from callmanager.selectors.dial_codes import dial_code_settings_get
from tenants.models import Tenant
from tenants.scope import tenant_scope

PAGE = "/admin/dial-codes/"


def settings_of(tenant: Tenant) -> DialCodeSettings:
    with tenant_scope(tenant):
        return dial_code_settings_get()


def test_codes_are_typed_and_refused_beside_their_feature(
    acme_browser: Client, acme: Tenant, globex: Tenant
) -> None:
    page = acme_browser.get(PAGE).content.decode()
    assert 'value="999 *97"' in page
    typed = {"voicemail": "1571, *97", "echo_test": "", "tone_test": "*44"}
    assert acme_browser.post(PAGE, typed).status_code == 302
    assert settings_of(acme).own_codes == {"voicemail": ["1571", "*97"], "echo_test": []}
    assert settings_of(globex).own_codes == {}
    wrong = acme_browser.post(PAGE, {**typed, "voicemail": "101"})
    assert wrong.status_code == 400
    assert "101 is an extension." in wrong.content.decode()
    assert 'value="101"' in wrong.content.decode()


def test_a_profile_is_where_codes_begin(acme_browser: Client, acme: Tenant) -> None:
    acme_browser.post(PAGE, {"voicemail": "1571"})
    assert "With changes of your own" in acme_browser.get(PAGE).content.decode()
    assert acme_browser.post(PAGE, {"profile": "modern"}).status_code == 302
    assert (settings_of(acme).profile, settings_of(acme).own_codes) == ("modern", {})
    assert 'value="*97"' in acme_browser.get(PAGE).content.decode()
    assert acme_browser.post(PAGE, {"profile": "teleport"}).status_code == 400


def test_the_page_of_system_extensions_shows_the_companys_codes(
    acme_browser: Client, administrator_browser: Client, acme: Tenant
) -> None:
    acme_browser.post(PAGE, {"voicemail": "1571", "echo_test": "*43", "tone_test": ""})
    page = acme_browser.get("/admin/system-extensions/").content.decode()
    assert "1571" in page
    assert "*44" not in page
    assert "*44" in administrator_browser.get("/admin/system-extensions/").content.decode()
