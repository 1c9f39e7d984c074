"""A brand as people see it: logo, name and colours on the sign-in page, in the console, on an extension's own page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tenants.models import Tenant
from tenants.services.brand import brand_remove
from tests.web.asgi_server import committed
from tests.web.brands import brand_make, picture
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD

TEAL, DARK_TEAL = "rgb(15, 118, 110)", "rgb(4, 44, 41)"


@pytest.fixture(autouse=True)
def _no_brand_is_left(asgi_server: object, acme: Tenant) -> Iterator[None]:
    website, name = acme.website, acme.display_name
    yield

    def end() -> None:
        for tenant in (acme, None):
            brand_remove(tenant=tenant)
        Tenant.objects.filter(pk=acme.pk).update(website=website, display_name=name)

    committed(end)


@pytest.fixture
def branded(acme: Tenant) -> None:
    committed(lambda: brand_make(acme))


def colour_of(page: Page, selector: str, name: str = "background-color") -> str:
    shown: str = page.locator(selector).first.evaluate(
        f"one => getComputedStyle(one).getPropertyValue('{name}')"
    )
    return shown


def sees_logo(page: Page) -> None:
    logo = page.locator("img.td-logo-light:visible").first
    expect(logo).to_have_js_property("complete", True)
    assert logo.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [320, 80]
    box = logo.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(4, abs=0.6)


def sign_in(page: Page, fields: dict[str, str]) -> None:
    for label, value in fields.items():
        page.get_by_role("textbox", name=label, exact=True).fill(value)
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_from_the_sign_in_page_to_the_console_and_back(page: Page, branded: None) -> None:
    page.goto("/sign-in/?tenantname=acme")
    expect(page).to_have_title("Sign in · Acme Phone")
    sees_logo(page)
    assert colour_of(page, ".td-button-primary") == TEAL
    assert colour_of(page, ".td-sign-in-brand") == DARK_TEAL
    page.get_by_role("link", name="Forgotten your password?").click()
    expect(page).to_have_title("Forgotten password · Acme Phone")
    page.get_by_role("link", name="Back to sign-in").click()
    page.get_by_label("User name or e-mail").fill("acme")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Unknown name or wrong password")
    expect(page).to_have_title("Sign in · Acme Phone")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    expect(page).to_have_title("Dashboard · Acme Phone")
    sees_logo(page)
    assert colour_of(page, ":root", "--color-primary-600") == "#0f766e"
    assert colour_of(page, ".td-icon", "color") == TEAL
    icon = page.locator("link[rel=icon]").get_attribute("href")
    assert icon is not None
    answer = page.request.get(icon)
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    expect(page.get_by_text("Tandem")).to_have_count(0)
    page.evaluate('document.querySelector(\'form[action$="logout/"], form[action$="sign-out/"]\').submit()')
    page.wait_for_url("**/sign-in/?tenantname=acme")
    expect(page).to_have_title("Sign in · Acme Phone")


def test_an_extension_sees_its_companys_and_the_stranger_does_not(page: Page, branded: None) -> None:
    page.goto("/sign-in/")
    expect(page).to_have_title("Sign in · Tandem")
    page.get_by_text("Extension", exact=True).first.click()
    sign_in(page, {"Extension": "101", "SIP domain": ACME_DOMAIN})
    page.wait_for_url("**/my-extension/")
    expect(page).to_have_title("Extension 101 · Acme Phone")
    sees_logo(page)
    expect(page.get_by_role("link", name="Help")).to_have_attribute("href", "https://acme.example/help")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/?tenantname=acme")
    page.goto("/sign-in/?tenantname=globex")
    expect(page).to_have_title("Sign in · Tandem")
    sign_in(page, {"User name or e-mail": "globex"})
    page.wait_for_url("**/admin/")
    expect(page).to_have_title("Dashboard · Tandem")
    expect(page.locator(".td-logo")).to_have_count(0)


def test_the_page_takes_what_is_typed_picked_and_chosen(acme_page: Page, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(picture())
    acme_page.goto("/admin/brand/")
    acme_page.get_by_label("Brand name").fill("Acme Phone")
    acme_page.get_by_label("Accent colour", exact=True).fill("#facc15")
    expect(acme_page.get_by_label("Pick: Accent colour")).to_have_value("#facc15")
    acme_page.get_by_role("button", name="Save").click()
    expect(acme_page.get_by_role("alert")).to_contain_text("contrast of 1.5 to 1")
    acme_page.get_by_label("Pick: Accent colour").fill("#0f766e")
    expect(acme_page.get_by_label("Accent colour", exact=True)).to_have_value("#0f766e")
    acme_page.get_by_label("Logo", exact=True).set_input_files(logo)
    acme_page.get_by_role("button", name="Save").click()
    expect(acme_page.locator("body")).to_contain_text("The brand is saved")
    sees_logo(acme_page)
    assert colour_of(acme_page, ".td-button-primary") == TEAL
