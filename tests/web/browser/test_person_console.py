"""An extension's console in a browser: its members' calls as they happen, with a way to end the own ones alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.models import Extension, ExtensionGroup
from callmanager.services.extension_group import extension_group_create, group_members_add
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.calls import FakeWorker
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD


@pytest.fixture
def alice_page(page: Page, acme: Tenant) -> Iterator[Page]:
    def begin() -> None:
        with tenant_scope(acme):
            group = extension_group_create(name="Sales", may_use_console=True, may_see_member_calls=True)
            group_members_add(group=group, extensions=Extension.objects.all())

    def end() -> None:
        with tenant_scope(acme):
            ExtensionGroup.objects.filter(name="Sales").delete()

    committed(begin)
    page.goto("/sign-in/")
    page.locator(".td-segments").get_by_text("Extension").click()
    page.locator("[name=extension_number]").fill("101")
    page.get_by_label("SIP domain").fill(ACME_DOMAIN)
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    yield page
    committed(end)


def test_a_chosen_photo_changes_no_other_field_of_the_profile(alice_page: Page) -> None:
    alice_page.goto("/my-extension/profile/")
    alice_page.get_by_label("Photo").set_input_files(
        {"name": "portrait.png", "mimeType": "image/png", "buffer": b"png"}
    )
    expect(alice_page.get_by_label("First name")).to_have_value("")
    expect(alice_page.get_by_label("Last name")).to_have_value("")


def test_calls_of_members_appear_live_and_only_the_own_can_be_ended(
    alice_page: Page, acme: Tenant, worker: FakeWorker
) -> None:
    alice_page.get_by_role("link", name="Live calls").first.click()
    expect(alice_page.locator("[data-connection]")).to_have_text("Live")
    calls = {"bobs": ("102", "109"), "own": ("101", "109"), "others": ("108", "109")}
    for session_id, (caller, callee) in calls.items():
        worker.begin_call(acme, session_id, caller=caller, callee=callee, answered_number=callee)
        worker.publish(acme, "call_start", 0, session_id=session_id, caller=caller, callee=callee)
    expect(alice_page.locator("tr[data-session=own] [data-hang-up]")).to_be_visible()
    expect(alice_page.locator("tr[data-session=bobs]")).to_be_visible()
    expect(alice_page.locator("tr[data-session=bobs] [data-hang-up]")).to_be_hidden()
    expect(alice_page.locator("tr[data-session=others]")).to_have_count(0)
    alice_page.get_by_role("link", name="My extension").first.click()
    alice_page.get_by_role("link", name="Console").click()
    expect(alice_page.locator("body")).to_contain_text("My groups")
