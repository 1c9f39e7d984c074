"""The wallboard follows what happens without a reload, on a desk, on a telephone's width and on a big screen."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from callmanager.domain.live_channel import PUBLISH, publish_arguments
from callmanager.fleet.models import OpenCall, QueueStay, Registration
from callmanager.models import CallQueue
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.call_queue import call_queue_create
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope
from tests.web.asgi_server import committed
from tests.web.calls import FakeWorker, registration_make
from tests.web.queue_calls import BREACHED, left, queue_call_tell, queue_stay_make


def _make() -> None:
    acme = Tenant.objects.get(name="acme")
    with tenant_scope(acme):
        members = [QueueAgentMember("101"), QueueAgentMember("102")]
        call_queue_create(number="8000", name="Sales", members=members, sla_s=20)
        call_queue_create(number="8001", name="Help desk", members=members[:1])
    registration_make(acme, "101", "wall-101")
    queue_stay_make(acme, "w1")
    queue_stay_make(acme, "w2", outcome="abandoned", is_lost=True, waited_ms=47_000)


def _forget() -> None:
    with across_tenants():
        OpenCall.objects.all().delete()
        QueueStay.objects.all().delete()
        Registration.objects.all().delete()
    with tenant_scope(Tenant.objects.get(name="acme")):
        CallQueue.objects.all().delete()


@pytest.fixture
def board(acme_page: Page, worker: FakeWorker) -> Iterator[Page]:
    committed(_make)
    yield acme_page
    committed(_forget)


def happened(worker: FakeWorker, tenant: Tenant) -> None:
    event = {
        "topic": "queue_events",
        "key": "queue_status",
        "tenant_id": tenant.pk,
        "extensions": [],
        "sequence": 1,
        "time": time.time(),
        "data": {"queue": "8000", "status": "caller_waiting"},
    }
    worker.redis.eval(PUBLISH, 2, *publish_arguments(tenant.pk, json.dumps(event)))


def figure(card: Locator, name: str) -> Locator:
    return card.locator(f'[data-figure="{name}"]')


def picture(page: Page, name: str) -> None:
    """Kept where somebody wants to look at it."""
    if directory := os.environ.get("PBX_TEST_PICTURES"):
        page.screenshot(path=Path(directory) / f"{name}.png", full_page=True)


def test_it_follows_callers_and_works_again_after_a_lost_connection(
    board: Page, acme: Tenant, worker: FakeWorker
) -> None:
    board.goto("/admin/wallboard/")
    expect(board.locator("[data-connection]")).to_have_text("Live")
    card = board.get_by_role("article", name="Queue 8000 Sales")
    expect(figure(card, "waiting")).to_have_text("0")
    expect(figure(card, "answered")).to_have_text("1")
    expect(figure(card, "lost")).to_have_text("1")
    expect(card.get_by_text("Nobody waits.")).to_be_visible()
    committed(lambda: queue_call_tell(acme, "b1", BREACHED, ("target_ringing", {"number": "101"}), ago_s=65))
    committed(lambda: queue_call_tell(acme, "b2", caller="004930555", ago_s=10))
    happened(worker, acme)
    expect(figure(card, "waiting")).to_have_text("2")
    expect(figure(card, "longest")).to_have_text(re.compile(r"^01:\d\d$"))
    expect(card.locator("[data-waiting] li").first).to_contain_text("Rings 101")
    expect(card.locator("[data-agents]")).to_contain_text("Ringing")
    expect(board.locator("[data-announce]")).to_contain_text("Sales: 2 callers wait")
    picture(board, "wallboard")
    worker.cut_subscriptions()
    committed(lambda: queue_call_tell(acme, "b3", left("answered", "101"), ago_s=3))
    expect(figure(card, "answered")).to_have_text("2", timeout=20_000)
    expect(board.locator("[data-connection]")).to_have_text("Live", timeout=20_000)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_big_screen_shows_nothing_but_the_board(
    board: Page, acme: Tenant, worker: FakeWorker, theme: str
) -> None:
    committed(lambda: queue_call_tell(acme, "b1", BREACHED, ago_s=65))
    board.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    board.set_viewport_size({"width": 1920, "height": 1080})
    board.goto("/admin/wallboard/screen/")
    expect(board.locator("[data-connection]")).to_have_text("Live")
    card = board.get_by_role("article", name="Queue 8000 Sales")
    expect(figure(card, "waiting")).to_have_text("1")
    assert float(figure(card, "waiting").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) > 60
    expect(board.get_by_role("navigation")).to_have_count(0)
    expect(board.get_by_role("button", name="Full screen")).to_be_visible()
    picture(board, f"wallboard-screen-{theme}")


def test_it_fits_on_a_telephone(board: Page, acme: Tenant, worker: FakeWorker) -> None:
    committed(lambda: queue_call_tell(acme, "b1", BREACHED, ago_s=65))
    board.set_viewport_size({"width": 390, "height": 844})
    board.goto("/admin/wallboard/?queue=8000")
    expect(board.get_by_role("article")).to_have_count(1)
    assert board.evaluate("() => document.documentElement.scrollWidth") <= 390
    picture(board, "wallboard-390")


def test_lost_calls_are_on_the_queues_page_with_a_button_to_call_back(board: Page) -> None:
    board.goto("/admin/callmanager/callqueue/")
    picture(board, "queue-list")
    board.get_by_role("link", name="8000").first.click()
    for tab in ("Options", "Agents", "Notifications", "Lost calls"):
        board.get_by_role("button", name=tab, exact=True).click()
        picture(board, f"queue-{tab}")
    lost = board.get_by_role("table", name="Lost calls")
    expect(lost.locator("tbody tr")).to_have_count(1)
    lost.get_by_role("button", name="Call 00491711 back").click()
    dialog = board.get_by_role("dialog")
    expect(dialog).to_contain_text("Call 00491711")
    picture(board, "queue-call-back")
