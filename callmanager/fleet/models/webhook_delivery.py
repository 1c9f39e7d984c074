"""What event URLs are told: written with what it tells of, sent by the task processes, kept as a log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.models.event_url import EventTopic
from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class DeliveryState(models.TextChoices):
    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = Q(state=DeliveryState.QUEUED) | Q(state=DeliveryState.SENDING)


class WebhookDelivery(models.Model):
    """Of those with one `ordering_key` (a call's, a phone's) at one address, each waits for the one before it.

    Rows of call events are written by a trigger on `call_event` (sql/0013_webhooks.sql): they have the event in
    `source`, and a `body` from their first attempt on.
    """

    is_audited = False

    # No foreign keys: the log outlives the address. A tenant's rows go with it (sql/0013_webhooks.sql).
    tenant_id = models.BigIntegerField()
    event_url_id = models.BigIntegerField()
    topic = models.CharField(max_length=9, choices=EventTopic.choices)
    key = models.CharField("event", max_length=40)
    # The same for all attempts and for what is sent again: by it a receiver knows what it has had.
    event_id = models.CharField("webhook-id", max_length=40)
    ordering_key = models.CharField("call or phone", max_length=320)
    source = models.JSONField(null=True)
    body = models.TextField(blank=True, default="")
    is_replay = models.BooleanField("sent again", default=False)
    state = models.CharField(max_length=9, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # While it is sent, the end of the lease: who dies over it leaves it to the next one.
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField("time", default=timezone.now)
    finished_at = models.DateTimeField("finished", null=True)
    # Of the last attempt. Secrets are masked in it, and long texts cut.
    url = models.CharField("URL", max_length=500, blank=True, default="")
    status_code = models.PositiveSmallIntegerField("answer", null=True)
    error = models.CharField(max_length=500, blank=True, default="")
    duration_ms = models.PositiveIntegerField("took (ms)", null=True)
    request_headers = models.JSONField(default=dict)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True, default="")
    # One short entry for each.
    attempt_log = models.JSONField(default=list)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "webhook_delivery"
        ordering = ("-id",)
        verbose_name = "event delivery"
        verbose_name_plural = "event deliveries"
        indexes = [
            models.Index(fields=["tenant_id", "-id"], name="webhook_delivery_by_tenant"),
            models.Index(fields=["created_at"], name="webhook_delivery_by_time"),
            models.Index(
                fields=["event_url_id", "next_attempt_at", "id"],
                condition=UNFINISHED,
                name="webhook_delivery_due",
            ),
            models.Index(
                fields=["event_url_id", "ordering_key", "id"],
                condition=UNFINISHED,
                name="webhook_delivery_in_order",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="webhook_delivery_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.created_at:%Y-%m-%d %H:%M:%S}"


class WebhookHealth(models.Model):
    """How an address answered lately. Settings that were changed since `settings_of` begin with a clean sheet."""

    is_audited = False

    event_url_id = models.BigIntegerField(primary_key=True)
    tenant_id = models.BigIntegerField()
    settings_of = models.DateTimeField()
    failures_in_row = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "webhook_health"

    def __str__(self) -> str:
        return f"{self.event_url_id}: {self.failures_in_row} failures"
