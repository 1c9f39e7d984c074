"""One row per caller and time in a queue: monthly partitions by `entered_at`, row-level security, by SQL in 0025."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager

OUTCOMES = [
    ("waiting", "Waits"),
    ("answered", "Answered"),
    ("abandoned", "Hung up"),
    ("no_answer", "Nobody answered"),
    ("max_wait", "Waited too long"),
    ("no_agents", "No agents"),
    ("callback", "To be called back"),
    ("transferred", "Transferred"),
    ("deleted", "Queue deleted"),
    ("worker_lost", "Call lost"),
]


class QueueStay(models.Model):
    """The database's primary key is (id, entered_at). `sequence` is that of the call's event with which it began."""

    id = models.BigAutoField(primary_key=True)
    tenant_id = models.BigIntegerField()
    session_id = models.TextField()
    sequence = models.IntegerField()
    queue = models.TextField()
    queue_name = models.TextField()
    caller = models.TextField()
    caller_name = models.TextField("caller's name")
    is_from_inside = models.BooleanField()
    entered_at = models.DateTimeField("time")
    left_at = models.DateTimeField(null=True)
    waited_ms = models.IntegerField("waited", null=True)
    outcome = models.CharField(max_length=12, choices=OUTCOMES)
    is_lost = models.BooleanField("lost")
    agent = models.TextField()
    sla_s = models.IntegerField()
    is_sla_breached = models.BooleanField("SLA breached")
    # Claimed before the managers are written to, so that they are told once.
    sla_mailed_at = models.DateTimeField(null=True)
    lost_mailed_at = models.DateTimeField(null=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        managed = False
        db_table = "queue_stay"
        ordering = ("-entered_at", "-id")
        verbose_name = "queue call"

    def __str__(self) -> str:
        return f"{self.caller} in {self.queue}"
