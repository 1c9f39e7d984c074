"""Which roles may use a resource, and whether it needs a tenant to act in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.acting import TENANT_HEADER, Actor
from tenants.models import Role, Tenant

if TYPE_CHECKING:  # views read the settings, which name this module
    from rest_framework.views import APIView


def actor_of(request: Request) -> Actor:
    actor: Actor | None = getattr(request._request, "actor", None)
    if actor is None:
        raise NotAuthenticated
    return actor


def tenant_of(request: Request) -> Tenant:
    """The tenant acted in; an administrator has to name it."""
    tenant = actor_of(request).tenant
    if tenant is None:
        raise ValidationError(
            {TENANT_HEADER: f"Name the tenant in the header {TENANT_HEADER}."}, code="tenant_required"
        )
    return tenant


class HasRole(BasePermission):
    """By the view's `action_roles`, else its `read_roles` and `write_roles`; a view that names none is closed."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor: Actor | None = getattr(request._request, "actor", None)
        if actor is None or not request.user.is_authenticated:
            return False
        is_reading = request.method in ("GET", "HEAD", "OPTIONS")
        usual: frozenset[Role] = getattr(view, "read_roles" if is_reading else "write_roles", frozenset())
        by_action: Mapping[str, frozenset[Role]] = getattr(view, "action_roles", {})
        return actor.role in by_action.get(getattr(view, "action", None) or "", usual)


class RoleAccess:
    """Mixed into views that name their roles; `HasRole` is the default permission of all views."""

    read_roles: ClassVar[frozenset[Role]] = frozenset()
    write_roles: ClassVar[frozenset[Role]] = frozenset()
    # For single actions that other roles may use too: these look more closely themselves.
    action_roles: ClassVar[Mapping[str, frozenset[Role]]] = {}


ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
MANAGERS = frozenset({Role.ADMINISTRATOR, Role.TENANT})
EVERYBODY = frozenset({Role.ADMINISTRATOR, Role.TENANT, Role.EXTENSION})
NOBODY: frozenset[Role] = frozenset()
