"""One sign-in page for three kinds of people."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.models import Tenant
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD

ACCOUNT = {"sign_in_as": "account", "username": "acme", "password": WEB_PASSWORD}
ALICE = {
    "sign_in_as": "extension",
    "extension_number": "101",
    "sip_domain": ACME_DOMAIN,
    "password": WEB_PASSWORD,
}


@pytest.mark.parametrize(
    ("form", "landing"),
    [
        pytest.param({**ACCOUNT, "username": "root"}, "/admin/", id="administrator"),
        pytest.param(ACCOUNT, "/admin/", id="tenant"),
        pytest.param(ALICE, "/my-extension/", id="extension"),
    ],
)
def test_everybody_lands_where_their_work_is(acme: Tenant, form: dict[str, str], landing: str) -> None:
    client = Client()
    answer = client.post("/sign-in/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, landing)
    assert client.get(landing, follow=True).status_code == 200


def test_the_session_key_changes_at_sign_in(client: Client, acme: Tenant) -> None:
    client.session["before"] = "x"
    client.get("/sign-in/")
    session = client.session
    session["before"] = "x"
    session.save()
    before = session.session_key
    client.post("/sign-in/", ACCOUNT)
    assert client.session.session_key != before


def test_a_forged_form_is_refused(acme: Tenant) -> None:
    assert Client(enforce_csrf_checks=True).post("/sign-in/", ACCOUNT).status_code == 403


@pytest.mark.parametrize(
    ("form", "status", "text"),
    [
        pytest.param({**ACCOUNT, "password": "no"}, 401, "Unknown name or wrong password", id="wrong"),
        pytest.param({**ACCOUNT, "username": ""}, 400, "This field is required", id="no-name"),
        pytest.param({**ALICE, "sip_domain": ""}, 400, "This field is required", id="no-domain"),
        pytest.param({**ALICE, "sip_domain": "globex.exampl"}, 401, "Unknown name", id="wrong-domain"),
    ],
)
def test_a_refusal_says_what_may_be_said(
    client: Client, acme: Tenant, form: dict[str, str], status: int, text: str
) -> None:
    answer = client.post("/sign-in/", form)
    assert answer.status_code == status
    assert text in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_ten_failures_lock_the_name(client: Client, acme: Tenant) -> None:
    for _ in range(10):
        client.post("/sign-in/", {**ACCOUNT, "password": "wrong"})
    answer = client.post("/sign-in/", ACCOUNT)
    assert (answer.status_code, "Too many failures" in answer.content.decode()) == (429, True)


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/my-extension/"]
)
def test_a_foreign_or_foreign_roles_next_page_is_ignored(client: Client, acme: Tenant, wanted: str) -> None:
    assert client.post("/sign-in/", {**ACCOUNT, "next": wanted}).headers["Location"] == "/admin/"


def test_the_page_that_was_wanted_is_shown_after_signing_in(client: Client, acme: Tenant) -> None:
    refused = client.get("/admin/live-calls/", follow=True)
    assert refused.redirect_chain[-1][0].startswith("/sign-in/?next=")
    answer = client.post("/sign-in/", {**ACCOUNT, "next": "/admin/fleet/cdr/"})
    assert answer.headers["Location"] == "/admin/fleet/cdr/"


def test_signing_out_takes_a_post(acme_browser: Client) -> None:
    assert acme_browser.get("/sign-out/").status_code == 405
    assert acme_browser.post("/sign-out/").status_code == 302
    assert acme_browser.get("/admin/live-calls/").status_code == 302


def test_a_tenant_name_that_can_not_be_shows_the_plain_page(client: Client, acme: Tenant) -> None:
    assert client.get("/sign-in/?tenantname=%00").status_code == 200
