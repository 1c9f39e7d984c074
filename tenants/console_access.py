"""The table of capabilities for console pages that are no model's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from tenants.acting import Actor
from tenants.capabilities import Verb

Page = TypeVar("Page", bound=Callable[..., HttpResponseBase])


def needs(subject: str, verb: Verb) -> Callable[[Page], Page]:
    """Who may not do this to that subject gets 403."""

    def guard(page: Page) -> Page:
        @wraps(page)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            actor: Actor | None = getattr(request, "actor", None)
            if actor is None or not actor.may(subject, verb):
                raise PermissionDenied
            return page(request, *args, **kwargs)

        return guarded  # type: ignore[return-value] # it takes and gives what the page does

    return guard
