"""The dialog of a running call: orders for each side, what the worker refuses, and how it looks."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import Page, expect

from tenants.models import Tenant
from tests.web.calls import FakeWorker

TALKING: dict[str, Any] = {
    "answered_by": "extension",
    "caller_codec": "G722",
    "caller_mos": 4.3,
    "caller_loss_percent": 0.0,
    "callee_codec": "PCMA",
    "callee_mos": 3.1,
    "callee_loss_percent": 4.25,
}


def pictures(page: Page, name: str) -> None:
    """Wide and narrow, light and dark, where somebody wants to look at them."""
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme)
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)


def open_dialog(page: Page) -> None:
    page.goto("/admin/live-calls/")
    expect(page.locator("[data-connection]")).to_have_text("Live")
    button = page.get_by_role("button", name="Control the call from 101 to 102")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_call_is_held_muted_and_transferred_from_its_dialog(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **TALKING)
    with worker.answering():
        open_dialog(acme_page)
        callee = acme_page.get_by_role("region", name="Callee")
        expect(callee.locator("[data-quality]")).to_have_text("PCMA · MOS 3.1 · 4.3 % lost")
        callee.get_by_role("button", name="Hold 102").click()
        worker.begin_call(acme, "s1", **TALKING, held_by=["callee"], state="held")
        worker.publish(acme, "call_hold", 3, session_id="s1", side="callee")
        expect(callee.get_by_role("button", name="Resume 102")).to_be_visible()
        expect(callee).to_contain_text("Holds the call")
        acme_page.get_by_role("region", name="Caller").get_by_role("button", name="Mute 101").click()
        expect(acme_page.get_by_role("region", name="Caller").locator("[data-mute]")).to_be_enabled()
        pictures(acme_page, "live-call")
        callee.get_by_label("Number to transfer to").fill("103")
        acme_page.keyboard.press("Enter")
        expect(acme_page.get_by_role("dialog")).to_have_count(0)
    orders = [(one["command"], one.get("side") or one.get("extension")) for one in worker.told()]
    assert orders == [("hold", "callee"), ("mute", "caller"), ("transfer", "102")]
    pictures(acme_page, "live-calls")


def test_the_workers_no_is_shown_and_the_dialog_closes_with_its_call(
    acme_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    worker.begin_call(acme, "s1", **TALKING)
    worker.answers["hold"] = {"ok": False, "code": "wrong_state", "message": "The call s1 is ringing"}
    with worker.answering():
        open_dialog(acme_page)
        acme_page.get_by_role("button", name="Hold 101").click()
        expect(acme_page.get_by_role("alert")).to_have_text("The call s1 is ringing")
    worker.publish(acme, "call_ended", 4, session_id="s1")
    expect(acme_page.get_by_role("dialog")).to_have_count(0)
