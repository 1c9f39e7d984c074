"""Bearer tokens of the REST API and the WebSocket."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from tenants.models import ApiToken, User
from tenants.models.api_token import everything, token_digest, validate_scopes

_PREFIX_LENGTH = 12
_USE_NOTED_EVERY = timedelta(minutes=1)


def api_token_create(
    *,
    user: User,
    name: str = "",
    lifetime_s: int | None = None,
    scopes: Iterable[str] | None = None,
    is_sign_in: bool = False,
) -> tuple[ApiToken, str]:
    """The row and the secret, which exists only in this answer. Without scopes it is good for all its user may."""
    secret = f"tandem_{secrets.token_urlsafe(32)}"
    wanted = everything() if scopes is None else sorted(set(scopes))
    validate_scopes(wanted)
    token = ApiToken.objects.create(
        user=user,
        tenant=user.tenant,
        name=name,
        scopes=wanted,
        is_sign_in=is_sign_in,
        digest=token_digest(secret),
        prefix=secret[:_PREFIX_LENGTH],
        expires_at=timezone.now() + timedelta(seconds=lifetime_s or settings.API_TOKEN_LIFETIME_S),
    )
    return token, secret


def api_token_revoke(*, token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now())


def api_token_note_use(*, token: ApiToken) -> None:
    """Once a minute is enough to know which tokens are still used, and costs no write per request."""
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
