"""Chromium reports no page that breaks the content security policy."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import ConsoleMessage, Page

from pbxsite.console.sites import platform_site, tenant_site
from tests.web.conftest import WEB_PASSWORD

ACCOUNT_PAGES = [f"/account/{name}" for name in ("", "password/", "two-factor/", "sessions/", "tokens/")]


def pages_of(site: object, urlconf: str) -> list[str]:
    """Every list and every empty form of the site's models, and its pages that are no model's."""
    names = [model._meta.label_lower.replace(".", "_") for model in site._registry]  # type: ignore[attr-defined]
    lists = [reverse(f"admin:{name}_changelist", urlconf=urlconf) for name in names]
    forms = [reverse(f"admin:{name}_add", urlconf=urlconf) for name in names]
    return ["/admin/", *lists, *forms, "/admin/sign-in-rules/", *ACCOUNT_PAGES]


def sign_in(page: Page, username: str) -> None:
    page.goto("/sign-in/")
    page.get_by_label("User name or e-mail").fill(username)
    page.get_by_label("Password").fill(WEB_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/**")


@pytest.fixture
def violations(page: Page) -> list[str]:
    found: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            found.append(f"{page.url}: {message.text}")

    page.on("console", note)
    return found


def visit(page: Page, paths: list[str]) -> None:
    for path in paths:
        answer = page.goto(path)
        assert answer is not None
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert (
            "unsafe-inline"
            not in answer.headers["content-security-policy"].split("script-src")[1].split(";")[0]
        )


def test_no_page_of_a_tenants_console_breaks_the_policy(page: Page, violations: list[str]) -> None:
    sign_in(page, "acme")
    visit(page, [*pages_of(tenant_site, "pbxsite.urls_tenant"), "/admin/live-calls/"])
    assert violations == []


def test_no_page_of_the_platforms_console_breaks_the_policy(page: Page, violations: list[str]) -> None:
    sign_in(page, "root")
    visit(page, pages_of(platform_site, "pbxsite.urls"))
    assert violations == []


def test_no_page_before_signing_in_breaks_the_policy(page: Page, violations: list[str]) -> None:
    visit(page, ["/sign-in/", "/password-reset/", "/password-reset/none/"])
    page.goto("/api/docs/")
    page.get_by_text("Tandem REST API").first.wait_for()
    assert violations == []
