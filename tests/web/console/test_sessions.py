"""Where somebody is signed in; API tokens on the account page."""

from __future__ import annotations

import html
import re

from django.test import Client

from tenants.models import ApiToken, AuditEntry, Tenant, UserSession
from tests.web.conftest import WEB_PASSWORD
from tests.web.console.conftest import SignedIn

ACCOUNT = {"sign_in_as": "account", "username": "acme", "password": WEB_PASSWORD}


def signed_in_from(device: str, form: dict[str, str] = ACCOUNT) -> Client:
    client = Client(headers={"User-Agent": device})
    assert client.post("/sign-in/", form).status_code == 302
    return client


def test_each_sign_in_is_listed_with_its_device_and_can_be_ended(acme: Tenant) -> None:
    here, there = signed_in_from("Desk browser"), signed_in_from("Lost laptop")
    page = here.get("/account/sessions/").content.decode()
    assert "Desk browser" in page
    assert "Lost laptop" in page
    lost = UserSession.objects.get(user_agent="Lost laptop")
    assert lost.address == "127.0.0.1"
    stranger = signed_in_from("Stranger", {**ACCOUNT, "username": "globex"})
    assert "Lost laptop" not in stranger.get("/account/sessions/").content.decode()
    assert stranger.post(f"/account/sessions/{lost.pk}/end/").status_code == 404
    assert here.get(f"/account/sessions/{lost.pk}/end/").status_code == 405
    assert here.post(f"/account/sessions/{lost.pk}/end/").status_code == 302
    assert there.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    assert AuditEntry.objects.filter(action="session.end", username="acme").exists()


def test_the_own_session_can_be_ended_too(acme: Tenant) -> None:
    here = signed_in_from("Desk")
    own = UserSession.objects.get(user_agent="Desk")
    assert here.post(f"/account/sessions/{own.pk}/end/").headers["Location"] == "/sign-in/"
    assert here.get("/admin/").status_code == 302


def test_signing_out_everywhere_ends_all_sessions_and_tokens(acme: Tenant) -> None:
    here, there = signed_in_from("Desk"), signed_in_from("Laptop")
    here.post("/account/tokens/", {"name": "t", "days": "1", "scopes": ["read"]})
    assert here.post("/account/sessions/end-all/").status_code == 302
    assert there.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 302
    assert not ApiToken.objects.filter(user__username="acme", revoked_at=None).exists()
    assert not UserSession.objects.filter(user__username="acme").exists()


def test_where_concurrent_sign_ins_are_not_allowed_the_new_one_ends_the_old(acme: Tenant) -> None:
    old = signed_in_from("Old")
    Tenant.objects.filter(pk=acme.pk).update(is_concurrent_sign_in_allowed=False)
    new = signed_in_from("New")
    assert old.get("/admin/").status_code == 302
    assert new.get("/admin/").status_code == 200
    assert signed_in_from("Globex", {**ACCOUNT, "username": "globex"}).get("/admin/").status_code == 200


def test_a_session_whose_key_changed_is_still_the_same_one(acme: Tenant) -> None:
    root = signed_in_from("Root", {**ACCOUNT, "username": "root"})
    root.post(f"/console/manage/{acme.pk}/")
    root.get("/admin/")
    assert UserSession.objects.get(user_agent="Root").session_key == root.session.session_key


def test_a_token_is_made_shown_once_and_revoked(signed_in: SignedIn) -> None:
    browser = signed_in("101@acme")
    assert browser.post("/account/tokens/", {"name": "", "days": "0"}).status_code == 400
    page = browser.post("/account/tokens/", {"name": "wallboard", "days": "30", "scopes": ["cdrs"]})
    found = re.search(r"data-secret>([^<]+)<", page.content.decode())
    assert found is not None
    secret = html.unescape(found[1])
    bearer = {"Authorization": f"Bearer {secret}"}
    assert Client().get("/api/cdrs", headers=bearer).status_code == 200
    assert Client().get("/api/extensions", headers=bearer).status_code == 403
    shown = browser.get("/account/tokens/").content.decode()
    assert "wallboard" in shown
    assert secret not in shown
    token = ApiToken.objects.get(name="wallboard")
    assert signed_in("101@globex").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    assert browser.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
    assert Client().get("/api/cdrs", headers=bearer).status_code == 401


def test_nobodys_sessions_are_asked_for_by_every_request(acme: Tenant) -> None:
    earlier = set(UserSession.objects.values_list("pk", flat=True))
    browser = signed_in_from("Desk")
    session = UserSession.objects.exclude(pk__in=earlier).get()
    browser.get("/account/")
    assert UserSession.objects.get(pk=session.pk).last_seen_at == session.last_seen_at
    assert UserSession.objects.count() == len(earlier) + 1
