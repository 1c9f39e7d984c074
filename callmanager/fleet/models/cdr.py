"""One row per call attempt. Monthly partitions by `started_at`, row-level security, made by SQL in 0002."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class CdrStatus(models.TextChoices):
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"
    FAILED = "failed"
    REFUSED = "refused"


class Cdr(models.Model):
    """The database's primary key is (id, started_at); `id` alone is unique too and is what Django uses."""

    id = models.BigAutoField(primary_key=True)
    tenant_id = models.BigIntegerField()
    session_id = models.CharField(max_length=64)
    call_id = models.CharField("SIP Call-ID", max_length=255)
    status = models.CharField(max_length=10, choices=CdrStatus.choices)
    direction = models.CharField(max_length=8)

    caller = models.CharField(max_length=64)
    caller_domain = models.CharField(max_length=253)
    caller_display_name = models.CharField(max_length=128)
    callee = models.CharField("dialled", max_length=64)
    callee_domain = models.CharField(max_length=253)
    answered_by = models.CharField(max_length=16)
    answered_number = models.CharField(max_length=64)
    final_dest = models.CharField("contact that answered", max_length=512)

    started_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    post_dial_delay_ms = models.IntegerField(null=True)
    ring_duration_ms = models.IntegerField()
    talk_duration_ms = models.IntegerField()

    ended_by = models.CharField(max_length=8)
    end_reason = models.CharField(max_length=255)
    sip_code = models.IntegerField(null=True)
    is_worker_lost = models.BooleanField(default=False)

    source = models.CharField("caller's address", max_length=128)
    caller_user_agent = models.CharField(max_length=255)
    callee_user_agent = models.CharField(max_length=255)
    caller_codec = models.CharField(max_length=32)
    callee_codec = models.CharField(max_length=32)
    caller_mos = models.FloatField(null=True)
    callee_mos = models.FloatField(null=True)
    caller_media = models.JSONField(null=True)
    callee_media = models.JSONField(null=True)
    call_targets = models.JSONField()

    worker = models.CharField(max_length=64)
    config_rev = models.BigIntegerField(null=True)

    objects: ClassVar[TenantRowsManager[Cdr]] = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        managed = False
        db_table = "cdr"
        ordering = ("-started_at", "-id")
        verbose_name = "call record"

    def __str__(self) -> str:
        return f"{self.caller} → {self.callee}"
