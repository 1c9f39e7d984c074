"""Who may sign in: nobody rises by themselves, the last owner stays, and strangers see nobody."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenants.models import AuditEntry, Rank, Role, Tenant, User
from tenants.services.user import user_create
from tests.web.api.conftest import Rest, rest_as
from tests.web.conftest import WEB_PASSWORD

NEW = {"username": "carol", "rank": "manager", "display_name": "Carol", "email": "carol@acme.example"}


@pytest.fixture
def manager(acme: Tenant) -> Rest:
    user_create(
        role=Role.TENANT, rank=Rank.MANAGER, tenant=acme, username="acme-manager", password=WEB_PASSWORD
    )
    return rest_as("acme-manager")


def id_of(username: str) -> int:
    return User.objects.get(username=username).pk


def test_an_owner_makes_a_user_who_changes_the_password_first(acme_user: Rest, nobody: Rest) -> None:
    made = acme_user.post("/api/users", NEW)
    assert made.status == 201
    assert (made.body["rank"], made.body["must_change_password"]) == ("manager", True)
    sign_in = {"username": "carol", "password": made.body["password"]}
    refused = nobody.post("/api/auth/login", sign_in)
    assert (refused.status, refused.problems) == (403, {(None, "password_change_required")})
    weak = nobody.post("/api/auth/login", {**sign_in, "new_password": "short"})
    assert weak.status == 400
    done = nobody.post("/api/auth/login", {**sign_in, "new_password": "quite-another-1"})
    assert done.status == 200
    assert nobody.post("/api/auth/login", {"username": "carol", "password": "quite-another-1"}).status == 200
    assert {"user.create", "account.change_password"} <= set(
        AuditEntry.objects.values_list("action", flat=True)
    )
    assert not AuditEntry.objects.filter(changes__icontains=made.body["password"]).exists()


def test_lists_show_ones_own_tenant_in_a_constant_number_of_queries(
    acme_user: Rest, globex_user: Rest, acme: Tenant
) -> None:
    with CaptureQueriesContext(
        connection,
    ) as few:
        names = [one["username"] for one in acme_user.get("/api/users").body["results"]]
    assert names == ["acme", "101@acme", "102@acme"]
    for number in range(5):
        user_create(role=Role.TENANT, tenant=acme, username=f"user-{number}", password=WEB_PASSWORD)
    acme_user.get("/api/users")  # notes that the token is used
    with CaptureQueriesContext(connection) as many:
        assert acme_user.get("/api/users").body["count"] == 8
    assert len(many) == len(few)
    assert "acme" not in {one["username"] for one in globex_user.get("/api/users").body["results"]}
    assert acme_user.get("/api/users", search="user-3").body["count"] == 1
    assert acme_user.get("/api/users", role="extension").body["count"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "", None),
        ("patch", "", {"rank": "auditor"}),
        ("delete", "", None),
        ("post", "/set_password", {}),
        ("post", "/sign_out", {}),
    ],
)
def test_a_stranger_finds_nobody(
    globex_user: Rest, acme: Tenant, method: str, path: str, body: object
) -> None:
    address = f"/api/users/{id_of('acme')}{path}"
    answer = getattr(globex_user, method)(address, *([body] if body is not None else []))
    assert answer.status == 404


def test_a_manager_sees_users_and_changes_none(manager: Rest) -> None:
    assert manager.get("/api/users").status == 200
    assert manager.post("/api/users", NEW).status == 403
    own = f"/api/users/{id_of('acme-manager')}"
    assert manager.patch(own, {"rank": "owner"}).status == 403
    assert manager.post(f"/api/users/{id_of('acme')}/set_password").status == 403
    assert User.objects.get(username="acme-manager").rank == Rank.MANAGER


def test_an_owner_changes_everybody_but_not_the_own_rank(acme_user: Rest, manager: Rest) -> None:
    own = f"/api/users/{id_of('acme')}"
    for body in ({"rank": "manager"}, {"is_active": False}):
        assert acme_user.patch(own, body).problems == {(next(iter(body)), "own_account")}
    assert acme_user.delete(own).problems == {(None, "own_account")}
    assert acme_user.patch(f"/api/users/{id_of('acme-manager')}", {"rank": "auditor"}).status == 200
    assert manager.get("/api/users").status == 200


def test_the_last_owner_stays(administrator: Rest, acme: Tenant) -> None:
    in_acme = Rest(administrator.token, "acme")
    address = f"/api/users/{id_of('acme')}"
    assert in_acme.patch(address, {"rank": "manager"}).problems == {(None, "last_owner")}
    assert in_acme.patch(address, {"is_active": False}).problems == {(None, "last_owner")}
    assert in_acme.delete(address).problems == {(None, "last_owner")}
    assert in_acme.post("/api/users", {**NEW, "rank": "owner"}).status == 201
    assert in_acme.patch(address, {"rank": "manager"}).status == 200


def test_the_last_administrator_stays_and_a_managing_one_makes_no_others(administrator: Rest) -> None:
    made = administrator.post("/api/administrators", {"username": "second", "rank": "manager"})
    assert (made.status, made.body["role"]) == (201, "administrator")
    second = rest_as("second")
    assert second.get("/api/administrators").body["count"] == 2
    assert second.patch(f"/api/administrators/{id_of('root')}", {"rank": "auditor"}).status == 403
    assert second.post("/api/administrators", {"username": "third", "rank": "owner"}).status == 403
    assert administrator.delete(f"/api/administrators/{id_of('second')}").status == 204
    assert administrator.patch(f"/api/administrators/{id_of('root')}", {"rank": "auditor"}).problems == {
        ("rank", "own_account")
    }


def test_a_tenants_owner_reaches_no_administrator(acme_user: Rest) -> None:
    assert acme_user.get("/api/administrators").status == 403
    assert acme_user.get(f"/api/users/{id_of('root')}").status == 404


def test_an_extensions_sign_in_is_changed_at_the_extension(acme_user: Rest) -> None:
    address = f"/api/users/{id_of('101@acme')}"
    assert acme_user.patch(address, {"display_name": "x"}).problems == {(None, "extension")}
    assert acme_user.delete(address).problems == {(None, "extension")}
    assert acme_user.post(f"{address}/sign_out").status == 204


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"username": "acme"}, {("username", "unique")}),
        ({"username": "a@b"}, {("username", "username")}),
        ({"rank": "emperor"}, {("rank", "invalid_choice")}),
        ({"email": "no"}, {("email", "invalid")}),
        ({"time_zone": "Mars/Base"}, {("time_zone", "time_zone")}),
        ({"password": "short"}, {("password", "password_too_short")}),
        ({"password": "password123"}, {("password", "password_too_common")}),
        (
            {"username": "caroline-of-acme", "password": "caroline-of-acme"},
            {("password", "password_too_similar")},
        ),
    ],
)
def test_a_wrong_field_is_named(acme_user: Rest, change: dict[str, str], problem: set[object]) -> None:
    assert acme_user.post("/api/users", {**NEW, **change}).problems == problem


def test_somebody_elses_email_address_is_refused(acme_user: Rest, globex_user: Rest) -> None:
    assert globex_user.post("/api/users", {**NEW, "username": "dan"}).status == 201
    answer = acme_user.post("/api/users", {**NEW, "email": "Carol@ACME.example"})
    assert answer.status == 400


def test_a_password_set_by_another_ends_the_tokens_so_far(acme_user: Rest, manager: Rest) -> None:
    answer = acme_user.post(f"/api/users/{id_of('acme-manager')}/set_password")
    assert answer.status == 200
    assert len(answer.body["password"]) >= 16
    assert manager.get("/api/users").status == 401


def test_ones_own_account(acme_user: Rest, alice: Rest) -> None:
    me = acme_user.get("/api/account").body
    assert (me["username"], me["rank"]) == ("acme", "owner")
    assert any("10 characters" in rule for rule in me["password_rules"])
    changed = acme_user.patch("/api/account", {"display_name": "The Boss", "time_zone": "Europe/Berlin"})
    assert (changed.status, changed.body["display_name"]) == (200, "The Boss")
    email = {"email": "boss@acme.example"}
    assert acme_user.patch("/api/account", email).problems == {("current_password", "wrong")}
    assert acme_user.patch("/api/account", {**email, "current_password": WEB_PASSWORD}).status == 200
    assert (
        acme_user.patch("/api/account", {"rank": "owner", "role": "administrator"}).body["role"] == "tenant"
    )
    assert alice.patch("/api/account", {"display_name": "X"}).problems == {("display_name", "extension")}


def test_ones_own_user_name_takes_the_password_and_no_other_companys(
    acme_user: Rest, alice: Rest, nobody: Rest, globex: Tenant
) -> None:
    new = {"username": "The-Boss"}
    assert acme_user.patch("/api/account", new).problems == {("current_password", "wrong")}
    certain = {"current_password": WEB_PASSWORD}
    for taken in ("root", "GLOBEX"):
        assert acme_user.patch("/api/account", {**certain, "username": taken}).problems == {
            ("username", "unique")
        }
    assert acme_user.patch("/api/account", {**certain, "username": "a@b"}).problems == {
        ("username", "username")
    }
    assert acme_user.patch("/api/account", {**new, **certain}).body["username"] == "the-boss"
    for name, status in (("acme", 401), ("the-boss", 200)):
        form = {"username": name, "password": WEB_PASSWORD}
        assert nobody.post("/api/auth/login", form).status == status
    assert alice.patch("/api/account", {**new, **certain}).problems == {("username", "extension")}
    assert alice.get("/api/auth/me").body["tenant"]["name"] == "acme"


def test_a_new_password_takes_the_old_one_and_ends_the_tokens(acme_user: Rest, nobody: Rest) -> None:
    wrong = acme_user.post(
        "/api/account/password", {"current_password": "no", "new_password": "quite-another-1"}
    )
    assert wrong.problems == {("current_password", "wrong")}
    form = {"current_password": WEB_PASSWORD, "new_password": "quite-another-1"}
    assert acme_user.post("/api/account/password", form).status == 204
    assert acme_user.get("/api/account").status == 401
    assert nobody.post("/api/auth/login", {"username": "acme", "password": "quite-another-1"}).status == 200
