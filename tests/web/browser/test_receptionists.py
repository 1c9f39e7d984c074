"""A virtual receptionist is made in a browser: options added, a prompt spoken, and the picture of where keys lead."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.receptionist import Choice, Menu, MenuOption
from callmanager.models import Receptionist
from callmanager.services.receptionist import receptionist_create
from tenants.models import Tenant, TenantFile
from tenants.scope import across_tenants, tenant_scope
from tests.web.asgi_server import committed

DESKS = "/admin/callmanager/receptionist/"


def _make_night_desk() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        bob = Choice(Destination(DestinationKind.VOICEMAIL, "102"))
        receptionist_create(number="801", name="Night", menu=Menu((MenuOption("1", bob),)))


def _forget_desks() -> None:
    with tenant_scope(Tenant.objects.get(name="acme")):
        Receptionist.objects.all().delete()
    with across_tenants():
        TenantFile.objects.all().delete()


@pytest.fixture
def night_desk(acme_page: Page) -> Iterator[Page]:
    committed(_make_night_desk)
    yield acme_page
    committed(_forget_desks)


def test_a_receptionist_is_made_and_drawn(night_desk: Page, tmp_path: Path) -> None:
    page = night_desk
    page.goto(f"{DESKS}add/")
    page.get_by_label("Virtual receptionist number").fill("800")
    page.get_by_label("Name", exact=False).first.fill("Sales")
    menu = page.locator("[data-menu]").first
    for row, (keys, kind, target) in enumerate(
        (("2", "extension", "101"), ("9", "receptionist", "801"), ("3", "repeat_prompt", ""))
    ):
        menu.get_by_label("Keys").nth(row).fill(keys)
        menu.get_by_label("Action", exact=True).nth(row).select_option(kind)
        menu.get_by_label("Number", exact=True).nth(row).fill(target)
    menu.get_by_role("button", name="Add an option").click()
    expect(menu.get_by_label("Keys").nth(3)).to_be_focused()
    menu.get_by_label("Keys").nth(3).fill("1#")
    menu.get_by_label("Action", exact=True).nth(3).select_option("end_call")
    page.locator("[name=menu_text]").fill("Welcome. For sales, press 2.")
    page.get_by_role("button", name="Save and continue editing").click()
    flow = page.get_by_label("Where the keys lead")
    expect(flow).to_contain_text("the receptionist 801")
    expect(flow).to_contain_text("the mailbox of 102")
    expect(page.get_by_label("Prompt", exact=True).locator("xpath=self::audio")).to_be_visible()
    page.screenshot(path=str(tmp_path / "receptionist.png"), full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_an_action_url_is_added_kept_with_its_password_and_drawn(
    night_desk: Page, settings: Any, tmp_path: Path
) -> None:
    settings.PBX_TENANT_NETWORKS = ("127.0.0.0/8",)
    page = night_desk
    page.goto(f"{DESKS}add/")
    page.get_by_label("Virtual receptionist number").fill("888")
    page.get_by_label("Name", exact=False).first.fill("Sales")
    page.locator("[data-menu]").first.get_by_label("Keys").nth(0).fill("9")
    page.locator("[data-menu]").first.get_by_label("Action", exact=True).nth(0).select_option("receptionist")
    page.locator("[data-menu]").first.get_by_label("Number", exact=True).nth(0).fill("801")
    actions = page.locator(".td-actions")
    for place, (name, matches, target) in enumerate(
        (("Action1", "22;33", "http://127.0.0.1:8090/dest.php"), ("Cards", "860000-880000", "101"))
    ):
        if place:
            actions.get_by_role("button", name="Add an Action URL").click()
        actions.get_by_label("Name of the action").nth(place).fill(name)
        actions.get_by_label("Match list").nth(place).fill(matches)
        actions.get_by_label("URL or number").nth(place).fill(target)
    actions.get_by_label("User name there").nth(0).fill("pbx")
    actions.get_by_label("Password there").nth(0).fill("s3cret-of-theirs")
    page.get_by_role("button", name="Save and continue editing").click()
    flow = page.get_by_label("Where the keys lead")
    expect(flow).to_contain_text("22, 33")
    expect(flow).to_contain_text("asks 127.0.0.1 (Action1)")
    expect(flow).to_contain_text("calls 101 (Cards)")
    expect(actions.get_by_label("Password there").nth(0)).to_have_value("")
    assert "s3cret-of-theirs" not in page.content()
    actions.get_by_label("Match list").nth(0).fill("22;22")
    page.get_by_role("button", name="Save and continue editing").click()
    page.screenshot(path=str(tmp_path / "wrong.png"), full_page=True)
    expect(page.get_by_text("22 stands there twice")).to_be_visible()
    actions.get_by_label("Match list").nth(0).fill("44")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(flow).to_contain_text("44")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in ("light", "dark"):
            page.evaluate("dark => document.documentElement.classList.toggle('dark', dark)", scheme == "dark")
            page.screenshot(path=str(tmp_path / f"actions-{width}-{scheme}.png"), full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width


def test_what_is_wrong_with_an_option_stands_beside_the_menu(night_desk: Page) -> None:
    page = night_desk
    page.goto(f"{DESKS}add/")
    page.get_by_label("Virtual receptionist number").fill("802")
    page.get_by_label("Name", exact=False).first.fill("Broken")
    menu = page.locator("[data-menu]").first
    menu.get_by_label("Keys").nth(0).fill("1#2")
    menu.get_by_label("Number", exact=True).nth(0).fill("101")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("can't be pressed")).to_be_visible()
    expect(page.locator("[data-menu]").first.get_by_label("Keys").nth(0)).to_have_value("1#2")
