"""A bearer token. The secret itself is shown once and never stored."""

from __future__ import annotations

import hashlib

from django.core.exceptions import ValidationError
from django.db import models

from tenants.capabilities import TokenScope
from tenants.models.tenant import Tenant
from tenants.models.user import User


def token_digest(secret: str) -> str:
    """SHA-256 is enough: the secret is 256 random bits, nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def everything() -> list[str]:
    return [TokenScope.WRITE.value]


def validate_scopes(value: object) -> None:
    if not isinstance(value, list) or not value or set(value) - set(TokenScope.values):
        raise ValidationError(f"One or more of: {', '.join(TokenScope.values)}.", code="scopes")


class ApiToken(models.Model):
    # Made at every sign-in; who makes and revokes one by hand says so.
    is_audited = False

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    # The user's tenant when the token was made; a user who moved takes no token along.
    tenant = models.ForeignKey(Tenant, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, blank=True, default="")
    # See `capabilities.TokenScope`.
    scopes = models.JSONField(default=everything, validators=[validate_scopes])
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=12, editable=False)
    # From signing in by REST, not made on purpose: it ends where one sign-in at a time is allowed.
    is_sign_in = models.BooleanField("from signing in", default=False, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.prefix}…"
