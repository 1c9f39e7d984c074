"""The one place where a request enters a scope. What leaves the request (a streamed body) leaves the scope."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse

from tenants.acting import (
    TENANT_HEADER,
    Actor,
    TenantUnknown,
    bearer_of,
    find_actor_of_session,
    find_actor_of_token,
)
from tenants.scope import NO_SCOPE, across_tenants, no_scope, tenant_scope
from tenants.services.api_token import api_token_note_use
from tenants.services.session import session_note_use
from tenants.sign_in import client_ip

API_PREFIX = "/api/"
GetResponse = Callable[[HttpRequest], HttpResponseBase]


class PublicSchemaMiddleware:
    """First of all: whatever a thread did before, a request begins and ends without a tenant."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with no_scope():
            return self.get_response(request)


class ActiveTenantMiddleware:
    """Sets `request.actor` (or None) and `request.tenant` and stays in the tenant's scope for the request.

    Under /api/ only a bearer token counts, everywhere else only the session: neither can borrow the other's tenant.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            actor = self._actor_of(request)
        except TenantUnknown:
            return _no_such_tenant()
        request.actor = actor  # type: ignore[attr-defined]
        request.tenant = actor.tenant if actor and actor.tenant else NO_SCOPE  # type: ignore[attr-defined]
        with scope_of(actor):
            return self.get_response(request)

    def _actor_of(self, request: HttpRequest) -> Actor | None:
        if request.path.startswith(API_PREFIX):
            secret = bearer_of(request)
            actor = find_actor_of_token(secret, request.headers.get(TENANT_HEADER)) if secret else None
            if actor is not None and actor.token is not None:
                api_token_note_use(token=actor.token)
            return actor
        actor = find_actor_of_session(request)
        if actor is None and request.user.is_authenticated:
            logout(request)
        if actor is not None:
            session_note_use(
                user=actor.user,
                session=request.session,
                address=client_ip(request),
                user_agent=request.headers.get("User-Agent", ""),
            )
        return actor


def scope_of(actor: Actor | None) -> AbstractContextManager[None]:
    """An administrator who manages no tenant sees the fleet; who did not sign in sees nothing."""
    if actor is None:
        return no_scope()
    return across_tenants() if actor.tenant is None else tenant_scope(actor.tenant)


def _no_such_tenant() -> HttpResponse:
    error = {"code": "not_found", "field": TENANT_HEADER, "message": "No such tenant."}
    return JsonResponse({"errors": [error]}, status=404)
