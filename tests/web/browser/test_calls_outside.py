"""Calls over trunks as the console shows them: while they run, in the list, and as a ladder."""

from __future__ import annotations

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

MOBILE = "+4917098765432"
OUTBOUND = {
    "trunk_id": 7,
    "trunk_name": "Mobile carrier",
    "outbound_caller_id": "4930555",
    "on_behalf_of": "102",
}
STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "call_start",
        {
            "caller": "+33199005500",
            "callee": "493055502",
            "direction": "in",
            "trunk_id": 5,
            "trunk_name": "City line",
            "did": "493055502",
        },
    ),
    ("target_add", {"target_id": "t1", "number": "102", "user_agent": "Bob's phone"}),
    ("target_ringing", {"target_id": "t1", "number": "102", "sip_code": 180}),
    ("target_noanswer", {"target_id": "t1", "number": "102", "sip_code": 480, "reason": "No answer"}),
    ("call_reroute", {"reason": "no_answer", "from_number": "102", "number": MOBILE, "is_outside": True}),
    ("target_add", {"target_id": "t2", "number": MOBILE, **OUTBOUND}),
    (
        "target_ringing",
        {"target_id": "t2", "number": MOBILE, "sip_code": 183, "early_media": True, **OUTBOUND},
    ),
    ("call_established", {"target_id": "t2", "number": MOBILE, "answered_by": "trunk", **OUTBOUND}),
    ("call_ended", {"ended_by": "caller"}),
)


@pytest.fixture
def forwarded(acme: Tenant, worker: FakeWorker) -> Cdr:
    """From outside to Bob, who does not answer, and so outside again; among calls of all directions."""
    return committed(lambda: _make_calls(acme))


def _make_calls(acme: Tenant) -> Cdr:
    came_over = {"direction": "in", "trunk_id": 5, "trunk_name": "City line"}
    went_over = {"answered_by": "trunk", "outbound_trunk_id": 5, "outbound_trunk_name": "City line"}
    cdr_make(acme, "s-out", direction="out", callee="03012345678", **went_over)
    cdr_make(acme, "s-in", **came_over, caller="anonymous", callee="493055501", did="493055501")
    cdr_make(acme, "s-ext")
    cdr = cdr_make(
        acme,
        "s-forwarded",
        **came_over,
        caller="+33199005500",
        caller_display_name="Père Noël",
        callee="493055502",
        did="493055502",
        answered_by="trunk",
        answered_number=MOBILE,
        outbound_trunk_id=7,
        outbound_trunk_name="Mobile carrier",
        outbound_caller_id="4930555",
        on_behalf_of="102",
        rung_extensions=["102"],
    )
    with tenant_scope(acme):
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=cdr.session_id,
                sequence=sequence,
                at=cdr.started_at + timedelta(seconds=sequence),
                tenant_id=acme.pk,
                kind=kind,
                worker=WORKER,
                data=data,
            )
            for sequence, (kind, data) in enumerate(STORY)
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
    page.set_viewport_size({"width": 1280, "height": 800})


def test_the_list_says_which_way_calls_went(acme_page: Page, forwarded: Cdr) -> None:
    acme_page.goto("/admin/fleet/cdr/")
    body = acme_page.locator("#result_list")
    expect(body).to_contain_text("Inbound (City line) → Mobile carrier")
    expect(body).to_contain_text("Outbound (City line)")
    expect(body).to_contain_text("Internal")
    _photograph(acme_page, "records")
    acme_page.goto("/admin/fleet/cdr/?direction=out")
    expect(body).to_contain_text("Outbound (City line)")
    expect(body).not_to_contain_text("Internal")


def test_the_ladder_tells_why_a_call_went_on(acme_page: Page, forwarded: Cdr) -> None:
    acme_page.goto(f"/admin/fleet/cdr/{forwarded.pk}/change/")
    expect(acme_page.locator("body")).to_contain_text("181 Forwarded (no answer)")
    facts = acme_page.locator(".td-facts").last
    for text in ("Came over", "City line", "Went out over", "Mobile carrier", "On behalf of"):
        expect(facts).to_contain_text(text)
    _photograph(acme_page, "record")


def test_a_running_call_shows_its_trunks(acme_page: Page, acme: Tenant, worker: FakeWorker) -> None:
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    trunks = {"trunk_name": "City line", "outbound_trunk_name": "Mobile carrier"}
    # The page may read the list before, between or after these: it comes to the same.
    worker.begin_call(acme, "s1", state="dialling", answered_at=None, **trunks)
    worker.publish(acme, "call_start", 0, session_id="s1", caller="+33199005500", trunk_name="City line")
    worker.publish(acme, "target_add", 1, session_id="s1", number=MOBILE, trunk_name="Mobile carrier")
    phone = acme_page.locator("tr[data-session=s1] [data-phone]")
    expect(phone).to_have_text("City line → Mobile carrier")
    _photograph(acme_page, "running")
