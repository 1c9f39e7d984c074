"""The console of the running system in headless Chromium, for who signs in with a name or as an extension."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.live.system.running_system import RunningSystem

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
)
PATIENCE_MS = 20_000


@contextmanager
def running_browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Debian's package chromium is not installed")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield chromium
        chromium.close()


@contextmanager
def company_page(browser: Browser, system: RunningSystem, tenant: str = "demo") -> Iterator[Page]:
    with _page(browser, system) as page:
        page.goto("/sign-in/")
        page.get_by_label("User name or e-mail").fill(system.demo.tenants[tenant].username)
        page.get_by_label("Password").fill(system.demo.tenants[tenant].password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        yield page


@contextmanager
def extension_page(
    browser: Browser, system: RunningSystem, number: str, tenant: str = "demo"
) -> Iterator[Page]:
    with _page(browser, system) as page:
        page.goto("/sign-in/")
        page.locator(".td-segments").get_by_text("Extension").click()
        page.locator("[name=extension_number]").fill(number)
        page.get_by_label("SIP domain").fill(system.demo.tenants[tenant].domain)
        page.get_by_label("Password").fill(system.demo.tenants[tenant].extensions[number].web_password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/my-extension/")
        yield page


@contextmanager
def _page(browser: Browser, system: RunningSystem) -> Iterator[Page]:
    """Fails for any script error."""
    context = browser.new_context(base_url=system.demo.url, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def photograph(page: Page, name: str) -> None:
    """Wide and narrow, light and dark, where somebody wants to look at them."""
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme)
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})
