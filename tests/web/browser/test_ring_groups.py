"""Ring groups in a browser: members by a click, their order by dragging and by keys; pages that fit a phone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.models import Extension, PagingSettings, RingGroup
from callmanager.selectors.ring_group import ring_group_list, ring_group_members
from callmanager.services.extension import extension_create
from callmanager.services.ring_group import ring_group_delete
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.asgi_server import committed
from tests.web.browser.pictures import pictures

GROUPS = "/admin/callmanager/ringgroup/"
MORE = {"7201": "Carol Carpenter", "7202": "Dave with a name that is longer than most"}


def _make() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        for number, name in MORE.items():
            extension_create(number=number, display_name=name, sip_password="s1p-Password-of-Many")


def _forget() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        for group in RingGroup.objects.all():
            ring_group_delete(group=group)
        Extension.objects.filter(number__in=MORE).delete()
        PagingSettings.objects.all().delete()


@pytest.fixture
def acme(acme_page: Page) -> Iterator[Page]:
    committed(_make)
    yield acme_page
    committed(_forget)


def _order(page: Page) -> list[str]:
    return page.locator("[data-members-list] li strong").all_inner_texts()


def _stored() -> list[str]:
    found: list[str] = []

    def read() -> None:
        with tenant_scope(Tenant.objects.get(name="acme")):
            found.extend(one.number for one in ring_group_members(ring_group_list().get()))

    committed(read)
    return found


def test_members_are_clicked_together_and_put_in_order(acme: Page) -> None:
    page = acme
    page.goto(f"{GROUPS}add/")
    page.get_by_label("Ring group number").fill("9000")
    page.get_by_label("Ring group name").fill("Sales")
    pick = page.get_by_role("list", name="Extensions that can be added")
    for number in ("101", "7201", "7202"):
        pick.get_by_role("button", name=number).click()
    page.get_by_label("A number outside").fill("004917012345")
    page.get_by_label("A number outside").press("Enter")
    assert _order(page) == ["101", "7201", "7202", "004917012345"]
    # A second click takes away again.
    pick.get_by_role("button", name="7202").click()
    assert _order(page) == ["101", "7201", "004917012345"]
    page.get_by_placeholder("Number or name").fill("dave")
    expect(pick.get_by_role("button")).to_have_count(1)
    pick.get_by_role("button").click()
    page.get_by_placeholder("Number or name").fill("")
    page.get_by_role("button", name="Move 7201 up").press("Enter")
    expect(page.get_by_role("button", name="Move 7201 up")).to_be_focused()
    assert _order(page) == ["7201", "101", "004917012345", "7202"]
    rows = page.locator("[data-members-list] li")
    rows.nth(3).drag_to(rows.nth(0), target_position={"x": 60, "y": 4})
    assert _order(page) == ["7202", "7201", "101", "004917012345"]
    page.get_by_label("If nobody answers").select_option("voicemail")
    page.get_by_label("Number", exact=True).fill("102")
    pictures(page, "ring-group")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("voicemail of 102")).to_be_visible()
    assert _stored() == ["7202", "7201", "101", "004917012345"]
    pictures(page, "ring-groups")
    page.goto("/admin/call-simulator/?from=extension&extension=102&called=9000")
    expect(page.get_by_text("Rings the group Sales (9000)").first).to_be_visible()
    pictures(page, "ring-group-simulated")


def test_what_is_wrong_keeps_what_was_chosen(acme: Page) -> None:
    page = acme
    page.goto(f"{GROUPS}add/")
    page.get_by_label("Ring group number").fill("101")
    page.get_by_label("Ring group name").fill("Sales")
    page.get_by_role("button", name="7201 Carol").click()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("101 is an extension.")).to_be_visible()
    assert _order(page) == ["7201"]
    pictures(page, "ring-group-wrong")


def test_the_page_of_paging_says_how_it_is_dialled(acme: Page) -> None:
    page = acme
    page.goto("/admin/paging/")
    expect(page.get_by_text("*11101")).to_be_visible()
    page.get_by_label("Alert-Info header").select_option("Ring Answer")
    page.get_by_label("Call-Info header").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Alert-Info: Ring Answer")).to_be_visible()
    expect(page.get_by_text("answer-after=0;", exact=False)).to_have_count(0)
    pictures(page, "paging")
