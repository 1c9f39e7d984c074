"""A recorded call. Whoever deletes its file, a person or the clean-up, takes the row along."""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import formats, timezone

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class RecordingState(models.TextChoices):
    """Only what is stored can be heard. `no_room`: the worker still has it, for a week."""

    PENDING = "pending", "Being stored"
    STORED = "stored", "Stored"
    NO_ROOM = "no_room", "No room: the disk quota is used up"
    LOST = "lost", "Lost: there is no file"


def new_token() -> str:
    """128 random bits: what is written into addresses."""
    return secrets.token_hex(16)


class Recording(models.Model):
    """Written with the record of its call. `paths` are the worker's own files until it is stored.

    `parties` are the extensions that may hear it, because they were there all along; a trigger keeps them in step.
    `pauses` are pairs of seconds; `peaks` the loudest of each of some hundred parts of it, 0 to 255, for each track.
    """

    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    tenant_id = models.BigIntegerField(editable=False)
    session_id = models.TextField(db_index=True)
    recording = models.CharField(max_length=80, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=RecordingState.choices, default=RecordingState.PENDING)
    worker = models.CharField(max_length=64, editable=False)
    paths = models.JSONField(default=list, editable=False)
    caller = models.CharField(max_length=64)
    caller_name = models.CharField("caller's name", max_length=128, blank=True, default="")
    callee = models.CharField(max_length=64)
    answered_number = models.CharField(max_length=64, blank=True, default="")
    direction = models.CharField(max_length=3)
    parties = ArrayField(models.CharField(max_length=20), default=list, editable=False)
    trunk_name = models.CharField(max_length=64, blank=True, default="")
    outbound_trunk_name = models.CharField(max_length=64, blank=True, default="")
    asked_by = models.CharField("recorded because of", max_length=80, blank=True, default="")
    by = models.CharField("begun by", max_length=20, blank=True, default="")
    why_ended = models.CharField(max_length=12, blank=True, default="")
    call_started_at = models.DateTimeField("started")
    answered_at = models.DateTimeField("answered", null=True)
    talk_duration_ms = models.BigIntegerField(default=0)
    started_at = models.DateTimeField("recorded from")
    duration_s = models.FloatField("length (s)", default=0)
    size_bytes = models.BigIntegerField(default=0)
    tracks = models.PositiveSmallIntegerField(default=1)
    pauses = models.JSONField(default=list)
    peaks = models.JSONField(default=list)
    file_id = models.BigIntegerField(unique=True, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "recording"
        ordering = ("-started_at", "-id")
        verbose_name = "recording"
        indexes = [
            models.Index(fields=["tenant_id", "-started_at", "-id"], name="recording_by_time"),
            GinIndex(fields=["parties"], name="recording_by_party"),
            models.Index(
                fields=["created_at"],
                name="recording_unstored",
                condition=models.Q(state="pending") | models.Q(state="no_room"),
            ),
        ]

    def __str__(self) -> str:
        at = formats.date_format(timezone.localtime(self.started_at), "j M Y, H:i")
        return f"{self.caller} → {self.callee}, {at}"

    @property
    def is_stored(self) -> bool:
        return self.state == RecordingState.STORED
