"""Every REST route with the other company's token, its extension's, an own extension's, and none at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import pytest
from django.test import Client

from tests.web.api.conftest import Rest, rest_as
from tests.web.matrix.routes import Route, rest_routes
from tests.web.matrix.thing import MARK, World
from tests.web.matrix.things import THINGS


class Alone(Enum):
    """What a route is that belongs to no thing."""

    PUBLIC = "answers everybody, and tells of no tenant"
    OWN = "speaks of who asks or of their company, and takes no other's name"


# By the first words of a route's name.
ALONE: Mapping[str, Alone] = {
    "auth_login": Alone.PUBLIC,
    "auth_password_reset": Alone.PUBLIC,
    "api_schema": Alone.PUBLIC,
    "api_docs": Alone.PUBLIC,
    "api_events_schema": Alone.PUBLIC,
    "auth_logout": Alone.OWN,
    "auth_me": Alone.OWN,
    "account": Alone.OWN,
    "api_profile": Alone.OWN,
    "sign_in_rules": Alone.OWN,
    "mail_server": Alone.OWN,
    "brand": Alone.OWN,
    "shown_brand": Alone.PUBLIC,
    "music_on_hold": Alone.OWN,
    "recording_announcement": Alone.OWN,
    "recording_announcement_content": Alone.OWN,
    "office_hours": Alone.OWN,
    "api_dashboard": Alone.OWN,
    "api_services": Alone.OWN,
    "api_network": Alone.OWN,
    "api_system_extensions": Alone.OWN,
    "call_simulations": Alone.OWN,
    "event_url": Alone.OWN,
    "event_urls": Alone.OWN,
    "country_codes": Alone.OWN,
    "dial_codes": Alone.OWN,
    "paging": Alone.OWN,
    "harass_level_prompt": Alone.OWN,
    # The platform's, by the names of its processes.
    "log_files": Alone.OWN,
}
VALUES = {"level": "1", "topic": "cdr", "name": "web.log", "kind": "logo"}


def alone_of(route: Route) -> Alone | None:
    return next(
        (kind for name, kind in ALONE.items() if f"{route.name}_".startswith((f"{name}_", f"{name}-"))), None
    )


OF_THINGS = [route for route in rest_routes() if route.name and alone_of(route) is None]

COLLEAGUE = "an extension of Acme without rights"
ASKERS: Mapping[str, Callable[[], Rest]] = {
    "the other company": lambda: rest_as("globex"),
    "the other company in the name of Acme": lambda: rest_as("globex", "acme"),
    "the other company's extension with the same number": lambda: rest_as("101@globex"),
    COLLEAGUE: lambda: rest_as("102@acme"),
}


# Lists that stand below another resource than their own.
ELSEWHERE = {"extensions-sessions": "call_sessions"}


def thing_name(route: Route) -> str:
    return ELSEWHERE.get(route.name) or route.name.split("-")[0]


def by_name(route: Route) -> str:
    return route.name


def ask(rest: Rest, method: str, path: str) -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {rest.token}"} if rest.token else {}
    if rest.tenant_name:
        headers["X-Tenant"] = rest.tenant_name
    body = {} if method == "get" else {"data": {}, "content_type": "application/json"}
    answer = getattr(Client(), method)(path, headers=headers, **body)
    content = answer.getvalue() if answer.streaming else answer.content
    return answer.status_code, content.decode()


@pytest.mark.parametrize("route", OF_THINGS, ids=by_name)
def test_the_owner_sees_it(world: World, route: Route) -> None:
    """Or the matrix would prove nothing."""
    thing = THINGS[thing_name(route)]
    ids = thing.make(world, 1)
    if not route.name.endswith(("-list", "-detail")) or "get" not in route.methods:
        return
    status, text = ask(rest_as(thing.owner), "get", route.path(ids))
    assert status == 200
    assert MARK in text


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("route", OF_THINGS, ids=by_name)
def test_nobody_else_reads_or_changes_it(world: World, route: Route, asker: str) -> None:
    thing = THINGS[thing_name(route)]
    ids = thing.make(world, 1)
    path, rest = route.path(ids), ASKERS[asker]()
    for method in route.methods:
        if thing.is_for_extensions and asker == COLLEAGUE and method == "get":
            continue
        status, text = ask(rest, method, path)
        assert MARK not in text, method
        assert status < 500, method
        if route.parameters:
            assert status in (403, 404), method
    assert thing.exists(world, ids)


@pytest.mark.parametrize("route", OF_THINGS, ids=by_name)
def test_without_a_token_nothing_is_said(world: World, route: Route) -> None:
    thing = THINGS[thing_name(route)]
    ids = thing.make(world, 1)
    for method in route.methods:
        assert ask(Rest(), method, route.path(ids))[0] == 401, method
        assert ask(Rest("tandem_of-nobody"), method, route.path(ids))[0] == 401, method
    assert thing.exists(world, ids)


@pytest.mark.parametrize("route", [route for route in rest_routes() if alone_of(route)], ids=by_name)
def test_what_belongs_to_no_thing_tells_of_none(world: World, route: Route) -> None:
    for thing in THINGS.values():
        if not thing.is_for_extensions:
            thing.make(world, 1)
    for method in route.methods:
        status, text = ask(Rest(), method, route.path(VALUES))
        assert (status == 401) is (alone_of(route) is Alone.OWN) or method != "get"
        assert MARK not in text
        for asker in ASKERS.values():
            status, text = ask(asker(), method, route.path(VALUES))
            assert status < 500
            assert MARK not in text
