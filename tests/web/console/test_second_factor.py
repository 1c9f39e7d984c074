"""Two-factor sign-in in the console: the second step, setting it up, being made to."""

from __future__ import annotations

import re

from django.test import Client

from tenants.models import SecondFactor, Tenant, User
from tenants.services.second_factor import is_second_factor_on, sign_in_rule_update
from tenants.services.user import user_set_password
from tests.web.conftest import ACME_DOMAIN, WEB_PASSWORD
from tests.web.console.conftest import SignedIn
from tests.web.second_factor import code_now, second_factor_on

ACCOUNT = {"sign_in_as": "account", "username": "acme", "password": WEB_PASSWORD}
ALICE = {
    "sign_in_as": "extension",
    "extension_number": "101",
    "sip_domain": ACME_DOMAIN,
    "password": WEB_PASSWORD,
}


def user(name: str = "acme") -> User:
    return User.objects.get(username=name)


def test_the_session_begins_after_the_second_step(client: Client, acme: Tenant) -> None:
    factor, _ = second_factor_on(user())
    first = client.post("/sign-in/", {**ACCOUNT, "next": "/admin/fleet/cdr/"})
    assert first.headers["Location"] == "/sign-in/code/"
    assert client.get("/admin/").status_code == 302
    assert "_auth_user_id" not in client.session
    before = client.session.session_key
    assert client.get("/sign-in/code/").status_code == 200
    assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 401
    done = client.post("/sign-in/code/", {"code": code_now(factor.secret)})
    assert done.headers["Location"] == "/admin/fleet/cdr/"
    assert client.session.session_key != before
    assert client.get("/admin/").status_code == 200


def test_the_second_step_alone_leads_nowhere(client: Client, acme: Tenant) -> None:
    factor, _ = second_factor_on(user())
    assert client.get("/sign-in/code/").headers["Location"] == "/sign-in/"
    client.post("/sign-in/", ACCOUNT)
    user_set_password(user=user(), password="quite-another-1")
    answer = client.post("/sign-in/code/", {"code": code_now(factor.secret)})
    assert answer.headers["Location"] == "/sign-in/"


def test_ten_wrong_codes_lock(client: Client, acme: Tenant) -> None:
    factor, _ = second_factor_on(user())
    client.post("/sign-in/", ACCOUNT)
    for _ in range(10):
        client.post("/sign-in/code/", {"code": "000000"})
    assert client.post("/sign-in/code/", {"code": code_now(factor.secret)}).status_code == 429


def test_it_is_set_up_on_the_account_page(signed_in: SignedIn) -> None:
    browser = signed_in("101@acme")
    assert "Set up" in browser.get("/account/two-factor/").content.decode()
    page = browser.post("/account/two-factor/set-up/").content.decode()
    assert "<svg" in page
    secret = SecondFactor.objects.get(user__username="101@acme").secret
    assert browser.post("/account/two-factor/set-up/", {"code": "000000"}).status_code == 400
    codes = re.findall(
        r"data-recovery-code>([^<]+)<",
        browser.post("/account/two-factor/set-up/", {"code": code_now(secret)}).content.decode(),
    )
    assert len(codes) == 10
    assert is_second_factor_on(user("101@acme"))
    again = Client()
    assert again.post("/sign-in/", ALICE).headers["Location"] == "/sign-in/code/"
    assert again.post("/sign-in/code/", {"code": codes[3]}).headers["Location"] == "/my-extension/"
    assert browser.post("/account/two-factor/codes/", {"code": codes[4]}).status_code == 200
    assert browser.post("/account/two-factor/off/", {"code": codes[5]}).status_code == 400
    assert is_second_factor_on(user("101@acme"))


def test_who_must_set_it_up_can_do_nothing_else(signed_in: SignedIn, acme: Tenant) -> None:
    sign_in_rule_update(tenant=acme, second_factor_for=["owner"])
    browser = signed_in("acme")
    assert browser.get("/admin/").headers["Location"] == "/account/two-factor/"
    assert browser.post("/admin/callmanager/extension/add/", {}).status_code == 403
    browser.post("/account/two-factor/set-up/")
    secret = SecondFactor.objects.get(user__username="acme").secret
    browser.post("/account/two-factor/set-up/", {"code": code_now(secret)})
    assert browser.get("/admin/").status_code == 200
    assert signed_in("globex").get("/admin/").status_code == 200


def test_owners_set_the_rule_and_others_do_not(
    acme_browser: Client, signed_in: SignedIn, acme: Tenant
) -> None:
    page = "/admin/sign-in-rules/"
    assert acme_browser.get(page).status_code == 200
    assert acme_browser.post(page, {"second_factor_for": ["auditor", "extension"]}).status_code == 302
    assert 'value="auditor" id="id_second_factor_for_2" checked' in acme_browser.get(page).content.decode()
    assert signed_in("root").post(page, {"second_factor_for": ["extension"]}).status_code == 400
    assert "checked" not in signed_in("globex").get(page).content.decode()


def test_an_owner_resets_a_lost_factor(acme_browser: Client, globex_browser: Client) -> None:
    second_factor_on(user("101@acme"))
    path = f"/admin/tenants/user/{user('101@acme').pk}/reset-second-factor/"
    assert globex_browser.post(path).status_code == 404
    assert acme_browser.post(path).status_code == 302
    assert not is_second_factor_on(user("101@acme"))
