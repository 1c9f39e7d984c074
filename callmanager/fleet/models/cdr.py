"""One row per call attempt. Monthly partitions by `started_at`, row-level security, made by SQL in 0002."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
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
    session_id = models.TextField()
    tenant_name = models.TextField()
    call_id = models.TextField("SIP Call-ID")
    status = models.CharField(max_length=10, choices=CdrStatus.choices)
    direction = models.TextField()

    caller = models.TextField()
    caller_domain = models.TextField()
    caller_display_name = models.TextField()
    callee = models.TextField("dialled")
    callee_domain = models.TextField()
    answered_by = models.TextField()
    answered_number = models.TextField()
    final_destination = models.TextField("contact that answered")

    started_at = models.DateTimeField()
    ringing_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    post_dial_delay_ms = models.IntegerField(null=True)
    ring_duration_ms = models.IntegerField()
    talk_duration_ms = models.IntegerField()

    ended_by = models.TextField()
    ended_reason = models.TextField()
    sip_code = models.IntegerField()
    is_worker_lost = models.BooleanField(default=False)

    source = models.TextField("caller's address")
    caller_user_agent = models.TextField()
    callee_user_agent = models.TextField()
    caller_codec = models.TextField()
    callee_codec = models.TextField()
    caller_mos = models.FloatField(null=True)
    callee_mos = models.FloatField(null=True)
    caller_media = models.JSONField(null=True)
    callee_media = models.JSONField(null=True)
    call_targets = models.JSONField()

    # The trunk the call came over and the number called there; the one it went out over, what that was told as the
    # caller, and the extension whose minutes it used. Names stay when the trunk is gone.
    trunk_id = models.BigIntegerField(null=True)
    trunk_name = models.TextField(default="")
    did = models.TextField("number called", default="")
    outbound_trunk_id = models.BigIntegerField(null=True)
    outbound_trunk_name = models.TextField(default="")
    outbound_caller_id = models.TextField(default="")
    on_behalf_of = models.TextField(default="")
    # The group of whoever answered or, if nobody did, the last one that rang.
    ring_group = models.TextField(default="")
    rung_extensions = ArrayField(models.TextField(), default=list)
    # Of extensions, nobody but the caller may know of it: somebody else's call was monitored.
    is_confidential = models.BooleanField(default=False)

    worker = models.TextField()
    config_rev = models.BigIntegerField()

    # Spelled out, because the type checker can't follow a generated manager into the proxy of it.
    objects: ClassVar[TenantRowsManager[Cdr]] = TenantRowsManager.from_queryset(ScopedQuerySet)()  # type: ignore[assignment]

    class Meta:
        managed = False
        db_table = "cdr"
        ordering = ("-started_at", "-id")
        verbose_name = "call record"

    def __str__(self) -> str:
        return f"{self.caller} → {self.callee}"
