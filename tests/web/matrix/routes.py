"""All addresses that the product answers, found by walking its URL tables: none can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

PLATFORM_URLS, TENANT_URLS, PERSON_URLS = "pbxsite.urls", "pbxsite.urls_tenant", "pbxsite.urls_person"
READING = ("get", "head", "options")


@dataclass(frozen=True, slots=True)
class Route:
    """`name` as `reverse` takes it; "" where Django gives none (its catch-alls and redirects)."""

    name: str
    pattern: str
    parameters: frozenset[str]
    methods: tuple[str, ...]
    urlconf: str

    @property
    def is_rest(self) -> bool:
        return self.pattern.startswith("api/")

    def path(self, values: dict[str, Any]) -> str:
        """A parameter that `values` does not name (such as group_id) is the thing's primary key."""
        wanted = {key: values[key] if key in values else values["pk"] for key in self.parameters}
        return reverse(self.name, urlconf=self.urlconf, kwargs=wanted)


def routes(urlconf: str) -> list[Route]:
    return list(_walk(urlconf, get_resolver(urlconf).url_patterns, "", ""))


def rest_routes() -> list[Route]:
    return [route for route in routes(PLATFORM_URLS) if route.is_rest]


def page_routes(urlconf: str) -> list[Route]:
    return [route for route in routes(urlconf) if not route.is_rest]


def _walk(urlconf: str, patterns: list[Any], prefix: str, namespace: str) -> Iterator[Route]:
    for pattern in patterns:
        text = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(urlconf, pattern.url_patterns, text, inner)
        elif isinstance(pattern, URLPattern):
            yield Route(
                f"{namespace}{pattern.name}" if pattern.name else "",
                text,
                _parameters(pattern),
                _methods(pattern.callback),
                urlconf,
            )


def _parameters(pattern: URLPattern) -> frozenset[str]:
    converters = getattr(pattern.pattern, "converters", None) or {}
    groups = getattr(getattr(pattern.pattern, "regex", None), "groupindex", {})
    return frozenset(converters) | frozenset(groups)


def _methods(view: Any) -> tuple[str, ...]:
    """What a REST view answers to; pages are asked by GET and POST anyway."""
    if actions := getattr(view, "actions", None):
        return tuple(method for method in actions if method not in ("head", "options"))
    if (view_class := getattr(view, "cls", None) or getattr(view, "view_class", None)) is not None:
        known = ("get", "post", "put", "patch", "delete")
        return tuple(method for method in known if hasattr(view_class, method))
    return ("get", "post")
