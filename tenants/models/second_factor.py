"""What somebody has besides the password: an authenticator app, and recovery codes for the day it is lost."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from tenants.encrypted_field import EncryptedTextField
from tenants.models.tenant import Tenant
from tenants.models.user import User
from tenants.roles import Rank, Role


class SecondFactor(models.Model):
    """Counts from its confirmation on: until a code was typed, nobody knows whether the app has the secret."""

    is_audited = False

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    secret = EncryptedTextField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Of the last code that was used; this one and older ones are refused.
    last_step = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """Good for one sign-in instead of a code. Stored as a keyed digest."""

    is_audited = False

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_is_unique")]

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"


SECOND_FACTOR_KINDS = (*Rank.values, Role.EXTENSION.value)


def validate_kinds(value: object) -> None:
    if not isinstance(value, list) or set(map(str, value)) - set(SECOND_FACTOR_KINDS):
        raise ValidationError(f"Any of: {', '.join(SECOND_FACTOR_KINDS)}.", code="kinds")


def no_kinds() -> list[Any]:
    return []


class SignInRule(models.Model):
    """Of a tenant, or (without one) of the administrators. No row: nothing is required."""

    tenant = models.OneToOneField(
        Tenant, null=True, blank=True, editable=False, on_delete=models.CASCADE, related_name="sign_in_rule"
    )
    second_factor_for = models.JSONField(
        "two-factor sign-in required for", default=no_kinds, blank=True, validators=[validate_kinds]
    )

    class Meta:
        verbose_name = "sign-in rule"
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(tenant__isnull=True), name="sign_in_rule_of_the_platform_is_one"
            )
        ]

    def __str__(self) -> str:
        return "Sign-in rules"
