"""Who asks, and for which tenant. The tenant follows from the person who signed in, never from a host name."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tenants.capabilities import Verb, may, token_may
from tenants.models import ApiToken, Role, Tenant, User
from tenants.models.user_session import SEEN_AT_KEY
from tenants.selectors.api_token import api_token_find
from tenants.selectors.tenant import tenant_find_by_name

MANAGED_TENANT_KEY = "managed_tenant_id"
TENANT_HEADER = "X-Tenant"
_BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Actor:
    """`tenant` is whose data is acted on; None only for an administrator who manages no tenant."""

    user: User
    tenant: Tenant | None
    token: ApiToken | None = None

    @property
    def role(self) -> Role:
        return Role(self.user.role)

    def may(self, subject: str, verb: Verb) -> bool:
        """By the table of capabilities, and by the token where one is used."""
        return may(self.role, self.user.rank, subject, verb) and self.is_token_for(subject, verb)

    def is_token_for(self, subject: str, verb: Verb) -> bool:
        return self.token is None or token_may(self.token.scopes, subject, verb)


class TenantUnknown(LookupError):
    """An administrator named a tenant that does not exist."""


def find_actor_of_token(secret: str, tenant_name: str | None) -> Actor | None:
    """Only an administrator's word for another tenant counts; TenantUnknown if there is none of that name."""
    token = api_token_find(secret)
    if token is None:
        return None
    if token.user.role != Role.ADMINISTRATOR:
        return Actor(token.user, token.user.tenant, token)
    if not tenant_name:
        return Actor(token.user, None, token)
    tenant = tenant_find_by_name(tenant_name)
    if tenant is None:
        raise TenantUnknown(tenant_name)
    return Actor(token.user, tenant, token)


def find_actor_of_session(request: HttpRequest) -> Actor | None:
    """None if nobody signed in, or who did has lost the right since."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.role == Role.ADMINISTRATOR:
        managed_id = request.session.get(MANAGED_TENANT_KEY)
        return Actor(user, Tenant.objects.filter(pk=managed_id).first() if managed_id else None)
    tenant = user.tenant
    return Actor(user, tenant) if tenant is not None and tenant.is_enabled else None


def bearer_of(request: HttpRequest) -> str | None:
    header = request.headers.get("Authorization", "")
    return header[len(_BEARER) :].strip() if header.lower().startswith(_BEARER) else None


def begin_managing(request: HttpRequest, tenant: Tenant) -> None:
    """An administrator enters a tenant; a new session key, so that an older page can't act in the wrong place."""
    if not isinstance(request.user, User) or request.user.role != Role.ADMINISTRATOR:
        raise PermissionDenied
    request.session.cycle_key()
    request.session.pop(SEEN_AT_KEY, None)
    request.session[MANAGED_TENANT_KEY] = tenant.pk


def end_managing(request: HttpRequest) -> None:
    request.session.cycle_key()
    request.session.pop(SEEN_AT_KEY, None)
    request.session.pop(MANAGED_TENANT_KEY, None)
