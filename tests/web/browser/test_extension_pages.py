"""The page of one extension in a browser: its own week, drawn and typed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.models import Extension
from callmanager.models.week_hours import office_week
from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_update
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.browser.test_company_pages import drag


@pytest.fixture
def bob(asgi_server: object, acme: Tenant) -> Iterator[Extension]:
    def end() -> None:
        with tenant_scope(acme):
            extension_update(extension=extension_get(number="102"), has_own_hours=False, week=office_week())

    with tenant_scope(acme):
        extension = extension_get(number="102")
    yield extension
    committed(end)


def test_an_extensions_own_hours_are_drawn_and_typed(acme_page: Page, acme: Tenant, bob: Extension) -> None:
    acme_page.goto(f"/admin/callmanager/extension/{bob.pk}/change/")
    expect(acme_page.get_by_role("link", name="Exceptions")).to_be_visible()
    acme_page.locator("nav a", has_text="Office hours").last.focus()
    acme_page.keyboard.press("Enter")
    own = acme_page.locator("[name=has_own_hours]")
    expect(own).not_to_be_checked()
    monday = acme_page.locator("[data-track=monday]")
    expect(monday.locator(".td-week-bar")).to_have_count(1)
    monday.scroll_into_view_if_needed()
    drag(acme_page, monday, 12.1, 12.9)
    expect(acme_page.get_by_label("Monday")).to_have_value("09:00-12:00, 13:00-17:00")
    expect(own).to_be_checked()
    acme_page.get_by_role("button", name="Copy Monday").click()
    expect(acme_page.get_by_label("Friday")).to_have_value("09:00-12:00, 13:00-17:00")
    acme_page.get_by_label("Saturday").focus()
    acme_page.keyboard.type("22:00-02:00")
    expect(acme_page.locator("[data-track=sunday] .td-week-bar")).to_have_count(1)
    acme_page.get_by_role("button", name="Save", exact=True).click()
    acme_page.wait_for_url("**/admin/callmanager/extension/")
    with tenant_scope(acme):
        saved = extension_get(number="102")
    assert saved.has_own_hours
    assert saved.week["friday"] == [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}]
    assert saved.week["saturday"] == [{"from": "22:00", "to": "02:00"}]
    assert saved.week["sunday"] == []
