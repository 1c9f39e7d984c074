"""The call simulator in a browser: asked by form and by the picture itself, with the keyboard, on a small screen."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.fleet.models import Trunk
from callmanager.services.outbound_rule import outbound_rule_create
from callmanager.services.routing_test import routing_test_create
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.simulated_company import DID, simulated_company_make, simulated_company_unmake

SIMULATOR = "/admin/call-simulator/"
MONDAY = "2026-03-02T10:00"


@pytest.fixture(autouse=True)
def first_line(asgi_server: object, acme: Tenant) -> Iterator[Trunk]:
    trunk = committed(lambda: simulated_company_make(acme))
    yield trunk
    committed(lambda: simulated_company_unmake(acme))


def call_in(page: Page) -> None:
    page.goto(SIMULATOR)
    page.get_by_text("From outside", exact=True).click()
    page.get_by_label("Caller’s number").fill("+34911234567")
    page.get_by_label("Over the trunk").select_option(label="First line")
    page.get_by_label("Calls the number").fill(DID)
    page.get_by_label("At", exact=True).fill(MONDAY)
    page.get_by_role("button", name="Simulate").click()


def keep(page: Page, name: str) -> None:
    """Pictures for people, where somebody wants them."""
    if directory := os.environ.get("KEEP_SCREENSHOTS"):
        page.screenshot(path=f"{directory}/{name}.png", full_page=True)


def test_a_call_is_asked_by_the_form_and_changed_in_the_picture(acme_page: Page, first_line: Trunk) -> None:
    keep(acme_page, "before")
    acme_page.goto(SIMULATOR)
    keep(acme_page, "empty")
    call_in(acme_page)
    expect(acme_page.locator(".td-sim-result")).to_contain_text("Extension 102 answers")
    keep(acme_page, "answered")
    acme_page.get_by_label("What the phones of 102 do").select_option("no_answer")
    expect(acme_page.locator(".td-sim-result")).to_contain_text("017012345678 answers, over First line")
    acme_page.get_by_label("What First line does").select_option("503")
    expect(acme_page.locator(".td-sim-result")).to_contain_text("017012345678 answers, over Second line")
    expect(acme_page.locator(".td-stop-forwarding")).to_contain_text("Nobody answered")
    acme_page.get_by_text("What the provider is sent").first.click()
    acme_page.get_by_text("others did not fit").first.click()
    expect(acme_page.get_by_text("It is for 493055501.", exact=True)).to_be_visible()
    keep(acme_page, "forwarded")
    acme_page.evaluate("document.documentElement.classList.add('dark')")
    keep(acme_page, "forwarded-dark")


def test_a_way_that_was_not_taken_is_a_link(acme_page: Page) -> None:
    call_in(acme_page)
    acme_page.get_by_role("link", name="If busy or declined").click()
    expect(acme_page.locator(".td-sim-result")).to_contain_text("486 Busy")
    expect(acme_page.get_by_label("What the phones of 102 do")).to_have_value("busy")


def test_it_is_used_with_the_keyboard_alone(acme_page: Page) -> None:
    acme_page.goto(SIMULATOR)
    acme_page.get_by_role("combobox", name="Extension").focus()
    acme_page.keyboard.type("101")
    acme_page.keyboard.press("Tab")
    acme_page.keyboard.type("102")
    acme_page.keyboard.press("Enter")
    expect(acme_page.locator(".td-sim-result")).to_contain_text("Extension 102 answers")
    expect(acme_page.locator("#sim-text")).to_contain_text("Rings 102 Bob")


def test_it_fits_a_small_screen(acme_page: Page) -> None:
    acme_page.set_viewport_size({"width": 390, "height": 844})
    call_in(acme_page)
    acme_page.get_by_label("What the phones of 102 do").select_option("no_answer")
    expect(acme_page.locator(".td-stop-forwarding")).to_be_visible()
    overflow = acme_page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0
    keep(acme_page, "small")


def test_a_simulated_call_is_kept_and_guards_the_rules(acme_page: Page) -> None:
    call_in(acme_page)
    acme_page.get_by_role("link", name="Keep as a routing test").click()
    acme_page.locator("#id_name").fill("Mondays at ten")
    acme_page.locator("#id_when").select_option("weekday")
    acme_page.locator("#id_weekday").select_option("0")
    acme_page.locator("#id_clock").fill("10:00")
    keep(acme_page, "routing-test-form")
    acme_page.get_by_role("button", name="Save", exact=True).click()
    expect(acme_page.locator("#result_list")).to_contain_text("Met")
    keep(acme_page, "routing-tests")
    acme_page.goto("/admin/office-hours/")
    acme_page.get_by_label("Monday").fill("")
    acme_page.get_by_role("button", name="Save").click()
    expect(acme_page.get_by_role("alert")).to_contain_text("The change breaks 1 routing test")
    keep(acme_page, "confirmation")
    acme_page.set_viewport_size({"width": 390, "height": 844})
    overflow = acme_page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0
    keep(acme_page, "confirmation-small")
    acme_page.get_by_role("button", name="Apply the change").click()
    expect(acme_page.locator("body")).to_contain_text("The office hours are saved")


def test_another_order_of_rules_is_asked_about_too(acme_page: Page, acme: Tenant, first_line: Trunk) -> None:
    def guarded() -> None:
        with tenant_scope(acme):
            outbound_rule_create(name="Everything", routes=[OutboundRoute(first_line.pk)])
            routing_test_create(
                name="By Germany",
                caller="101",
                called="030123456",
                expected_end="outside",
                expected_rule="Germany",
            )

    committed(guarded)
    acme_page.goto("/admin/callmanager/outboundrule/")
    acme_page.locator("tr", has_text="Everything").locator("[data-order-step='-1']").click()
    expect(acme_page.get_by_role("alert")).to_contain_text("The change breaks 1 routing test")
    acme_page.get_by_role("link", name="Leave it as it is").click()
    expect(acme_page.locator("#result_list")).to_contain_text("Everything")
    acme_page.locator("tr", has_text="Everything").locator("[data-order-step='-1']").click()
    acme_page.get_by_role("button", name="Apply the change").click()
    expect(acme_page.locator("tr", has_text="Everything").locator("[data-order]")).to_have_attribute(
        "data-position", "2"
    )
