"""Who hung up because a queue calls them back: written by a trigger on `call_event` (sql/0027_queue_callbacks.sql)."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class QueueCallback(models.Model):
    """`place` is the session in which the caller waited, and names their place in the line for every worker.

    `worker` keeps it since `kept_since`; once the callback is made, or will not be, the row is gone.
    """

    is_audited = False

    place = models.TextField(primary_key=True)
    # No foreign key: a company's rows go with it by SQL.
    tenant_id = models.BigIntegerField()
    queue = models.TextField()
    number = models.TextField()
    entered_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    worker = models.TextField()
    kept_since = models.DateTimeField()

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "queue_callback"
        ordering = ("entered_at", "place")
        indexes = [models.Index(fields=["tenant_id", "entered_at"], name="queue_callback_by_tenant")]

    def __str__(self) -> str:
        return f"{self.number} of {self.queue}"
