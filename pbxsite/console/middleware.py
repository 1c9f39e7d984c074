"""Chooses the console of a request by who asks: the platform's, or that of the tenant acted in, in its time."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from tenants.acting import Actor
from tenants.middleware import API_PREFIX

TENANT_URLS = "pbxsite.urls_tenant"


class ConsoleMiddleware:
    """Stands after the middleware that finds out who acts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.tenant is None or request.path.startswith(API_PREFIX):
            return self.get_response(request)
        request.urlconf = TENANT_URLS
        with timezone.override(actor.user.time_zone or actor.tenant.time_zone):
            return self.get_response(request)
