"""The form of a trunk in a browser: a country's brands, a brand's facts, and only the fields that there are."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from callmanager.fleet.models import Trunk
from tenants.scope import across_tenants
from tests.web.asgi_server import committed
from tests.web.conftest import WEB_PASSWORD


def _forget_trunks() -> None:
    with across_tenants():
        Trunk.objects.all().delete()


@pytest.fixture
def form(page: Page) -> Iterator[Page]:
    """An administrator adds a trunk."""
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill("root")
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    page.goto("/admin/fleet/trunk/add/")
    yield page
    committed(_forget_trunks)


def test_a_brand_of_a_country_fills_in_its_facts(form: Page) -> None:
    form.locator("#id_country").select_option("DE")
    offered = form.locator("#id_brand option:not([hidden])").all_inner_texts()
    assert "easybell" in offered
    assert "Telnyx" not in offered
    form.locator("#id_brand").select_option("telekom-de")
    expect(form.locator("#id_host")).to_have_value("tel.t-online.de")
    expect(form.locator("#id_transport")).to_have_value("tcp")
    expect(form.locator("#id_reregister_interval_s")).to_have_value("480")
    form.locator("#id_name").fill("Telekom")
    form.locator("#id_authorization_name").fill("acct")
    form.locator("#id_password").fill("s3cret-enough")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator("body")).to_contain_text("Nobody may use this trunk yet")
    assert Trunk.objects.get().brand == "telekom-de"


def test_only_the_fields_of_the_kind_of_trunk_are_shown(form: Page) -> None:
    expect(form.locator("#id_password")).to_be_visible()
    expect(form.locator("#id_called_number_header")).to_be_hidden()
    expect(form.locator("#id_ca_certificates")).to_be_hidden()
    form.locator("#id_transport").select_option("tls")
    expect(form.get_by_label("Check the provider's certificate")).to_be_checked()
    expect(form.locator("#id_ca_certificates")).to_be_visible()
    if directory := os.environ.get("KEEP_SCREENSHOTS"):
        form.screenshot(path=f"{directory}/trunk-form.png", full_page=True)
    form.locator("#id_authentication").select_option("ip")
    expect(form.locator("#id_password")).to_be_hidden()
    expect(form.locator("#id_addresses")).to_be_visible()
    form.locator("#id_authentication").select_option("accept_register")
    expect(form.locator("#id_outbound_proxy")).to_be_hidden()
    expect(form.locator("#id_reregister_interval_s")).to_be_hidden()
    form.locator("#id_called_number_source").select_option("header")
    expect(form.locator("#id_called_number_header")).to_be_visible()
