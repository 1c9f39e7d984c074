"""Who may use a resource (by the table of capabilities), and whether it needs a tenant to act in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from rest_framework.exceptions import NotAuthenticated, ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from tenants.acting import TENANT_HEADER, Actor
from tenants.capabilities import Verb, scopes_for
from tenants.models import Tenant

if TYPE_CHECKING:  # views read the settings, which name this module
    from rest_framework.views import APIView

_ACTION_VERBS = {"create": Verb.ADD, "destroy": Verb.DELETE}


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


class HasCapability(BasePermission):
    """The default permission of all views: the table of capabilities, asked by subject and verb."""

    message = "Not allowed."
    code = "permission_denied"

    def has_permission(self, request: Request, view: APIView) -> bool:
        actor: Actor | None = getattr(request._request, "actor", None)
        if actor is None or not request.user.is_authenticated:
            return False
        subject, verb = subject_of(view, request.method or ""), verb_of(view, request.method or "")
        if not actor.is_token_for(subject, verb):
            self.code = "token_scope"
            self.message = (
                f"The token needs one of the scopes: {', '.join(scopes_for(subject, verb)) or 'none'}."
            )
            return False
        return actor.may(subject, verb)


class ResourceAccess:
    """Mixed into views that are more than their queryset's model or mean more than their method says."""

    # A row of the table of capabilities; "" means the model of the view's queryset.
    subject: ClassVar[str] = ""
    # By the name of an action or method: another subject, or another verb than the usual.
    subjects: ClassVar[Mapping[str, str]] = {}
    verbs: ClassVar[Mapping[str, Verb]] = {}


def subject_of(view: object, method: str) -> str:
    """Empty, and so refused, if the view says nothing."""
    by_action: Mapping[str, str] = getattr(view, "subjects", {})
    if subject := by_action.get(_action_of(view, method)) or getattr(view, "subject", ""):
        return str(subject)
    model = getattr(getattr(view, "queryset", None), "model", None)
    return model._meta.label_lower if model is not None else ""


def verb_of(view: object, method: str) -> Verb:
    """Making one is adding; any other action that is not only reading changes what it is asked of."""
    action = _action_of(view, method)
    declared: Mapping[str, Verb] = getattr(view, "verbs", {})
    if action in declared:
        return declared[action]
    if method in SAFE_METHODS:
        return Verb.VIEW
    return _ACTION_VERBS.get(action, Verb.CHANGE)


def _action_of(view: object, method: str) -> str:
    return getattr(view, "action", None) or method.lower()
