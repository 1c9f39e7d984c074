"""Who did or tried what to which object, for which tenant, from where. Rows are only ever added."""

from __future__ import annotations

from django.db import models

from tenants.models.tenant import Tenant
from tenants.models.user import User
from tenants.roles import Role


class AuditOutcome(models.TextChoices):
    OK = "ok", "Done"
    FAILED = "failed", "Failed"


class AuditDoor(models.TextChoices):
    """By which way it was done."""

    CONSOLE = "console", "Console"
    REST = "rest", "REST"
    SYSTEM = "system", "System"


class AuditEntry(models.Model):
    is_audited = False

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    # Kept beside the references: the entry outlives user and tenant.
    username = models.CharField("person", max_length=80, blank=True, default="")
    role = models.CharField(max_length=13, choices=Role.choices, blank=True, default="")
    tenant = models.ForeignKey(Tenant, null=True, on_delete=models.SET_NULL, related_name="+")
    tenant_name = models.CharField("tenant", max_length=32, blank=True, default="")
    # An administrator inside the tenant, rather than somebody of its own.
    is_on_behalf = models.BooleanField("on behalf of the tenant", default=False)
    door = models.CharField("by", max_length=7, choices=AuditDoor.choices, default=AuditDoor.SYSTEM)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64, blank=True, default="")
    object_name = models.CharField("object", max_length=200, blank=True, default="")
    outcome = models.CharField(max_length=6, choices=AuditOutcome.choices, default=AuditOutcome.OK)
    reason = models.CharField(max_length=500, blank=True, default="")
    # {"field": {"before": ..., "after": ...}}; of secrets only that they changed.
    changes = models.JSONField(default=dict)
    ip = models.GenericIPAddressField("address", null=True)

    class Meta:
        ordering = ("-at", "-id")
        verbose_name = "activity"
        verbose_name_plural = "activity log"
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_by_tenant"),
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_name}"

    @property
    def actor(self) -> str:
        """In words: `root` the administrator, or `root for acme`, or `acme`."""
        if not self.username:
            return "Nobody signed in"
        return f"{self.username} for {self.tenant_name}" if self.is_on_behalf else self.username
