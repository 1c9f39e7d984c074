"""A tenant that is gone and whose call records were kept. The database itself writes the row, with the tenant's end."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from callmanager.fleet.models.cdr import Cdr
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class DeletedTenant(models.Model):
    """For administrators only: row-level security shows it across tenants and to no tenant."""

    tenant_id = models.BigIntegerField(primary_key=True)
    name = models.CharField("user name", max_length=32)
    display_name = models.CharField("company name", max_length=100)
    sip_domain = models.CharField("SIP domain", max_length=253)
    deleted_at = models.DateTimeField("deleted", db_default=Now())
    # From here on its records go, a batch after the other, and at last this row.
    purge_began_at = models.DateTimeField(null=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "deleted_tenant"
        ordering = ("-deleted_at", "-tenant_id")
        verbose_name = "deleted tenant"

    def __str__(self) -> str:
        return self.display_name or self.name


class KeptCdr(Cdr):
    """A record of one of them."""

    class Meta:
        proxy = True
        verbose_name = "kept call record"
