"""What pages look like, where somebody wants to look at them."""

from __future__ import annotations

import os

from playwright.sync_api import Page

SIZES = (("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390))


def pictures(page: Page, name: str) -> None:
    """Wide and narrow, light and dark, into $KEEP_SCREENSHOTS; as wide as before afterwards."""
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate("theme => document.documentElement.classList.toggle('dark', theme === 'dark')", theme)
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})
