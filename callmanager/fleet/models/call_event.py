"""What the workers reported, as stored: monthly partitions by `at`, row-level security, made by SQL in 0002."""

from __future__ import annotations

from django.db import models

from callmanager.domain.call_events import CallEvent, CallEventKind
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class StoredCallEvent(models.Model):
    pk = models.CompositePrimaryKey("session_id", "sequence", "at")
    session_id = models.CharField(max_length=64)
    sequence = models.IntegerField()
    at = models.DateTimeField()
    tenant_id = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    worker = models.CharField(max_length=64)
    data = models.JSONField()

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        managed = False
        db_table = "call_event"

    def __str__(self) -> str:
        return f"{self.session_id} {self.sequence} {self.kind}"

    def to_event(self) -> CallEvent:
        return CallEvent(
            tenant_id=self.tenant_id,
            session_id=self.session_id,
            sequence=self.sequence,
            kind=CallEventKind(self.kind),
            at=self.at.timestamp(),
            worker=self.worker,
            data=self.data,
        )
