"""Every page of both consoles, and every address beside them, with sessions that have no business there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

import pytest
from django.test import Client

from tenants.models import User
from tests.web.matrix.conftest import let_extensions_in
from tests.web.matrix.page_things import PAGE_THINGS
from tests.web.matrix.routes import PERSON_URLS, PLATFORM_URLS, TENANT_URLS, Route, page_routes
from tests.web.matrix.thing import MARK, Thing, World
from tests.web.matrix.things import THINGS


class Page(Enum):
    """What a page is that belongs to no thing."""

    PUBLIC = "answers everybody, and tells of no tenant"
    SIGNED_IN = "shows whoever signed in what is theirs"


# By the first words of a page's name.
PAGES: Mapping[str, Page] = {
    "home": Page.PUBLIC,
    "login": Page.PUBLIC,
    # By the colours, the letter or the random name in the address.
    "brand": Page.PUBLIC,
    "sign_in": Page.PUBLIC,
    "second_step": Page.PUBLIC,
    "password_reset": Page.PUBLIC,
    "sign_out": Page.PUBLIC,
    "health": Page.PUBLIC,
    "health_ready": Page.PUBLIC,
    "admin:login": Page.PUBLIC,
    "admin:logout": Page.PUBLIC,
    "account": Page.SIGNED_IN,
    "admin:tenants_tenantprofile": Page.SIGNED_IN,
    "admin:sign_in_rules": Page.SIGNED_IN,
    "admin:mail_server": Page.SIGNED_IN,
    "admin:brand": Page.SIGNED_IN,
    "admin:music": Page.SIGNED_IN,
    "my_extension": Page.SIGNED_IN,
    "own_extension": Page.SIGNED_IN,
    "own_forwarding": Page.SIGNED_IN,
    "own_queues": Page.SIGNED_IN,
    "own_queue_board": Page.SIGNED_IN,
    "own_queue_agent": Page.SIGNED_IN,
    "own_photo": Page.SIGNED_IN,
    "own_mailbox": Page.SIGNED_IN,
    "own_recordings": Page.SIGNED_IN,
    "own_recording_play": Page.SIGNED_IN,
    "own_voicemail_play": Page.SIGNED_IN,
    "own_greeting_play": Page.SIGNED_IN,
    "own_sip_password": Page.SIGNED_IN,
    "console_leave_tenant": Page.SIGNED_IN,
    "admin:index": Page.SIGNED_IN,
    "admin:search": Page.SIGNED_IN,
    "admin:office_hours": Page.SIGNED_IN,
    "admin:country_codes": Page.SIGNED_IN,
    "admin:dial_codes": Page.SIGNED_IN,
    "admin:paging": Page.SIGNED_IN,
    "admin:recording_announcement": Page.SIGNED_IN,
    "admin:call_simulator": Page.SIGNED_IN,
    "admin:live_calls": Page.SIGNED_IN,
    "admin:wallboard": Page.SIGNED_IN,
    "admin:wallboard_screen": Page.SIGNED_IN,
    "admin:wallboard_list": Page.SIGNED_IN,
    "admin:live_calls_list": Page.SIGNED_IN,
    "admin:password_change": Page.SIGNED_IN,
    "admin:password_change_done": Page.SIGNED_IN,
    "admin:autocomplete": Page.SIGNED_IN,
    "admin:jsi18n": Page.SIGNED_IN,
    "admin:app_list": Page.SIGNED_IN,
    "admin:view_on_site": Page.SIGNED_IN,
    "admin:event_urls": Page.SIGNED_IN,
    "admin:network": Page.SIGNED_IN,
    "admin:services": Page.SIGNED_IN,
    "admin:system_extensions": Page.SIGNED_IN,
    "admin:registration_check": Page.SIGNED_IN,
    "admin:log_file": Page.SIGNED_IN,
    "admin:log_files": Page.SIGNED_IN,
    # For the addresses that the operator named, which are this machine's here.
    "metrics": Page.PUBLIC,
}
VALUES: dict[str, Any] = {
    "app_label": "fleet",  # which all three consoles have
    "content_type_id": "1",
    "name": "web.log",
    "number": "101",
    "order": "hold",
    "accent": "155dfc",
    "panel": "0b1433",
    "colour": "155dfc",
    "letter": "A",
    "picture": "0" * 48,
}

ALL_ROUTES = [
    route
    for urlconf in (PLATFORM_URLS, TENANT_URLS, PERSON_URLS)
    for route in page_routes(urlconf)
    if route.name
]
STRANGERS = ("globex", "101@globex", "102@acme")


def thing_of(route: Route) -> Thing | None:
    words = f"{route.name.removeprefix('admin:')}_"
    return next((THINGS[thing] for page, thing in PAGE_THINGS.items() if words.startswith(f"{page}_")), None)


def page_of(route: Route) -> Page | None:
    if thing_of(route) is not None:
        return None
    return next((kind for name, kind in PAGES.items() if f"{route.name}_".startswith(f"{name}_")), None)


def label(route: Route) -> str:
    return f"{route.name} of {route.urlconf.rpartition('.')[2]}"


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username), backend="tenants.authentication.SignInBackend")
    return client


def open_console(world: World, urlconf: str) -> None:
    """The extensions' console stands only for those whose groups let them in."""
    if urlconf == PERSON_URLS:
        let_extensions_in(world)


