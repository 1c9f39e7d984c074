"""Who did what to which object, for which tenant, from where. Rows are only ever added."""

from __future__ import annotations

from django.db import models

from tenants.models.tenant import Tenant
from tenants.models.user import User


class AuditEntry(models.Model):
    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # Kept beside the reference: the entry outlives the user.
    username = models.CharField(max_length=80, blank=True, default="")
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64, blank=True, default="")
    object_name = models.CharField(max_length=200, blank=True, default="")
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_by_tenant")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_name}"
