"""Whom a bearer token speaks for."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from tenants.models import ApiToken, User
from tenants.models.api_token import token_digest


def api_token_list(*, user: User) -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(user=user)


def api_token_find(secret: str) -> ApiToken | None:
    """The token with its user and tenant; None if it is unknown, expired, revoked, or its user has lost the right."""
    token = (
        ApiToken.objects.select_related("user", "user__tenant")
        .filter(digest=token_digest(secret), revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if token is None or not token.user.is_active or token.user.tenant_id != token.tenant_id:
        return None
    tenant = token.user.tenant
    return token if tenant is None or tenant.is_enabled else None
