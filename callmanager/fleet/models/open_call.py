"""A call whose CDR does not stand yet: written by the worker, deleted with the CDR's insertion."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class OpenCall(models.Model):
    session_id = models.CharField(max_length=64, primary_key=True)
    tenant_id = models.BigIntegerField()
    worker = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "open_call"
        indexes = [models.Index(fields=["worker"], name="open_call_by_worker")]

    def __str__(self) -> str:
        return self.session_id
