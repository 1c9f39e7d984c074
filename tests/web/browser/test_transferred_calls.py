"""A transfer as the console shows it: while it happens, and drawn with the call that was joined."""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callmanager.fleet.models import Cdr
from callmanager.services.cdr import cdrs_assemble
from tenants.models import Tenant
from tenants.scope import across_tenants
from tests.web.asgi_server import committed
from tests.web.callmanager.recorded_calls import tell
from tests.web.calls import FakeWorker

TRANSFER = {
    "transfer": "attended",
    "side": "callee",
    "transferor": "102",
    "transferee": "101",
    "transfer_target": "103",
}
CAROL = {"target_id": "t2", "number": "103", "user_agent": "Carol's phone", "contact": "sip:103@192.0.2.3"}
SEAT = {**TRANSFER, **CAROL, "display_name": "Carol", "answered_by": "extension"}


@pytest.fixture
def transferred(acme: Tenant) -> Cdr:
    return committed(lambda: _make_calls(acme))


def _make_calls(acme: Tenant) -> Cdr:
    came: dict[str, Any] = {**SEAT, "from_session": "s2", "from_call_id": "c2"}
    held = {"side": "callee", "aor": "102@acme", "peer_aor": "101@acme"}
    first = (
        ("call_hold", 3.0, held),
        ("transfer_started", 6.0, TRANSFER),
        ("call_transferred", 6.1, came),
        ("target_ended", 6.2, {"target_id": "t1", "number": "102", "reason": "Transferred the call"}),
    )
    second = (
        ("target_add", 3.5, CAROL),
        (
            "call_moved",
            6.1,
            {"reason": "transfer", "target_id": "t2", "to_session": "s1", "to_call_id": "c1"},
        ),
    )
    tell(acme, *first, session_id="s1", call_id="c1")
    tell(acme, *second, session_id="s2", call_id="c2", caller="102", callee="103")
    cdrs_assemble(session_ids=["s1", "s2"])
    with across_tenants():
        return Cdr.objects.get(session_id="s1")


def _photograph(page: Page, name: str) -> None:
    directory = os.environ.get("KEEP_SCREENSHOTS")
    if not directory:
        return
    for theme, width in (("light", 1280), ("dark", 1280), ("light", 390)):
        page.evaluate(f"document.documentElement.classList.toggle('dark', {str(theme == 'dark').lower()})")
        page.set_viewport_size({"width": width, "height": 800})
        page.screenshot(path=f"{directory}/{name}-{theme}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_record_draws_the_call_that_was_joined(acme_page: Page, transferred: Cdr) -> None:
    acme_page.goto(f"/admin/fleet/cdr/{transferred.pk}/change/")
    body = acme_page.locator("body")
    for text in ("REFER to 103", "NOTIFY 200 OK", "goes on in another call", "102 → 103"):
        expect(body).to_contain_text(text)
    _photograph(acme_page, "transferred")
    acme_page.get_by_role("link", name="102 → 103").click()
    expect(acme_page.locator("body")).to_contain_text("101 → 102")


def test_a_running_call_says_who_talks_now(acme_page: Page, acme: Tenant, worker: FakeWorker) -> None:
    acme_page.goto("/admin/live-calls/")
    expect(acme_page.locator("[data-connection]")).to_have_text("Live")
    worker.begin_call(acme, "s1", state="talking")
    worker.publish(acme, "call_start", 0, session_id="s1", caller="101", callee="102")
    row = acme_page.locator("tr[data-session=s1]")
    expect(row).to_be_visible()
    # As a worker does: the page may read the list anew at any moment.
    worker.begin_call(acme, "s1", state="talking", transferring_to="103")
    worker.publish(acme, "transfer_started", 1, session_id="s1", **TRANSFER)
    expect(row).to_contain_text("Being transferred to 103")
    worker.begin_call(
        acme, "s1", state="talking", is_transferred=True, answered_number="103", rung=["102", "103"]
    )
    worker.publish(acme, "call_transferred", 2, session_id="s1", **SEAT)
    expect(row).to_contain_text("101 talks to 103")
    _photograph(acme_page, "live-transfer")
