"""A customer: one schema, one SIP domain."""

from __future__ import annotations

import re
import secrets
from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django_tenants.models import TenantMixin

from tenants.models.tenant_options import (
    TenantCapability,
    TenantOptions,
    TenantStorage,
    option_constraints,
)

_DOMAIN_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


def validate_sip_domain(value: str) -> None:
    """A host name in lower case; also one that no DNS knows, such as demo.local."""
    if len(value) > 253 or not all(_DOMAIN_LABEL.fullmatch(label) for label in value.split(".")):
        raise ValidationError(
            "A SIP domain consists of lower-case letters, digits, hyphens and dots.", code="sip_domain"
        )


def validate_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError("Not a time zone of the IANA list, such as Europe/Berlin.", code="time_zone")


def new_schema_name() -> str:
    """Random and never changed, so that renaming a tenant moves no data and no name leaks into dumps."""
    return f"t_{secrets.token_hex(6)}"


class Tenant(TenantMixin, TenantCapability, TenantOptions, TenantStorage):
    """Services create and delete tenants; saving a row alone makes no schema."""

    auto_create_schema = False
    auto_drop_schema = False

    name = models.CharField(
        "user name",
        max_length=32,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9][a-z0-9_-]{1,31}\Z", "2 to 32 lower-case letters, digits, - and _.")
        ],
        help_text="What the tenant signs in with; does not change.",
    )
    display_name = models.CharField("company name", max_length=100)
    sip_domain = models.CharField("SIP domain", max_length=253, unique=True, validators=[validate_sip_domain])
    is_enabled = models.BooleanField("enabled", default=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_time_zone])
    # Raised by triggers with every change a worker must learn of.
    config_rev = models.BigIntegerField("configuration revision", default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # From here on there is no way back, only to the end.
    deletion_began_at = models.DateTimeField(null=True, editable=False)
    are_cdrs_kept = models.BooleanField("call records are kept", default=False, editable=False)
    deletion_step = models.CharField(max_length=100, blank=True, default="", editable=False)

    objects: ClassVar[models.Manager[Tenant]] = models.Manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sip_domain=Lower("sip_domain")), name="tenant_sip_domain_is_lower_case"
            ),
            *option_constraints(),
            models.CheckConstraint(
                condition=models.Q(deletion_began_at__isnull=True) | models.Q(is_enabled=False),
                name="tenant_is_disabled_while_it_is_deleted",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name or self.name

    def clean(self) -> None:
        self.sip_domain = self.sip_domain.strip().lower()
        super().clean()

    @property
    def is_being_deleted(self) -> bool:
        return self.deletion_began_at is not None


class TenantProfile(Tenant):
    """The same row as its own people see and change it."""

    class Meta:
        proxy = True
        verbose_name = "profile"
        verbose_name_plural = "profile"
