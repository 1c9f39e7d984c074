"""A browser, a server, and Acme's people. Pages read what is committed: tests write by `committed`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from callmanager.fleet.models import Cdr, StoredCallEvent, WorkerNode
from tenants.models import AuditEntry
from tenants.scope import across_tenants
from tests.web.asgi_server import AsgiServer, committed
from tests.web.calls import FakeWorker
from tests.web.conftest import WEB_PASSWORD

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Debian's package chromium is not installed")
    # Playwright runs an event loop in this thread: Django would take that for a mistake, and no other test
    # may need a loop of its own meanwhile, so it ends with the module.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page(browser: Browser, asgi_server: AsgiServer, db: None) -> Iterator[Page]:
    """Fails the test for any script error and any request that the server can't answer."""
    context = browser.new_context(base_url=asgi_server.url, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "response",
        lambda answer: problems.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
    )
    yield page
    context.close()
    committed(lambda: AuditEntry.objects.all().delete())
    assert problems == []


@pytest.fixture
def acme_page(page: Page) -> Page:
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill("acme")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def worker(redis_url: str, asgi_server: AsgiServer) -> Iterator[FakeWorker]:
    worker = FakeWorker(redis_url)
    committed(worker.register)
    yield worker
    committed(_forget_calls)
    worker.close()


def _forget_calls() -> None:
    with across_tenants():
        Cdr.objects.all().delete()
        StoredCallEvent.objects.all().delete()
    WorkerNode.objects.all().delete()
