"""Signing in for a token: three forms, one lock-out, nothing learned from a refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from callmanager.selectors.extension import extension_get
from callmanager.services.extension import extension_update
from tenants.models import ApiToken, Tenant
from tenants.scope import tenant_scope
from tenants.services.tenant import tenant_disable
from tenants.sign_in import client_ip
from tests.web.api.conftest import Rest
from tests.web.conftest import ACME_DOMAIN, GLOBEX_DOMAIN, WEB_PASSWORD, Cast

ALICE = {"extension_number": "101", "sip_domain": ACME_DOMAIN, "password": WEB_PASSWORD}


@pytest.mark.parametrize("path", ["/api/auth/login", "/api/auth/login/"])
def test_an_administrator_signs_in_with_and_without_a_trailing_slash(nobody: Rest, path: str) -> None:
    answer = nobody.post(path, {"username": "root", "password": WEB_PASSWORD})
    assert answer.status == 200
    assert answer.body["role"] == "administrator"
    assert answer.body["expires_at"].endswith("Z")
    assert Rest(answer.body["token"]).get("/api/auth/me").body["username"] == "root"


def test_an_extension_signs_in_with_number_and_domain(nobody: Rest, acme: Tenant) -> None:
    me = Rest(nobody.post("/api/auth/login", ALICE).body["token"]).get("/api/auth/me").body
    assert (me["role"], me["extension_number"], me["tenant"]["name"]) == ("extension", "101", "acme")


def test_the_same_number_at_another_domain_is_somebody_else(nobody: Rest, globex: Tenant) -> None:
    answer = nobody.post("/api/auth/login", {**ALICE, "sip_domain": GLOBEX_DOMAIN})
    assert Rest(answer.body["token"]).get("/api/auth/me").body["tenant"]["name"] == "globex"


def test_an_email_address_signs_in_whom_it_belongs_to(nobody: Rest, acme: Tenant) -> None:
    with tenant_scope(acme):
        extension_update(extension=extension_get(number="101"), email="alice@acme.example")
    answer = nobody.post("/api/auth/login", {"email": "Alice@acme.example", "password": WEB_PASSWORD})
    assert answer.body["role"] == "extension"


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        pytest.param({}, ("password", "required"), id="nothing"),
        pytest.param({"password": "x"}, (None, "sign_in_form"), id="nobody"),
        pytest.param(
            {"username": "acme", "email": "a@b.example", "password": "x"},
            (None, "sign_in_form"),
            id="two-forms",
        ),
        pytest.param(
            {"extension_number": "101", "password": "x"}, ("sip_domain", "required"), id="no-domain"
        ),
        pytest.param({"username": ["acme"], "password": "x"}, ("username", "invalid"), id="not-a-string"),
        pytest.param({"username": "acme", "password": "x" * 300}, ("password", "max_length"), id="too-long"),
    ],
)
def test_a_wrong_form_names_field_and_rule(
    nobody: Rest, form: dict[str, Any], problem: tuple[str | None, str]
) -> None:
    answer = nobody.post("/api/auth/login", form)
    assert answer.status == 400
    assert problem in answer.problems


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"username": "acme", "password": "wrong"}, id="wrong-password"),
        pytest.param({"username": "no-such", "password": WEB_PASSWORD}, id="unknown-name"),
        pytest.param({"email": "a" * 320, "password": WEB_PASSWORD}, id="name-longer-than-any"),
        pytest.param({**ALICE, "sip_domain": "nowhere.example"}, id="unknown-domain"),
        pytest.param({"username": "101@acme", "password": WEB_PASSWORD}, id="internal-name-of-an-extension"),
    ],
)
def test_all_refusals_look_the_same(nobody: Rest, form: dict[str, str]) -> None:
    answer = nobody.post("/api/auth/login", form)
    assert answer.status == 401
    assert answer.body == {
        "errors": [
            {"code": "authentication_failed", "field": None, "message": "Unknown name or wrong password."}
        ]
    }


def test_ten_failures_lock_the_name_for_the_right_password_too(nobody: Rest) -> None:
    for _ in range(10):
        nobody.post("/api/auth/login", {"username": "acme", "password": "wrong"})
    locked = nobody.post("/api/auth/login", {"username": "acme", "password": WEB_PASSWORD})
    assert (locked.status, locked.problems) == (429, {(None, "locked")})
    other = nobody.post("/api/auth/login", {"username": "globex", "password": WEB_PASSWORD})
    assert other.status == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "seen"),
    [
        pytest.param("192.0.2.1", "", "192.0.2.1", id="direct"),
        pytest.param("127.0.0.1", "203.0.113.5", "203.0.113.5", id="through-our-proxy"),
        pytest.param("127.0.0.1", "6.6.6.6, 203.0.113.5", "203.0.113.5", id="forged-before-our-proxy"),
        pytest.param("192.0.2.1", "6.6.6.6", "192.0.2.1", id="forged-without-our-proxy"),
        pytest.param("127.0.0.1", "rubbish", "127.0.0.1", id="unreadable"),
        pytest.param("", "2001:db8::1", "2001:db8::1", id="proxy-over-a-unix-socket"),
    ],
)
def test_an_address_is_believed_from_our_own_proxy_only(
    rf: RequestFactory, peer: str, forwarded: str, seen: str
) -> None:
    request = rf.get("/", headers={"X-Forwarded-For": forwarded} if forwarded else {}, REMOTE_ADDR=peer)
    assert client_ip(request) == seen


def test_failures_from_one_address_lock_nobody_out_elsewhere(cast: Cast) -> None:
    def sign_in(address: str, password: str) -> int:
        form = {"username": "acme", "password": password}
        headers = {"X-Forwarded-For": address}
        return (
            Client()
            .post("/api/auth/login", form, content_type="application/json", headers=headers)
            .status_code
        )

    for _ in range(10):
        sign_in("203.0.113.66", "wrong")
    assert sign_in("203.0.113.66", WEB_PASSWORD) == 429
    assert sign_in("198.51.100.7", WEB_PASSWORD) == 200


def test_another_spelling_of_a_name_does_not_double_the_attempts(nobody: Rest) -> None:
    for attempt in range(10):
        nobody.post("/api/auth/login", {"username": "ACME" if attempt % 2 else "acme", "password": "wrong"})
    assert nobody.post("/api/auth/login", {"username": "Acme", "password": WEB_PASSWORD}).status == 429


def test_success_forgets_the_failures(nobody: Rest) -> None:
    for _ in range(3):
        for _ in range(8):
            nobody.post("/api/auth/login", {**ALICE, "password": "wrong"})
        assert nobody.post("/api/auth/login", ALICE).status == 200


def test_a_disabled_tenant_cannot_sign_in(nobody: Rest, acme: Tenant) -> None:
    tenant_disable(tenant=acme)
    assert nobody.post("/api/auth/login", {"username": "acme", "password": WEB_PASSWORD}).status == 401


def test_signing_out_ends_the_token(alice: Rest) -> None:
    assert alice.post("/api/auth/logout").status == 204
    assert alice.get("/api/auth/me").status == 401


def test_an_expired_token_is_refused(alice: Rest) -> None:
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert alice.get("/api/auth/me").status == 401


@pytest.mark.parametrize(
    "path", ["/api/auth/me", "/api/extensions", "/api/tenants", "/api/cdrs", "/api/call_sessions"]
)
def test_without_a_token_there_is_nothing(nobody: Rest, path: str) -> None:
    answer = nobody.get(path)
    assert (answer.status, answer.problems) == (401, {(None, "not_authenticated")})


def test_a_session_of_the_console_is_no_token(client: Any, cast: Any) -> None:
    client.force_login(cast.administrator, backend="tenants.authentication.SignInBackend")
    assert client.get("/api/tenants").status_code == 401
