"""Users and administrators in the console, and everybody's own account pages."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from tenants.models import AuditEntry, Rank, Role, Tenant, User
from tenants.services.user import user_create
from tests.web.conftest import WEB_PASSWORD
from tests.web.console.conftest import SignedIn

USERS = "/admin/tenants/user/"
CAROL = {"username": "carol", "rank": "manager", "display_name": "Carol", "email": "", "time_zone": ""}


def shown_password(page: bytes) -> str:
    found = re.search(r"data-secret>([^<]+)<", page.decode())
    assert found is not None
    return html.unescape(found[1])


def test_an_owner_makes_a_user_whose_first_page_is_a_new_password(acme_browser: Client) -> None:
    page = acme_browser.post(f"{USERS}add/", {**CAROL, "password": ""})
    assert "no-store" in page.headers["Cache-Control"]
    password = shown_password(page.content)
    carol = Client()
    sign_in = {"sign_in_as": "account", "username": "carol", "password": password}
    assert carol.post("/sign-in/", sign_in).status_code == 302
    assert carol.get("/admin/callmanager/extension/").headers["Location"] == "/account/password/"
    assert carol.post("/admin/callmanager/extension/add/", {}).status_code == 403
    assert carol.get("/account/").headers["Location"] == "/account/password/"
    form = {"current_password": password, "new_password": "quite-another-1", "repeated_password": "x"}
    assert carol.post("/account/password/", form).status_code == 400
    same = {**form, "new_password": password, "repeated_password": password}
    assert carol.post("/account/password/", same).status_code == 400
    done = carol.post("/account/password/", {**form, "repeated_password": "quite-another-1"})
    assert (done.status_code, done.headers["Location"]) == (302, "/admin/")
    assert carol.get("/admin/callmanager/extension/").status_code == 200
    assert not User.objects.get(username="carol").must_change_password
    assert AuditEntry.objects.filter(action="user.create", username="acme").exists()


def test_an_owner_changes_and_deletes_users_but_not_the_last_owner(
    acme_browser: Client, acme: Tenant
) -> None:
    carol = user_create(
        role=Role.TENANT, rank=Rank.MANAGER, tenant=acme, username="carol", password=WEB_PASSWORD
    )
    form = {
        "rank": "auditor",
        "display_name": "C",
        "email": "c@acme.example",
        "time_zone": "",
        "is_active": "on",
    }
    assert acme_browser.post(f"{USERS}{carol.pk}/change/", form).status_code == 302
    assert User.objects.get(username="carol").rank == Rank.AUDITOR
    own = User.objects.get(username="acme")
    page = acme_browser.post(f"{USERS}{own.pk}/change/", {**form, "email": ""}, follow=True)
    assert "Nobody can change this of themselves" in page.content.decode()
    assert User.objects.get(username="acme").rank == Rank.OWNER
    page = acme_browser.post(f"{USERS}{own.pk}/delete/", {"post": "yes"}, follow=True)
    assert "Nobody can delete their own account" in page.content.decode()
    assert acme_browser.post(f"{USERS}{carol.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="carol").exists()


def test_buttons_set_a_password_and_sign_out(acme_browser: Client, acme: Tenant, signed_in: SignedIn) -> None:
    carol = user_create(role=Role.TENANT, tenant=acme, username="carol", password=WEB_PASSWORD)
    browser = signed_in("carol")
    assert acme_browser.get(f"{USERS}{carol.pk}/sign-out/").status_code == 405
    assert acme_browser.post(f"{USERS}{carol.pk}/sign-out/").status_code == 302
    assert browser.get("/admin/").status_code == 302
    page = acme_browser.post(f"{USERS}{carol.pk}/set-password/")
    assert User.objects.get(username="carol").check_password(shown_password(page.content))


def test_a_strangers_user_can_not_be_reached(globex_browser: Client, acme: Tenant) -> None:
    acme_owner = User.objects.get(username="acme")
    assert "101@acme" not in globex_browser.get(USERS).content.decode()
    assert globex_browser.post(f"{USERS}{acme_owner.pk}/set-password/").status_code == 404
    assert globex_browser.post(f"{USERS}{acme_owner.pk}/sign-out/").status_code == 404
    assert globex_browser.get(f"{USERS}{acme_owner.pk}/change/").status_code == 302


def test_a_manager_has_no_buttons_and_no_posts(acme: Tenant, signed_in: SignedIn) -> None:
    user_create(role=Role.TENANT, rank=Rank.MANAGER, tenant=acme, username="manager", password=WEB_PASSWORD)
    manager = signed_in("manager")
    owner = User.objects.get(username="acme")
    assert "set-password" not in manager.get(f"{USERS}{owner.pk}/change/").content.decode()
    assert manager.post(f"{USERS}{owner.pk}/set-password/").status_code == 403
    assert manager.post(f"{USERS}{owner.pk}/sign-out/").status_code == 403


def test_administrators_manage_administrators(administrator_browser: Client) -> None:
    page = administrator_browser.post("/admin/tenants/administrator/add/", {**CAROL, "password": ""})
    carol = User.objects.get(username="carol")
    assert (carol.role, carol.rank, carol.tenant) == (Role.ADMINISTRATOR, Rank.MANAGER, None)
    assert shown_password(page.content)
    path = f"/admin/tenants/administrator/{carol.pk}"
    assert administrator_browser.get(f"{path}/change/").status_code == 200
    assert administrator_browser.post(f"{path}/delete/", {"post": "yes"}).status_code == 302
    assert not User.objects.filter(username="carol").exists()


@pytest.mark.parametrize("username", ["root", "acme", "101@acme"])
def test_everybody_has_an_account_page(signed_in: SignedIn, username: str) -> None:
    browser = signed_in(username)
    assert username in browser.get("/account/").content.decode()
    rules = browser.get("/account/password/").content.decode()
    assert "at least 10 characters" in rules
    saved = browser.post(
        "/account/",
        {"username": username, "display_name": "Me", "email": "", "time_zone": "Asia/Tokyo"},
    )
    assert saved.status_code == 302
    assert User.objects.get(username=username).time_zone == "Asia/Tokyo"


def test_a_new_address_takes_the_password(acme_browser: Client) -> None:
    kept = {"username": "acme", "display_name": "", "time_zone": ""}
    form = {**kept, "email": "boss@acme.example", "current_password": "wrong"}
    answer = acme_browser.post("/account/", form)
    assert (answer.status_code, "takes your password" in answer.content.decode()) == (400, True)
    assert acme_browser.post("/account/", {**form, "current_password": WEB_PASSWORD}).status_code == 302
    assert User.objects.get(username="acme").email == "boss@acme.example"
