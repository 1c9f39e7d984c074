"""A call record in a browser: its ladder leads to the list of what happened, quality is drawn, and it fits paper."""

from __future__ import annotations

import math
import os
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callmanager.fleet.models import Cdr, StoredCallEvent
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.calls import WORKER, FakeWorker, cdr_make

DESK = {
    "target_id": "1",
    "number": "102",
    "user_agent": "Desk phone",
    "contact": "sip:102@192.0.2.2;ob=secret",
}
LINE = {"target_id": "2", "number": "+4917098765432", "trunk_id": 7, "trunk_name": "Mobile carrier"}
CAROL = {"target_id": "3", "number": "103", "user_agent": "Softphone", "answered_by": "extension"}
TRANSFER = {
    "transfer": "attended",
    "side": "callee",
    "transferor": "+4917098765432",
    "transferee": "101",
    "transfer_target": "103",
}
# Seconds since the call began, kind, data.
STORY: tuple[tuple[float, str, dict[str, Any]], ...] = (
    (0, "call_start", {"caller": "101", "callee": "600", "direction": "ext", "user_agent": "Alice's phone"}),
    (0.04, "target_add", {**DESK, "ring_group": "600"}),
    (0.05, "target_add", {**LINE, "ring_group": "600", "outbound_caller_id": "4930555"}),
    (0.3, "target_ringing", {**DESK, "sip_code": 180}),
    (1.9, "target_ringing", {**LINE, "sip_code": 183, "early_media": True}),
    (14.2, "target_fail", {**DESK, "sip_code": 486, "reason": "Busy Here"}),
    (16.0, "call_established", {**LINE, "answered_by": "trunk", "ring_group": "600"}),
    (95.0, "call_hold", {"side": "callee"}),
    (110.0, "transfer_started", TRANSFER),
    (112.5, "call_transferred", {**TRANSFER, **CAROL}),
    (301.0, "call_mute", {"side": "caller"}),
    (306.0, "call_unmute", {"side": "caller"}),
)


def _points(*, is_bad: bool) -> list[list[float | None]]:
    points: list[list[float | None]] = []
    for turn in range(1, 60):
        wave = 0.15 * math.sin(turn / 3)
        if is_bad and 16 <= turn <= 19:
            points.append([turn * 5, None, 0, 0, 0])
        elif is_bad and 30 <= turn <= 38:
            points.append([turn * 5, 2.3 + wave, 9.0 + 3 * wave, 45, 180])
        else:
            points.append([turn * 5, round(4.2 + wave, 2), 0.4 if turn % 7 == 0 else 0, 3, 24])
    return points


@pytest.fixture
def told(acme: Tenant, worker: FakeWorker) -> Cdr:
    return committed(lambda: _make(acme))


def _make(acme: Tenant) -> Cdr:
    cdr = cdr_make(acme, "s-told", callee="600", answered_number="103", caller_display_name="Alice")
    end = cdr.ended_at + timedelta(seconds=250)
    changes = {"ended_at": end, "talk_duration_ms": 296_000}
    quality = {
        f"{side}_quality": {"began_at": 0.0, "points": _points(is_bad=side == "callee")}
        for side in ("caller", "callee")
    }
    told = (
        *STORY,
        (312.0, "call_ended", {"ended_by": "caller", "reason": "Normal call clearing", **quality}),
    )
    with tenant_scope(acme):
        Cdr.objects.filter(pk=cdr.pk).update(**changes)
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=cdr.session_id,
                sequence=sequence,
                at=cdr.started_at + timedelta(seconds=seconds),
                tenant_id=acme.pk,
                kind=kind,
                worker=WORKER,
                data=data,
            )
            for sequence, (seconds, kind, data) in enumerate(told)
        )
    return cdr


def _photograph(page: Page, name: str) -> None:
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.evaluate("document.documentElement.classList.remove('dark')")
    page.set_viewport_size({"width": 1000, "height": 1400})
    page.emulate_media(media="print")
    page.screenshot(path=f"{directory}/{name}-print.png", full_page=True)
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_whole_story_is_drawn_and_told(acme_page: Page, told: Cdr) -> None:
    acme_page.goto(f"/admin/fleet/cdr/{told.pk}/change/")
    ladder = acme_page.locator(".td-ladder")
    for words in ("INVITE 600", "183 Session Progress", "486 Busy Here", "REFER to 103", "1 min 19 s later"):
        expect(ladder).to_contain_text(words)
    course = acme_page.locator(".td-course")
    for words in (
        "Calls 102, a member of 600",
        "102 does not take the call: 486 Busy Here",
        "+4917098765432 transfers 101 to 103 (attended)",
        "101 talks to 103 now",
        "The caller hangs up: Normal call clearing",
        "sip:…@192.0.2.2",
    ):
        expect(course).to_contain_text(words)
    expect(acme_page.locator("body")).not_to_contain_text("secret")
    expect(acme_page.locator(".td-quality-chart")).to_have_count(2)
    callee = acme_page.get_by_role("img", name="Callee 103 over the call: MOS")
    expect(callee.locator("polyline")).to_have_count(2)
    _photograph(acme_page, "call-record")


def test_a_message_leads_to_its_place_in_the_list_by_keyboard(acme_page: Page, told: Cdr) -> None:
    acme_page.goto(f"/admin/fleet/cdr/{told.pk}/change/")
    acme_page.get_by_role("link", name="110.00 s: REFER to 103").focus()
    acme_page.keyboard.press("Enter")
    expect(acme_page.locator("#event-s-told-8")).to_be_in_viewport()
    assert acme_page.evaluate("document.querySelector('li:target').id") == "event-s-told-8"


def test_it_fits_a_small_screen(acme_page: Page, told: Cdr) -> None:
    acme_page.set_viewport_size({"width": 390, "height": 844})
    acme_page.goto(f"/admin/fleet/cdr/{told.pk}/change/")
    expect(acme_page.locator(".td-course")).to_be_visible()
    overflow = acme_page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0
