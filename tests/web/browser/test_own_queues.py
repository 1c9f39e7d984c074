"""Agents sign in, out and pause on their own page; managers and the company do it for them on a wallboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.models import CallQueue
from callmanager.selectors.call_queue import QueueAgentMember
from callmanager.services.call_queue import call_queue_create
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.browser.pictures import pictures
from tests.web.calls import FakeWorker
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD


def _make() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        members = [QueueAgentMember("101"), QueueAgentMember("102")]
        call_queue_create(number="8000", name="Sales", members=members)
        call_queue_create(number="8001", name="Help desk", members=members[1:], managers=["101"])


def _forget() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        CallQueue.objects.all().delete()


@pytest.fixture
def queues(page: Page, worker: FakeWorker) -> Iterator[None]:
    committed(_make)
    yield
    committed(_forget)


@pytest.fixture
def alice(page: Page) -> Page:
    page.goto("/sign-in/")
    page.locator(".td-segments").get_by_text("Extension").click()
    page.locator("[name=extension_number]").fill("101")
    page.get_by_label("SIP domain").fill(ACME_DOMAIN)
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/my-extension/")
    return page


@pytest.mark.usefixtures("queues")
def test_an_agent_pauses_on_its_own_page_and_manages_another_queue(alice: Page) -> None:
    alice.get_by_role("link", name="Queues").click()
    sales = alice.get_by_role("form", name="Queue 8000 Sales")
    sales.get_by_label("Reason for the pause").fill("Lunch")
    sales.get_by_role("button", name="Pause").click()
    expect(sales).to_contain_text("Paused: Lunch")
    sales.get_by_role("button", name="Resume").click()
    expect(sales).to_contain_text("Signed in")
    sales.get_by_role("button", name="Sign out").click()
    expect(alice.get_by_role("status").first).to_have_text("Signed out: you are not rung.")
    managed = alice.get_by_role("article", name="Queue 8001 Help desk")
    managed.get_by_role("button", name="Pause: 102 in Help desk").click()
    expect(managed.get_by_text("Paused")).to_be_visible()
    pictures(alice, "own-queues")
    managed.get_by_role("button", name="Resume: 102 in Help desk").press("Enter")
    expect(managed.get_by_role("button", name="Pause: 102 in Help desk")).to_be_visible()


@pytest.mark.usefixtures("queues")
def test_the_company_signs_an_agent_out_on_the_wallboard(acme_page: Page) -> None:
    acme_page.goto("/admin/wallboard/")
    sales = acme_page.get_by_role("article", name="Queue 8000 Sales")
    sales.get_by_role("button", name="Sign out: 102 in Sales").click()
    expect(sales.get_by_role("button", name="Sign in: 102 in Sales")).to_be_visible()
    expect(sales.get_by_text("Signed out")).to_be_visible()
    pictures(acme_page, "wallboard-orders")
