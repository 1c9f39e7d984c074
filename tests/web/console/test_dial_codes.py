"""Dial codes in the console."""

from __future__ import annotations

from django.test import Client

from callmanager.models import DialCodeSettings
from callmanager.selectors.dial_codes import dial_code_settings_get, shown_code_list
from tenants.models import Tenant
from tenants.scope import tenant_scope

PAGE = "/admin/dial-codes/"


def settings_of(tenant: Tenant) -> DialCodeSettings:
    with tenant_scope(tenant):
        return dial_code_settings_get()


def as_shown(tenant: Tenant) -> dict[str, str]:
    """What the form of the page holds, and a browser sends back."""
    with tenant_scope(tenant):
        return {one.feature.kind.value: one.text for one in shown_code_list(dial_code_settings_get())}


def test_monitoring_is_switched_on_and_off(acme_browser: Client, acme: Tenant, globex: Tenant) -> None:
    assert "Enable monitoring" in acme_browser.get(PAGE).content.decode()
    acme_browser.post(PAGE, {**as_shown(acme), "is_monitoring_enabled": "on"})
    assert settings_of(acme).is_monitoring_enabled
    assert acme_browser.post(PAGE, {"profile": "modern"}).status_code == 302
    assert settings_of(acme).is_monitoring_enabled
    assert not settings_of(globex).is_monitoring_enabled
    assert "checked" in acme_browser.get(PAGE).content.decode()
    acme_browser.post(PAGE, as_shown(acme))
    assert not settings_of(acme).is_monitoring_enabled


def test_parking_is_set_beside_the_codes(acme_browser: Client, acme: Tenant) -> None:
    assert (
        acme_browser.post(PAGE, {**as_shown(acme), "park_slots": "7", "park_timeout_s": "90"}).status_code
        == 302
    )
    assert (settings_of(acme).park_slots, settings_of(acme).park_timeout_s) == (7, 90)
    acme_browser.post(PAGE, as_shown(acme))
    assert settings_of(acme).park_slots == 7
    assert acme_browser.post(PAGE, {**as_shown(acme), "return_ring_s": "15"}).status_code == 302
    assert settings_of(acme).return_ring_s == 15
    assert acme_browser.post(PAGE, {**as_shown(acme), "return_ring_s": "4"}).status_code == 400
    wrong = acme_browser.post(PAGE, {**as_shown(acme), "park_slots": "0"})
    assert wrong.status_code == 400
    assert "greater than or equal to 1" in wrong.content.decode()


def test_codes_are_typed_and_refused_beside_their_feature(
    acme_browser: Client, acme: Tenant, globex: Tenant
) -> None:
    page = acme_browser.get(PAGE).content.decode()
    assert 'value="999 *97"' in page
    typed = {**as_shown(acme), "voicemail": "1571, *97", "echo_test": ""}
    assert acme_browser.post(PAGE, typed).status_code == 302
    assert settings_of(acme).own_codes == {"voicemail": ["1571", "*97"], "echo_test": []}
    assert settings_of(acme).is_blf_enabled is False
    assert acme_browser.post(PAGE, {**typed, "is_blf_enabled": "on"}).status_code == 302
    assert settings_of(acme).is_blf_enabled is True
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
