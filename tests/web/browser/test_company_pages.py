"""The company's own settings in a browser: the week that is drawn, by mouse, by finger and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from callmanager.models import Holiday, OfficeHours
from callmanager.services.office_hours import office_hours_set
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed

HOURS = "/admin/office-hours/"


@pytest.fixture(autouse=True)
def _hours_of_acme(asgi_server: object, acme: Tenant) -> Iterator[None]:
    def begin() -> None:
        with tenant_scope(acme):
            office_hours_set(is_always_open=False, week={"monday": [{"from": "09:00", "to": "17:00"}]})

    def end() -> None:
        with tenant_scope(acme):
            OfficeHours.objects.all().delete()
            Holiday.objects.all().delete()

    committed(begin)
    yield
    committed(end)


def drag(page: Page, track: Locator, start_hour: float, end_hour: float) -> None:
    box = track.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2

    def at(hour: float) -> float:
        return box["x"] + box["width"] * hour / 24

    page.mouse.move(at(start_hour), middle)
    page.mouse.down()
    page.mouse.move(at((start_hour + end_hour) / 2), middle)
    page.mouse.move(at(end_hour), middle)
    page.mouse.up()


def test_hours_are_drawn_with_the_mouse(acme_page: Page) -> None:
    acme_page.goto(HOURS)
    monday = acme_page.locator("[data-track=monday]")
    expect(monday.locator(".td-week-bar")).to_have_count(1)
    drag(acme_page, monday, 12.1, 12.9)
    expect(acme_page.get_by_label("Monday")).to_have_value("09:00-12:00, 13:00-17:00")
    drag(acme_page, acme_page.locator("[data-track=friday]"), 22.1, 23.9)
    drag(acme_page, acme_page.locator("[data-track=saturday]"), 0.1, 1.9)
    expect(acme_page.get_by_label("Friday")).to_have_value("22:00-02:00")
    expect(acme_page.get_by_label("Saturday")).to_have_value("")
    expect(acme_page.locator("[data-track=saturday] .td-week-bar")).to_have_count(1)
    acme_page.get_by_role("button", name="Save").click()
    expect(acme_page.locator("body")).to_contain_text("The office hours are saved")
    expect(acme_page.get_by_label("Monday")).to_have_value("09:00-12:00, 13:00-17:00")
    expect(acme_page.get_by_label("Friday")).to_have_value("22:00-02:00")


def test_hours_are_typed_with_the_keyboard_alone(acme_page: Page) -> None:
    acme_page.goto(HOURS)
    acme_page.get_by_label("Monday").focus()
    acme_page.keyboard.press("Control+A")
    acme_page.keyboard.type("8:15-16:45")
    expect(acme_page.locator("[data-track=monday] .td-week-bar")).to_have_attribute(
        "style", "left: 34.375%; width: 35.4167%;"
    )
    acme_page.keyboard.press("Tab")
    acme_page.keyboard.press("Enter")
    expect(acme_page.get_by_label("Thursday")).to_have_value("8:15-16:45")
    acme_page.get_by_label("Sunday").fill("25:00-26:00")
    acme_page.keyboard.press("Enter")
    expect(acme_page.get_by_role("alert")).to_contain_text("“25:00” is not a time")
    acme_page.get_by_label("Sunday").fill("")
    acme_page.keyboard.press("Enter")
    expect(acme_page.get_by_label("Tuesday")).to_have_value("08:15-16:45")


def test_hours_are_drawn_with_a_finger(browser: Browser, acme_page: Page) -> None:
    state = acme_page.context.storage_state()
    phone = browser.new_context(
        base_url=acme_page.url.split("/admin")[0],
        viewport={"width": 390, "height": 800},
        has_touch=True,
        storage_state=state,
    )
    page = phone.new_page()
    page.goto(HOURS)
    track = page.locator("[data-track=tuesday]")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box is not None
    client = phone.new_cdp_session(page)
    y = box["y"] + box["height"] / 2
    for kind, hour in (("touchStart", 9.1), ("touchMove", 12.0), ("touchMove", 16.9), ("touchEnd", None)):
        points = [] if hour is None else [{"x": box["x"] + box["width"] * hour / 24, "y": y}]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(page.get_by_label("Tuesday")).to_have_value("09:00-17:00")
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    phone.close()


def test_a_countrys_holidays_are_shown_and_added(acme_page: Page) -> None:
    acme_page.goto("/admin/holidays/import/")
    acme_page.get_by_label("Country").select_option("DE")
    acme_page.get_by_label("Region").locator("option[value=BY]").wait_for(state="attached")
    acme_page.get_by_label("Region").select_option("BY")
    acme_page.get_by_label("First year").fill("2026")
    acme_page.get_by_label("Last year").fill("2026")
    acme_page.get_by_role("button", name="Look for holidays").click()
    acme_page.get_by_label("Add Epiphany").uncheck()
    acme_page.get_by_role("button", name="Add to our holidays").click()
    expect(acme_page.locator("body")).to_contain_text("holidays added")
    expect(acme_page.locator("#result_list")).to_contain_text("Good Friday")
    expect(acme_page.locator("#result_list")).not_to_contain_text("Epiphany")
