"""One sign-in at a time: by REST as by the console, and each ends the other's. Tokens made on purpose stay."""

from __future__ import annotations

import pytest
from django.test import Client

from tenants.models import ApiToken, Tenant, User
from tenants.services.api_token import api_token_create
from tests.web.api.conftest import Rest
from tests.web.conftest import WEB_PASSWORD


@pytest.fixture
def one_at_a_time(acme: Tenant) -> Tenant:
    Tenant.objects.filter(pk=acme.pk).update(is_concurrent_sign_in_allowed=False)
    return acme


def by_rest(username: str = "acme") -> Rest:
    name = {"email": username} if "@" in username else {"username": username}
    answer = Rest().post("/api/auth/login", {**name, "password": WEB_PASSWORD})
    return Rest(answer.body["token"])


def by_console(username: str = "acme") -> Client:
    browser = Client()
    form = {"sign_in_as": "account", "username": username, "password": WEB_PASSWORD}
    assert browser.post("/sign-in/", form).status_code == 302
    return browser


def is_in(who: Rest | Client) -> bool:
    if isinstance(who, Rest):
        return who.get("/api/auth/me").status == 200
    return who.get("/account/").status_code == 200


def test_without_the_switch_everybody_stays(acme: Tenant) -> None:
    first, browser, second = by_rest(), by_console(), by_rest()
    assert is_in(first)
    assert is_in(browser)
    assert is_in(second)


def test_a_sign_in_by_rest_ends_those_before_it(one_at_a_time: Tenant) -> None:
    first, browser = by_rest(), by_console()
    second = by_rest()
    assert not is_in(first)
    assert not is_in(browser)
    assert is_in(second)


def test_a_sign_in_to_the_console_ends_that_by_rest(one_at_a_time: Tenant) -> None:
    rest = by_rest()
    assert is_in(by_console())
    assert not is_in(rest)


def test_a_token_made_on_purpose_is_no_sign_in(one_at_a_time: Tenant) -> None:
    made = Rest(by_rest().post("/api/api_tokens", {"name": "wallboard"}).body["token"])
    _, secret = api_token_create(user=User.objects.get(username="acme"), name="login")
    by_console()
    by_rest()
    assert is_in(made)
    assert is_in(Rest(secret))
    listed = {row["name"]: row["is_sign_in"] for row in made.get("/api/api_tokens").body["results"]}
    assert listed["wallboard"] is False


def test_other_people_stay_signed_in(one_at_a_time: Tenant, globex: Tenant) -> None:
    alice, stranger, root = by_rest("101@acme.example"), by_rest("globex"), by_rest("root")
    by_rest("acme")
    assert is_in(alice)
    assert is_in(stranger)
    assert is_in(root)
    by_rest("root")
    assert is_in(root)


def test_a_refused_sign_in_ends_nothing(one_at_a_time: Tenant) -> None:
    rest = by_rest()
    assert Rest().post("/api/auth/login", {"username": "acme", "password": "wrong"}).status == 401
    assert is_in(rest)
    assert ApiToken.objects.filter(user__username="acme", is_sign_in=True, revoked_at=None).count() == 1
