"""Messages in a browser: the company's list with its players, and the page of one mailbox."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callmanager.fleet.models import Cdr, StoredCallEvent, Voicemail
from callmanager.services.voicemail import voicemails_settle
from tenants.models import Tenant, TenantFile
from tenants.scope import across_tenants
from tests.web.asgi_server import committed
from tests.web.mailboxes.stage import record, started, tell, wav

CALLERS = (
    ("102", "Bob"),
    ("+493012345678", "Muster Export GmbH, Berlin"),
    ("anonymous", ""),
    ("+14155550123", ""),
)


@pytest.fixture
def messages(acme: Tenant, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.PBX_STATE_DIR = tmp_path

    def leave() -> None:
        for number, (caller, name) in enumerate(CALLERS):
            path = f"s{number}-1.wav"
            record(tmp_path, wav(3.0 + 7 * number), path)
            told = [started(path=f"voicemail/{path}", caller=caller, caller_display_name=name)]
            if number == 1:
                mark = {"recording": "message-1", "mailbox": "101", "is_urgent": True}
                told.append(("voicemail_marked", mark))
            tell(acme, *told, session_id=f"s{number}")
        voicemails_settle(session_ids=[f"s{number}" for number in range(len(CALLERS))])

    yield committed(leave)
    committed(_forget)


def _forget() -> None:
    with across_tenants():
        for model in (Voicemail, Cdr, StoredCallEvent, TenantFile):
            model.objects.all().delete()


def _keep(page: Page, name: str) -> None:
    """For people to look at: PBX_SCREENSHOTS names a directory."""
    directory = os.environ.get("PBX_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_messages_are_found_played_and_marked_in_the_list(acme_page: Page, messages: None) -> None:
    acme_page.get_by_role("link", name="Voicemails").first.click()
    expect(acme_page.locator("audio")).to_have_count(len(CALLERS))
    expect(acme_page.get_by_text("Urgent", exact=True).first).to_be_visible()
    _keep(acme_page, "voicemails")
    player = acme_page.locator("audio").first
    player.evaluate("one => { one.muted = true; return one.play(); }")
    acme_page.wait_for_function("document.querySelector('audio').currentTime > 0.3")
    player.evaluate("one => { one.pause(); one.currentTime = one.duration - 1; }")
    acme_page.wait_for_function("document.querySelector('audio').readyState >= 2")
    acme_page.locator("input.action-select").first.check()
    acme_page.locator("select[name=action]").select_option("mark_heard", force=True)
    acme_page.locator("button[name=index]").first.click()
    expect(acme_page.get_by_text("Marked as heard: 1.")).to_be_visible()


def test_a_mailbox_tells_the_keys_of_the_telephone(acme_page: Page, messages: None) -> None:
    acme_page.goto("/admin/callmanager/extension/")
    acme_page.get_by_role("link", name="101", exact=True).first.click()
    acme_page.goto(acme_page.url.replace("/change/", "/mailbox/"))
    acme_page.get_by_text("Keys on the telephone").click()
    expect(acme_page.get_by_text("A new PIN")).to_be_visible()
    _keep(acme_page, "mailbox")
