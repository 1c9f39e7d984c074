"""Every address has its place in the matrix that asks it with the wrong credentials."""

from __future__ import annotations

from callmanager.domain.subscriptions import TOPIC_KEYS
from tests.web.matrix.page_things import PAGE_THINGS
from tests.web.matrix.routes import rest_routes
from tests.web.matrix.test_pages import ALL_ROUTES, PAGES, label, page_of, thing_of
from tests.web.matrix.test_rest import ALONE, alone_of, thing_name
from tests.web.matrix.test_topics import FLEET_TOPICS, TENANT_TOPICS, TOPICS
from tests.web.matrix.things import THINGS

HOW = "give it a thing in tests/web/matrix/things.py, or a word in ALONE or PAGES if it belongs to none"


def test_every_rest_route_is_in_the_matrix() -> None:
    named = [route for route in rest_routes() if route.name]
    unknown = {route.name for route in named if alone_of(route) is None and thing_name(route) not in THINGS}
    assert unknown == set(), HOW
    forgotten = {
        name
        for name in ALONE
        if not any(f"{route.name}_".startswith((f"{name}_", f"{name}-")) for route in named)
    }
    assert forgotten == set(), "no such route any more"
    unnamed = {route.pattern for route in rest_routes() if not route.name}
    assert unnamed == {"api/^"}, "a route without a name can't be asked for"


def test_every_page_is_in_the_matrix() -> None:
    unknown = {label(route) for route in ALL_ROUTES if thing_of(route) is None and page_of(route) is None}
    assert unknown == set(), HOW
    names = {f"{route.name}_" for route in ALL_ROUTES}
    words = {name.removeprefix("admin:") for name in names}
    forgotten = {page for page in PAGES if not any(name.startswith(f"{page}_") for name in names)} | {
        page for page in PAGE_THINGS if not any(name.startswith(f"{page}_") for name in words)
    }
    assert forgotten == set(), "no such page any more"


def test_every_topic_is_in_the_matrix() -> None:
    assert {topic: set(keys) for topic, keys in TOPIC_KEYS.items()} == {
        **TOPICS,
        **TENANT_TOPICS,
        **FLEET_TOPICS,
    }