def owner_of(urlconf: str, thing: Thing | None) -> str:
    """Who sees the thing in this console."""
    if urlconf == TENANT_URLS:
        return thing.owner if thing is not None else "acme"
    return "root" if urlconf == PLATFORM_URLS else "101@acme"


def visit(client: Client, method: str, path: str) -> tuple[int, str]:
    answer = client.get(path) if method == "get" else client.post(path, {"post": "yes"})
    content = answer.getvalue() if answer.streaming else answer.content
    return answer.status_code, content.decode()


@pytest.mark.parametrize(
    "route",
    [route for route in ALL_ROUTES if route.name.endswith("_changelist") and thing_of(route)],
    ids=label,
)
def test_the_owner_sees_it(world: World, route: Route) -> None:
    """Or the matrix would prove nothing."""
    thing = thing_of(route)
    assert thing is not None
    open_console(world, route.urlconf)
    thing.make(world, 1)
    status, text = visit(signed_in(owner_of(route.urlconf, thing)), "get", route.path({}))
    assert status == 200
    assert MARK in text


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("route", [route for route in ALL_ROUTES if thing_of(route)], ids=label)
def test_nobody_else_reads_or_changes_it(world: World, route: Route, stranger: str) -> None:
    thing = thing_of(route)
    assert thing is not None
    open_console(world, route.urlconf)
    ids = thing.make(world, 1)
    client = signed_in(stranger)
    for method in ("get", "post"):
        status, text = visit(client, method, route.path({**VALUES, **ids}))
        assert MARK not in text, method
        assert status in ((302, 403, 404, 405) if route.parameters else (200, 302, 400, 403, 404, 405)), (
            method
        )
    assert thing.exists(world, ids)


@pytest.mark.parametrize("route", [route for route in ALL_ROUTES if thing_of(route)], ids=label)
def test_without_a_session_nothing_is_said(world: World, route: Route) -> None:
    thing = thing_of(route)
    assert thing is not None
    ids = thing.make(world, 1)
    for method in ("get", "post"):
        status, text = visit(Client(), method, route.path({**VALUES, **ids}))
        assert MARK not in text
        assert status in (302, 401, 403, 404, 405), method
    assert thing.exists(world, ids)


@pytest.mark.parametrize("route", [route for route in ALL_ROUTES if page_of(route)], ids=label)
def test_what_belongs_to_no_thing_tells_of_none(world: World, route: Route) -> None:
    open_console(world, route.urlconf)
    for thing in THINGS.values():
        thing.make(world, 1)
    path = route.path({**VALUES, "pk": world.acme.pk})
    status, text = visit(Client(), "get", path)
    assert MARK not in text
    assert status in (
        (302, 403, 404, 405) if page_of(route) is Page.SIGNED_IN else (200, 302, 404, 405, 410, 503)
    )
    for stranger in STRANGERS:
        for method in ("get", "post"):
            status, text = visit(signed_in(stranger), method, path)
            assert MARK not in text
            assert status < 500 or page_of(route) is Page.PUBLIC
