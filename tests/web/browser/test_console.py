"""What only a browser shows: pages that change by themselves, keys, buttons that run scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tenants.models import Tenant
from tests.phones.waiting import until
from tests.web.asgi_server import committed
from tests.web.calls import FakeWorker, call_events_make, cdr_make
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD

LIST = "**/admin/live-calls/list/"


def test_an_extension_signs_in_on_the_same_page(page: Page) -> None:
    page.goto("/sign-in/")
    expect(page.get_by_label("SIP domain")).to_be_hidden()
    page.locator(".td-segments").get_by_text("Extension").click()
    expect(page.get_by_label("User name or e-mail")).to_be_hidden()
    page.locator("[name=extension_number]").fill("101")
    page.get_by_label("SIP domain").fill(ACME_DOMAIN)
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-extension/")
    expect(page.locator("body")).to_contain_text(f"101@{ACME_DOMAIN}")


def test_the_live_page_follows_a_call_without_a_reload(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    expect(acme_page.locator("[data-empty]")).to_be_visible()
    worker.begin_call(acme, "s1", state="dialling", answered_at=None)
    worker.publish(acme, "call_start", 0, session_id="s1")
    row = acme_page.locator("tr[data-session=s1]")
    expect(row.locator("[data-state]")).to_have_text("Dialling")
    worker.publish(acme, "target_ringing", 1, session_id="s1")
    expect(row.locator("[data-state]")).to_have_text("Ringing")
    worker.publish(acme, "call_established", 2, session_id="s1")
    expect(row.locator("[data-state]")).to_have_text("Talking")
    expect(row.locator("[data-duration]")).to_have_text(re.compile("00:0[1-9]"))
    worker.publish(acme, "call_hold", 3, session_id="s1")
    expect(row.locator("[data-state]")).to_have_text("On hold")
    worker.publish(acme, "call_ended", 4, session_id="s1")
    expect(row).to_have_count(0)


def test_a_call_that_begins_or_ends_while_the_list_is_on_its_way_is_shown_as_it_is(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "ends")
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("tr[data-session=ends]")).to_be_visible()
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    held: list[tuple[Route, APIResponse]] = []
    acme_page.route(LIST, lambda route: held.append((route, route.fetch())), times=1)
    with acme_page.expect_request(LIST):
        worker.cut_subscriptions()
    until(lambda: acme_page.evaluate("1") and held, 10, "the list is on its way")
    worker.publish(acme, "call_ended", 9, session_id="ends")
    worker.publish(acme, "call_start", 0, session_id="begins")
    row = acme_page.locator("tr[data-session=begins]")
    expect(row).to_be_visible()
    ((route, as_it_was),) = held
    with acme_page.expect_response(LIST):
        route.fulfill(response=as_it_was)
    worker.publish(acme, "target_ringing", 1, session_id="begins")
    expect(row.locator("[data-state]")).to_have_text("Ringing")
    expect(acme_page.locator("tr[data-session=ends]")).to_have_count(0)


def test_a_call_of_another_tenant_never_appears(acme_page: Page, worker: FakeWorker, acme: Tenant) -> None:
    globex = Tenant.objects.get(name="globex")
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    worker.publish(globex, "call_start", 0, session_id="theirs")
    worker.publish(acme, "call_start", 0, session_id="ours")
    expect(acme_page.locator("tr[data-session=ours]")).to_be_visible()
    expect(acme_page.locator("tr[data-session=theirs]")).to_have_count(0)


def test_a_call_is_hung_up_by_keyboard(acme_page: Page, acme: Tenant, worker: FakeWorker) -> None:
    worker.begin_call(acme, "s1")
    with worker.answering():
        acme_page.goto("/admin/live-calls/")
        button = acme_page.get_by_role("button", name="Hang up the call from 101 to 102")
        button.focus()
        acme_page.keyboard.press("Enter")
        expect(acme_page.get_by_role("dialog")).to_contain_text("End the call from 101 to 102?")
        acme_page.keyboard.press("Escape")
        expect(acme_page.get_by_role("dialog")).to_have_count(0)
        assert worker.hung_up == []
        acme_page.keyboard.press("Enter")
        expect(acme_page.get_by_role("dialog").get_by_role("button", name="Hang up")).to_be_focused()
        acme_page.keyboard.press("Enter")
        worker.wait_for_hang_up("s1")
    worker.publish(acme, "call_ended", 1, session_id="s1")
    expect(button).to_have_count(0)
    expect(acme_page.locator("[data-announce]")).to_have_text("Call from 101 to 102 ended")


def test_the_page_finds_its_way_back_after_redis_was_gone(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    worker.begin_call(acme, "missed")
    worker.cut_subscriptions()
    expect(acme_page.locator("tr[data-session=missed]")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 400])
def test_a_call_record_shows_its_ladder_and_quality(
    acme_page: Page, acme: Tenant, worker: FakeWorker, width: int
) -> None:
    cdr = committed(lambda: cdr_make(acme, "s1"))
    committed(lambda: call_events_make(cdr, acme))
    acme_page.set_viewport_size({"width": width, "height": 800})
    acme_page.goto("/admin/fleet/cdr/")
    acme_page.locator("#result_list tbody a").first.click()
    expect(acme_page.locator(".td-ladder .td-arrow")).to_have_count(8)
    expect(acme_page.get_by_role("img", name="Caller 101: MOS 4.2")).to_be_visible()
    overflow = acme_page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0


def test_a_sip_password_is_hidden_shown_and_generated(acme_page: Page) -> None:
    acme_page.goto("/admin/callmanager/extension/add/")
    field = acme_page.get_by_label("SIP password")
    first = field.input_value()
    assert len(first) >= 16
    expect(field).to_have_attribute("type", "password")
    acme_page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    acme_page.get_by_role("button", name="Generate").click()
    assert field.input_value() != first


def test_an_administrator_manages_a_tenant_and_returns(page: Page) -> None:
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill("root")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    page.goto("/admin/tenants/tenant/")
    page.get_by_role("button", name="Manage acme").click()
    expect(page.locator(".td-banner")).to_contain_text("You are managing acme")
    page.goto("/admin/live-calls/")
    expect(page.locator("[data-connection]")).to_have_text("Live")
    page.get_by_role("button", name="Back to all tenants").first.click()
    page.wait_for_url("**/admin/tenants/tenant/")
    expect(page.locator(".td-banner")).to_have_count(0)
