"""One registration that the edge refused. The table is bounded: old rows go, and only the latest of an account stay."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class RegistrationFailure(models.Model):
    """Without a tenant the SIP domain was nobody's; only administrators see it."""

    at = models.DateTimeField("time")
    tenant_id = models.BigIntegerField(null=True)
    number = models.CharField("extension", max_length=64)
    domain = models.CharField("SIP domain", max_length=253)
    cause = models.CharField(max_length=32)
    source = models.CharField("address", max_length=80)
    user_agent = models.CharField("phone", max_length=255, blank=True, default="")

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "registration_failure"
        ordering = ("-at", "-id")
        verbose_name = "refused registration"
        indexes = [
            models.Index(fields=["tenant_id", "number", "-at"], name="registration_failure_by_number"),
            models.Index(fields=["-at"], name="registration_failure_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.number}@{self.domain}"
