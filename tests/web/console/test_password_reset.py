"""Forgotten passwords: a link by e-mail, good once, that tells nobody who has an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from callmanager.models import Extension
from callmanager.services.extension import extension_update
from tenants.models import AuditEntry, EventLogEntry, OutgoingMail, PasswordReset, Tenant, User
from tenants.scope import across_tenants, tenant_scope
from tests.web.conftest import WEB_PASSWORD
from tests.web.console.conftest import SignedIn

NEW = {"new_password": "quite-another-1", "repeated_password": "quite-another-1"}


@pytest.fixture(autouse=True)
def _addresses(acme: Tenant) -> None:
    User.objects.filter(username="acme").update(email="boss@acme.example")
    with tenant_scope(acme):
        extension_update(extension=Extension.objects.get(number="101"), email="alice@acme.example")


def link() -> str:
    mail = OutgoingMail.objects.latest("id")
    found = re.search(r"http://testserver(/password-reset/\S+)", mail.text)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("name", "to"),
    [
        ("acme", "boss@acme.example"),
        ("BOSS@acme.example", "boss@acme.example"),
        ("101@acme.example", "alice@acme.example"),
        ("alice@acme.example", "alice@acme.example"),
    ],
)
def test_the_link_goes_to_the_accounts_address(client: Client, name: str, to: str) -> None:
    page = client.post("/password-reset/", {"name": name})
    assert (page.status_code, "on its way" in page.content.decode()) == (200, True)
    assert OutgoingMail.objects.get().to == to


def test_unknown_names_get_the_same_answer_and_no_mail(client: Client) -> None:
    known = client.post("/password-reset/", {"name": "acme"}).content
    for name in ("nobody", "globex", "x@y.example"):
        other = client.post("/password-reset/", {"name": name}).content
        assert re.sub(rb'value="[^"]+"', b"", other) == re.sub(rb'value="[^"]+"', b"", known)
    assert OutgoingMail.objects.count() == 1


def test_a_link_is_good_once_and_ends_the_sessions(client: Client, signed_in: SignedIn) -> None:
    elsewhere = signed_in("acme")
    client.post("/password-reset/", {"name": "acme"})
    path = link()
    assert client.get(path).status_code == 200
    weak = {"new_password": "short", "repeated_password": "short"}
    assert client.post(path, weak).status_code == 400
    assert client.post(path, NEW).headers["Location"] == "/sign-in/"
    assert client.post(path, NEW).status_code == 404
    assert elsewhere.get("/admin/").status_code == 302
    assert User.objects.get(username="acme").check_password("quite-another-1")
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"user.password_reset_request", "user.password_reset"} <= actions


def test_an_old_link_and_a_made_up_one_are_refused(client: Client) -> None:
    client.post("/password-reset/", {"name": "acme"})
    path = link()
    PasswordReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(path).status_code == 404
    assert client.post("/password-reset/made-up/", NEW).status_code == 404
    assert User.objects.get(username="acme").check_password(WEB_PASSWORD)


def test_nobody_is_flooded_with_mails(client: Client) -> None:
    for _ in range(6):
        client.post("/password-reset/", {"name": "acme"})
    assert OutgoingMail.objects.count() == 3


def test_one_address_asks_ten_times_an_hour(client: Client) -> None:
    statuses = [client.post("/password-reset/", {"name": "nobody"}).status_code for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2


def test_by_rest(client: Client) -> None:
    def post(path: str, body: dict[str, str]) -> int:
        return client.post(path, body, content_type="application/json").status_code

    assert post("/api/auth/password_reset", {"name": "acme"}) == 202
    assert post("/api/auth/password_reset", {"name": "nobody"}) == 202
    secret = link().split("/")[2]
    confirm = "/api/auth/password_reset/confirm"
    assert post(confirm, {"token": "no", "new_password": "quite-another-1"}) == 400
    assert post(confirm, {"token": secret, "new_password": "quite-another-1"}) == 204
    assert post(confirm, {"token": secret, "new_password": "quite-another-2"}) == 400


def test_links_lead_nowhere_a_stranger_says(client: Client, settings: object) -> None:
    settings.ALLOWED_HOSTS = ["*"]  # type: ignore[attr-defined]
    client.post("/password-reset/", {"name": "acme"}, headers={"Host": "evil.example"})
    assert not OutgoingMail.objects.exists()
    with across_tenants():
        assert EventLogEntry.objects.filter(kind="mail.no_public_url").exists()
    settings.PUBLIC_URL = "https://pbx.example/"  # type: ignore[attr-defined]
    client.post("/password-reset/", {"name": "acme"}, headers={"Host": "evil.example"})
    assert "https://pbx.example/password-reset/" in OutgoingMail.objects.get().text


def test_a_disabled_user_gets_no_link(client: Client) -> None:
    User.objects.filter(username="acme").update(is_active=False)
    client.post("/password-reset/", {"name": "acme"})
    assert not OutgoingMail.objects.exists()
