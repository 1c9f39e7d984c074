"""Rules in a browser: their order by keyboard and by dragging, and pages that fit a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.fleet.models import Trunk
from callmanager.models import InboundRule, OutboundRule
from callmanager.services.outbound_rule import outbound_rule_create
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.asgi_server import committed
from tests.web.rules import lent_trunk

OUTBOUND = "/admin/callmanager/outboundrule/"


def _make_rules() -> None:
    acme = Tenant.objects.get(name="acme")
    trunk = lent_trunk(acme, pool="442012345670-442012345699", name="Telco")
    with tenant_scope(acme):
        for name in ("Alpha", "Beta", "Gamma"):
            outbound_rule_create(name=name, prefixes="00", routes=[OutboundRoute(trunk.pk, 2, "+")])


def _forget_rules() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        OutboundRule.objects.all().delete()
        InboundRule.objects.all().delete()
    with across_tenants():
        Trunk.objects.filter(name="Telco").delete()


@pytest.fixture
def rules(acme_page: Page) -> Iterator[Page]:
    committed(_make_rules)
    acme_page.goto(OUTBOUND)
    yield acme_page
    committed(_forget_rules)


def test_countries_are_found_by_name_and_by_code(acme_page: Page) -> None:
    page = acme_page
    page.goto("/admin/country-codes/")
    expect(page.get_by_label("Find a country")).to_be_hidden()
    page.get_by_label("The countries chosen below").check()
    search = page.get_by_label("Find a country")
    search.fill("fra")
    expect(page.get_by_label("France", exact=False).first).to_be_visible()
    expect(page.locator("[data-country]:visible")).to_have_count(1)
    page.locator("[data-country]:visible input").check()
    expect(page.get_by_text("1 country is chosen.")).to_be_visible()
    search.fill("+49")
    expect(page.locator("[data-country]:visible")).to_have_count(1)


def test_rules_move_by_keyboard_and_by_dragging(rules: Page) -> None:
    page = rules
    page.get_by_role("button", name="Move Gamma up").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("[data-order]").nth(1).locator("button").first).to_have_attribute(
        "aria-label", "Move Gamma up"
    )
    expect(page.get_by_role("button", name="Move Gamma up")).to_be_focused()
    handle = page.locator("[data-order-handle]").first
    with page.expect_navigation():
        handle.drag_to(page.locator("[data-order]").nth(2))
    labels = page.locator("[data-order-step='-1']")
    assert [one.get_attribute("aria-label") for one in labels.all()] == [
        "Move Gamma up",
        "Move Beta up",
        "Move Alpha up",
    ]
