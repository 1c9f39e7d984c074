"""The dashboards follow what happens without a reload, and can be read without seeing the charts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from pbxsite.home.tasks import publish_fleet_figures
from tenants.models import Tenant
from tests.web.asgi_server import committed
from tests.web.calls import FakeWorker
from tests.web.conftest import WEB_PASSWORD


def live_calls(page: Page) -> Locator:
    return page.locator(".td-figure", has_text="Live calls").locator(".td-number")


def test_a_tenants_dashboard_follows_its_calls(acme_page: Page, acme: Tenant, worker: FakeWorker) -> None:
    acme_page.goto("/admin/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    expect(live_calls(acme_page)).to_have_text("0")
    worker.begin_call(acme, "s1")
    worker.publish(acme, "call_start", 0, session_id="s1")
    expect(live_calls(acme_page)).to_have_text("1")


def test_the_administrators_dashboard_follows_the_fleet(page: Page, acme: Tenant, worker: FakeWorker) -> None:
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill("root")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    expect(page.locator("[data-connection]")).to_have_text("Live")
    expect(page.get_by_label("Memory")).to_be_visible()
    worker.begin_call(acme, "s1")
    committed(publish_fleet_figures)
    expect(live_calls(page)).to_have_text("1")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_charts_are_drawn_and_told_as_a_table(acme_page: Page, theme: str) -> None:
    acme_page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    acme_page.goto("/admin/")
    for name in ("hours", "results"):
        canvas = acme_page.locator(f"canvas[data-chart={name}]")
        assert canvas.evaluate("canvas => window.Chart.getChart(canvas) !== undefined")
    acme_page.get_by_text("As a table").click()
    expect(acme_page.get_by_role("table", name="Calls per hour").locator("tbody tr")).to_have_count(24)
