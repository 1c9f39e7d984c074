"""Every REST route, asked with every method by everybody: what the table refuses is refused, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver

from pbxsite import urls_api
from tenants.api.access import subject_of, verb_of
from tenants.capabilities import TABLE, TokenScope, Verb, token_may
from tenants.models import Rank, Role, Tenant
from tenants.services.api_token import api_token_create
from tests.web.access.people import STANDINGS, Standing, person

# Before anybody has signed in.
FOR_EVERYBODY = {
    "auth_login",
    "auth_password_reset",
    "auth_password_reset_confirm",
    "api_schema",
    "api_docs",
    "shown_brand",
}
ENDS_THE_TOKEN = ("/api/auth/logout", "/api/account/sign_out_everywhere")
NO_SUCH_ID = "999999999999"


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    path: str
    subject: str
    verb: Verb

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[Route]:
    for pattern in urls_api.urlpatterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield from _routes_of(pattern, prefix)


def _routes_of(pattern: URLPattern, prefix: str) -> Iterator[Route]:
    view_class = getattr(pattern.callback, "cls", None) or getattr(pattern.callback, "view_class", None)
    if view_class is None or pattern.name in FOR_EVERYBODY:
        return
    path = re.sub(r"\(\?P<\w+>[^)]*\)", NO_SUCH_ID, prefix + str(pattern.pattern))
    path = "/api/" + re.sub(r"/\?\$?|[\^$]", "", path)
    actions: dict[str, str] = getattr(pattern.callback, "actions", None) or {
        method: method for method in ("get", "post", "put", "patch", "delete") if hasattr(view_class, method)
    }
    for method, action in actions.items():
        view = view_class(**getattr(pattern.callback, "initkwargs", {}))
        view.action = action
        yield Route(method, path, subject_of(view, method.upper()), verb_of(view, method.upper()))


ROUTES = sorted(set(routes()), key=str)


@pytest.fixture(autouse=True)
def _nobody_is_throttled(db: None) -> None:
    cache.clear()


def ask(route: Route, secret: str, tenant_name: str) -> tuple[int, set[str]]:
    headers = {"Authorization": f"Bearer {secret}", "X-Tenant": tenant_name}
    answer = Client().generic(
        route.method.upper(), route.path, b"{}", content_type="application/json", headers=headers
    )
    errors = answer.json()["errors"] if answer.status_code >= 400 else []
    return answer.status_code, {error["code"] for error in errors}


def test_every_route_has_a_row_in_the_table() -> None:
    assert {str(route): route.subject for route in ROUTES if route.subject not in TABLE} == {}


@pytest.mark.parametrize("standing", STANDINGS, ids=str)
def test_what_the_table_refuses_is_refused_and_nothing_else(standing: Standing, acme: Tenant) -> None:
    user = person(standing, acme)
    wrong = {}
    for route in ROUTES:
        if route.path in ENDS_THE_TOKEN:
            continue  # ends the token the others need
        secret = api_token_create(user=user)[1]
        status, _ = ask(route, secret, "acme")
        if (status == 403) == standing.may(route.subject, route.verb) or status >= 500:
            wrong[str(route)] = status
    assert wrong == {}


def test_an_auditor_changes_nothing_but_the_own_account() -> None:
    own = {"tenants.identity", "tenants.account", "tenants.apitoken", "tenants.usersession"}
    for role in (Role.ADMINISTRATOR, Role.TENANT):
        auditor = Standing(role, Rank.AUDITOR)
        writable = {
            route.subject
            for route in ROUTES
            if route.verb is not Verb.VIEW and auditor.may(route.subject, route.verb)
        }
        assert writable <= own


@pytest.mark.parametrize("scope", TokenScope.values)
def test_a_token_is_good_for_its_scope_only_and_never_for_more_than_its_user(
    scope: str, acme: Tenant
) -> None:
    standing = Standing(Role.TENANT, Rank.MANAGER)
    user = person(standing, acme)
    wrong = {}
    for route in ROUTES:
        if route.path in ENDS_THE_TOKEN:
            continue
        secret = api_token_create(user=user, scopes=[scope])[1]
        status, codes = ask(route, secret, "")
        is_in_scope = token_may([scope], route.subject, route.verb)
        expected = {"token_scope"} if not is_in_scope else {"permission_denied"}
        is_refused = not (is_in_scope and standing.may(route.subject, route.verb))
        if (status == 403) != is_refused or (is_refused and codes != expected):
            wrong[str(route)] = (status, codes)
    assert wrong == {}
