"""Every list asks the database as often for three times the rows: none of them asks row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.api.conftest import rest_as
from tests.web.matrix.routes import PERSON_URLS, PLATFORM_URLS, TENANT_URLS, Route, rest_routes
from tests.web.matrix.test_pages import (
    ALL_ROUTES,
    VALUES,
    Page,
    label,
    open_console,
    owner_of,
    page_of,
    signed_in,
    thing_of,
    visit,
)
from tests.web.matrix.test_rest import alone_of, ask, by_name, thing_name
from tests.web.matrix.thing import MARK, Thing, World
from tests.web.matrix.things import THINGS

FEW, MANY = 2, 6
# Lists of what the program knows by itself.
OF_NO_ROWS = {"holidays-countries", "trunks-templates"}
REST_LISTS = [
    route
    for route in rest_routes()
    if route.name and alone_of(route) is None and not route.parameters and "get" in route.methods
    if route.name not in OF_NO_ROWS
]
# Never longer than two rows.
SHORT = {"admin:callmanager_harassprompt_changelist"}
CHANGELISTS = [
    route
    for route in ALL_ROUTES
    if route.name.endswith("_changelist") and thing_of(route) and route.name not in SHORT
]

Look = Callable[[], tuple[int, str]]


def queries_for_few_and_many(world: World, thing: Thing, look: Look) -> tuple[int, int]:
    counted = []
    for first, last in ((0, FEW), (FEW, MANY)):
        for number in range(first, last):
            thing.make(world, number + 1)
        look()  # what is noted or remembered at a first visit is not the list's doing
        with CaptureQueriesContext(connection) as asked:
            status, text = look()
        assert status == 200
        assert text.count(MARK) >= last, "the list does not show its things"
        counted.append(len(asked))
    return counted[0], counted[1]


@pytest.mark.parametrize("route", REST_LISTS, ids=by_name)
def test_a_rest_list_does_not_ask_row_by_row(world: World, route: Route) -> None:
    thing = THINGS[thing_name(route)]
    rest = rest_as(thing.owner)
    few, many = queries_for_few_and_many(world, thing, lambda: ask(rest, "get", route.path({})))
    assert many == few


@pytest.mark.parametrize("route", CHANGELISTS, ids=label)
def test_a_page_of_a_list_does_not_ask_row_by_row(world: World, route: Route) -> None:
    thing = thing_of(route)
    assert thing is not None
    open_console(world, route.urlconf)
    browser = signed_in(owner_of(route.urlconf, thing))
    few, many = queries_for_few_and_many(world, thing, lambda: visit(browser, "get", route.path({})))
    assert many == few


# Pages of one thing, and pages that belong to none: what stands on them must not be asked for row by row either.
SINGLE_PAGES = [
    route
    for route in ALL_ROUTES
    if (thing_of(route) or page_of(route) is Page.SIGNED_IN) and not route.name.endswith("_changelist")
]
ENOUGH_FOR_A_PAGE = 25


def queries_of_page(username: str, path: str) -> int:
    """0 where nothing is shown, as by addresses that are only posted to."""
    browser = signed_in(username)
    visit(browser, "get", path)
    with CaptureQueriesContext(connection) as asked:
        status, _ = visit(browser, "get", path)
    return len(asked) if status == 200 else 0


@pytest.mark.parametrize("urlconf", [PLATFORM_URLS, TENANT_URLS, PERSON_URLS])
def test_no_other_page_asks_row_by_row_either(world: World, urlconf: str) -> None:
    open_console(world, urlconf)
    shown = {thing: thing.make(world, MANY + 1) for thing in THINGS.values()}
    pages: dict[str, tuple[str, str]] = {}
    for route in SINGLE_PAGES:
        if route.urlconf == urlconf:
            thing = thing_of(route)
            ids = shown[thing] if thing else {"pk": world.acme.pk}
            pages[label(route)] = (owner_of(urlconf, thing), route.path({**VALUES, **ids}))
    counted: list[dict[str, int]] = []
    for first, last in ((0, FEW), (FEW, MANY)):
        for kind in THINGS.values():
            for number in range(first, last):
                kind.make(world, number + 1)
        counted.append({page: queries_of_page(*where) for page, where in pages.items()})
    few, many = counted
    assert many == few
    assert sum(1 for count in few.values() if count) > 5, "hardly any page was shown"
    assert {page: count for page, count in few.items() if count > ENOUGH_FOR_A_PAGE} == {}
