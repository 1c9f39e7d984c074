"""A message that somebody left. Whoever deletes its file, a person or the clean-up, takes it along."""

from __future__ import annotations

from django.db import models

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class Voicemail(models.Model):
    """`mailbox` is the extension's number, kept in step by a trigger. `stored_path` is where workers find the file."""

    tenant_id = models.BigIntegerField(editable=False)
    mailbox = models.CharField("extension", max_length=20)
    caller = models.CharField(max_length=64)
    caller_name = models.CharField("caller's name", max_length=128, blank=True, default="")
    left_at = models.DateTimeField("time")
    duration_s = models.FloatField("length (s)")
    is_new = models.BooleanField("new", default=True)
    is_urgent = models.BooleanField("urgent", default=False)
    file_id = models.BigIntegerField(unique=True, editable=False)
    stored_path = models.CharField(max_length=200, editable=False)
    # Of the call, so that whatever is told twice is stored once.
    session_id = models.TextField(editable=False)
    recording = models.CharField(max_length=40, editable=False)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "voicemail"
        ordering = ("-left_at", "-id")
        verbose_name = "voicemail"
        indexes = [
            models.Index(fields=["tenant_id", "mailbox", "-left_at"], name="voicemail_by_mailbox"),
            models.Index(fields=["tenant_id", "-left_at", "-id"], name="voicemail_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["session_id", "recording", "mailbox"], name="voicemail_is_stored_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.caller} → {self.mailbox}"
