"""What happened to the system itself: workers, edge, database, tasks, security. Row-level security by tenant."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class Severity(models.TextChoices):
    INFO = "info", "Information"
    WARNING = "warning", "Warning"
    ERROR = "error", "Error"
    CRITICAL = "critical", "Critical"


class EventSource(models.TextChoices):
    WORKER = "worker", "Worker"
    EDGE = "edge", "Edge"
    TRUNK = "trunk", "Trunk"
    PHONE = "phone", "Phone"
    DATABASE = "database", "Database"
    REDIS = "redis", "Redis"
    SECURITY = "security", "Security"
    TASKS = "tasks", "Tasks"
    STORAGE = "storage", "Storage"
    MAIL = "mail", "Mail"
    SYSTEM = "system", "System"


class EventLogEntry(models.Model):
    """Without a tenant it concerns the platform, and only administrators see it."""

    is_audited = False

    at = models.DateTimeField(auto_now_add=True)
    severity = models.CharField(max_length=8, choices=Severity.choices)
    source = models.CharField(max_length=16, choices=EventSource.choices)
    kind = models.CharField(max_length=64)
    # No foreign key: the entry outlives the tenant.
    tenant_id = models.BigIntegerField(null=True, blank=True)
    tenant_name = models.CharField("tenant", max_length=32, blank=True, default="")
    message = models.CharField(max_length=500)
    data = models.JSONField(default=dict)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "event_log"
        ordering = ("-at", "-id")
        verbose_name = "event"
        verbose_name_plural = "event log"
        indexes = [
            models.Index(fields=["-at", "-id"], name="event_log_by_time"),
            models.Index(fields=["tenant_id", "-at"], name="event_log_by_tenant"),
            models.Index(fields=["kind", "-at"], name="event_log_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M:%S}"
