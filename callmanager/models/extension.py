"""A user's number and the account its phones register with.

The flat SIP directory the edge reads, the tenant's revision and the notifications are kept in step by
triggers (migrations 0002), so that bulk updates and imports can't leave them behind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models, transaction

from callmanager.domain.passwords import find_weakness
from tenants.capacity import refuse_above_limit
from tenants.encrypted_field import EncryptedTextField
from tenants.models import Tenant
from tenants.scope import current_tenant_id
from tenants.scoped_models import ScopedQuerySet, TenantSchemaManager

RING_TIMEOUT_S = (5, 300)
# A display name becomes part of SIP headers and of every page that lists calls.
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_HA1_INPUTS = frozenset({"number", "sip_password"})


def digest_ha1(number: str, sip_domain: str, password: str) -> str:
    """RFC 2617 A1: MD5 is what the phones speak; the password itself is stored encrypted."""
    return hashlib.md5(f"{number}:{sip_domain}:{password}".encode(), usedforsecurity=False).hexdigest()


def lock_tenant() -> Tenant:
    """The tenant, whose SIP domain and limit can't change before the transaction ends.

    The row is locked by the revision trigger at the end of the statement anyway; taking it first keeps the order
    of locks the same everywhere.
    """
    fields = ("sip_domain", "max_extensions")
    return Tenant.objects.select_for_update().only(*fields).get(pk=current_tenant_id())


def refuse_extensions_above_limit(*, limit: int | None, added: int) -> None:
    """LimitReached; its word is final only while the tenant is locked."""
    if limit is not None:
        refuse_above_limit(limit=limit, present=Extension.objects.count(), added=added, what="extensions")


class ExtensionQuerySet(ScopedQuerySet["Extension"]):
    def bulk_create(self, objs: Iterable[Extension], *args: Any, **kwargs: Any) -> list[Extension]:
        extensions = list(objs)
        with transaction.atomic():
            tenant = lock_tenant()
            refuse_extensions_above_limit(limit=tenant.max_extensions, added=len(extensions))
            for extension in extensions:
                extension.set_ha1(tenant.sip_domain)
            return super().bulk_create(extensions, *args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        if _HA1_INPUTS & kwargs.keys():
            raise TypeError(
                "The HA1 depends on number and sip_password: change them by the service or save()."
            )
        return super().update(**kwargs)


class Extension(models.Model):
    number = models.CharField(
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Za-z0-9]+\Z", "Only letters and digits.", code="number")],
    )
    display_name = models.CharField(max_length=100, blank=True, default="")
    email = models.EmailField(blank=True, default="")
    is_enabled = models.BooleanField("enabled", default=True)
    ring_timeout_s = models.PositiveSmallIntegerField(
        "ring time (s)",
        default=30,
        validators=[MinValueValidator(RING_TIMEOUT_S[0]), MaxValueValidator(RING_TIMEOUT_S[1])],
    )
    sip_password = EncryptedTextField("SIP password")
    ha1 = models.CharField(max_length=32, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager.from_queryset(ExtensionQuerySet)()

    class Meta:
        ordering = (models.functions.Length("number"), "number")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=r"^[A-Za-z0-9]+$"), name="extension_number_is_alphanumeric"
            ),
            models.CheckConstraint(
                condition=models.Q(ring_timeout_s__range=RING_TIMEOUT_S),
                name="extension_ring_timeout_in_range",
            ),
            models.CheckConstraint(
                condition=models.Q(ha1__regex=r"^[0-9a-f]{32}$"), name="extension_ha1_is_md5"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.display_name}".strip()

    def clean(self) -> None:
        super().clean()
        problems = {}
        if weakness := find_weakness(self.sip_password or "", self.number or ""):
            problems["sip_password"] = ValidationError(weakness, code="weak_password")
        if CONTROL_CHARACTERS.search(self.display_name or ""):
            problems["display_name"] = ValidationError(
                "No line breaks or control characters.", code="invalid"
            )
        if problems:
            raise ValidationError(problems)

    def set_ha1(self, sip_domain: str) -> None:
        self.ha1 = digest_ha1(self.number, sip_domain, self.sip_password)

    def save(self, *args: Any, **kwargs: Any) -> None:
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and not _HA1_INPUTS & set(update_fields):
            super().save(*args, **kwargs)
            return
        if update_fields is not None:
            kwargs["update_fields"] = {*update_fields, "ha1"}
        with transaction.atomic():
            tenant = lock_tenant()
            if self._state.adding:
                refuse_extensions_above_limit(limit=tenant.max_extensions, added=1)
            self.set_ha1(tenant.sip_domain)
            super().save(*args, **kwargs)
