"""Chooses the console of a request by who asks: the platform's, that of the tenant acted in, or the one that an
extension has by its groups; in the tenant's time.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from callmanager.selectors.person import may_use_console
from tenants.acting import Actor
from tenants.middleware import API_PREFIX
from tenants.models import Role

TENANT_URLS = "pbxsite.urls_tenant"
# For extensions whose groups let them into the console.
PERSON_URLS = "pbxsite.urls_person"


class ConsoleMiddleware:
    """Stands after the middleware that finds out who acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.tenant is None or request.path.startswith(API_PREFIX):
            return self.get_response(request)
        # Asked anew for every request: who loses the right is outside at the next one.
        is_person = actor.role == Role.EXTENSION and may_use_console(user=actor.user)
        request.is_person_console = is_person  # type: ignore[attr-defined]
        request.urlconf = PERSON_URLS if is_person else TENANT_URLS
        with timezone.override(actor.user.time_zone or actor.tenant.time_zone):
            return self.get_response(request)
