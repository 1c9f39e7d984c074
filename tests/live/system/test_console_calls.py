"""What people click in the console, and what real telephones do then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.live.system.conftest import InForce
from tests.live.system.console import company_page, extension_page, photograph, running_browser
from tests.live.system.running_system import RunningSystem
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

GENEROUS_S = 15.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


def test_a_click_in_the_extension_list_rings_the_phone_and_then_the_other_one(
    browser: Browser, system: RunningSystem, alice: Phone, bob: Phone
) -> None:
    bob.on_incoming(final=200)
    with company_page(browser, system) as page:
        page.goto("/admin/callmanager/extension/")
        photograph(page, "list-with-buttons")
        page.locator("[data-call='102']").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Call from extension").fill("101")
        dialog.get_by_role("button", name="Call", exact=True).click()
        expect(dialog.get_by_role("status")).to_have_text("Phone 101 rings: answer it, and 102 is called.")
        photograph(page, "click-to-call")
        call = alice.wait_incoming(GENEROUS_S)
        call.answer()
        call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
        dialog.get_by_role("button", name="Close").click()
        page.locator("[data-call='103']").click()
        expect(dialog.get_by_label("Call from extension")).to_have_value("101")
    call.hang_up()
    call.wait_over(GENEROUS_S)


def test_an_extension_calls_from_its_own_page(
    browser: Browser, system: RunningSystem, alice: Phone, bob: Phone
) -> None:
    bob.on_incoming(final=200)
    with extension_page(browser, system, "101") as page:
        page.get_by_label("Number to call").fill("102")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("Phone 101 rings: answer it, and 102 is called.")
        call = alice.wait_incoming(GENEROUS_S)
        call.answer()
        call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
        photograph(page, "own-page-call")
        page.get_by_label("Number to call").fill("77777")
        page.get_by_role("button", name="Call", exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()
    call.hang_up()
    call.wait_over(GENEROUS_S)


@pytest.fixture
def monitoring(rest: RestClient, in_force: InForce) -> Iterator[None]:
    """Carol may monitor, and nobody else."""
    rest.patch("/dial_codes/", {"is_monitoring_enabled": True})
    group = rest.post("/extension_groups/", {"name": "Watch", "is_monitoring_allowed": True})
    rest.post(f"/extension_groups/{group['id']}/monitors/", {"extensions": ["103"]})
    in_force()
    yield
    rest.delete(f"/extension_groups/{group['id']}/")
    rest.patch("/dial_codes/", {"is_monitoring_enabled": False})


def test_a_running_call_is_recorded_and_monitored_by_its_buttons(
    browser: Browser,
    system: RunningSystem,
    rest: RestClient,
    alice: Phone,
    bob: Phone,
    carol: Phone,
    monitoring: None,
) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(GENEROUS_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    with company_page(browser, system) as page:
        page.goto("/admin/live-calls/")
        page.get_by_role("button", name="Control the call from 101 to 102").click()
        recorder = page.get_by_role("region", name="Recording")
        recorder.get_by_role("button", name="Record", exact=True).click()
        expect(recorder.get_by_text("Recording", exact=True).last).to_be_visible()
        recorder.get_by_role("button", name="Pause recording").click()
        expect(recorder.get_by_text("Recording paused")).to_be_visible()
        (live,) = rest.rows("/call_sessions/")
        assert live["recording"] == "paused"
        page.get_by_role("region", name="Callee").get_by_role("button", name="Monitor 102").click()
        monitor = carol.wait_incoming(GENEROUS_S)
        monitor.answer()
        monitor.wait_heard(alice.config.tone_hz, bob.config.tone_hz, timeout_s=GENEROUS_S)
        photograph(page, "live-dialog")
        page.get_by_role("button", name="Close").click()
        expect(page.locator("tr", has_text="listens to 102")).to_be_visible()
        photograph(page, "live-list")
        monitor.hang_up()
        call.hang_up()
        until(lambda: rest.rows("/call_sessions/") == [], GENEROUS_S, "all calls are over")
        record = rest.wait_cdr(call.sip_call_id)
        page.goto(f"/admin/fleet/cdr/{record['id']}/change/")
        photograph(page, "ladder")


def test_a_ringing_call_is_sent_on_from_its_dialog(
    browser: Browser, system: RunningSystem, alice: Phone, bob: Phone, carol: Phone
) -> None:
    carol.on_incoming(final=200)
    with company_page(browser, system) as page:
        page.goto("/admin/live-calls/")
        expect(page.locator("[data-connection]")).to_have_text("Live")
        call = alice.dial("102")
        rung = bob.wait_incoming(GENEROUS_S)
        page.get_by_role("button", name="Control the call from 101 to 102").click()
        photograph(page, "ringing-dialog")
        page.get_by_label("Number to send the call to").fill("103")
        page.get_by_role("button", name="Send on").click()
        rung.wait_over(GENEROUS_S)
        call.wait_heard(carol.config.tone_hz, timeout_s=GENEROUS_S)
        row = page.locator("tr", has_text="101")
        expect(row.locator("[data-note]")).to_have_text("Sent on to 103.")
        photograph(page, "sent-on-list")
        page.goto("/admin/recording-announcement/")
        photograph(page, "announcement")
        page.goto("/admin/dial-codes/")
        photograph(page, "dial-codes")
    call.hang_up()
    call.wait_over(GENEROUS_S)
