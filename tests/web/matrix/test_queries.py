"""Every list asks the database as often for three times the rows: none of them asks row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.api.conftest import rest_as
from tests.web.matrix.routes import PLATFORM_URLS, Route, rest_routes
from tests.web.matrix.test_pages import ALL_ROUTES, label, signed_in, thing_of, visit
from tests.web.matrix.test_rest import alone_of, ask, by_name, thing_name
from tests.web.matrix.things import MARK, THINGS, Thing, World

FEW, MANY = 2, 6
# Lists of what the program knows by itself.
OF_NO_ROWS = {"holidays-countries", "trunks-templates"}
REST_LISTS = [
    route
    for route in rest_routes()
    if route.name and alone_of(route) is None and not route.parameters and "get" in route.methods
    if route.name not in OF_NO_ROWS
]
CHANGELISTS = [route for route in ALL_ROUTES if route.name.endswith("_changelist") and thing_of(route)]

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
    browser = signed_in("root" if route.urlconf == PLATFORM_URLS else thing.owner)
    few, many = queries_for_few_and_many(world, thing, lambda: visit(browser, "get", route.path({})))
    assert many == few
