"""Who may register, flat for the edge. Written by triggers on extensions and tenants, by nobody else."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class SipDirectoryEntry(models.Model):
    pk = models.CompositePrimaryKey("tenant_id", "username")
    tenant_id = models.BigIntegerField()
    username = models.CharField(max_length=20)
    domain = models.CharField(max_length=253)
    ha1 = models.CharField(max_length=32)
    is_enabled = models.BooleanField()

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "sip_directory"
        constraints = [
            models.UniqueConstraint(fields=["username", "domain"], name="sip_directory_aor_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.username}@{self.domain}"
