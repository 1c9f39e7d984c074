"""A file of a tenant: the row says whose it is and what it is, `tenants.files` where it lies on disk."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from tenants.scoped_models import ScopedQuerySet, TenantRowsManager


class FileKind(models.TextChoices):
    """One directory each. A new kind needs a line here and nothing else."""

    RECORDING = "recording", "Recordings"
    VOICEMAIL = "voicemail", "Voicemails"
    PROMPT = "prompt", "Announcements"
    MUSIC = "music", "Music on hold"
    PICTURE = "picture", "Pictures and logos"
    UPLOAD = "upload", "Uploads"
    REPORT = "report", "Reports and exports"


def new_file_name() -> str:
    """192 random bits: nobody guesses the neighbour's."""
    return secrets.token_hex(24)


class TenantFile(models.Model):
    """Made and deleted by `tenants.files` alone, or the disk would not know."""

    is_audited = False

    # A reference with ON DELETE CASCADE, which the migration makes: Django's own would not see rows of no scope.
    tenant_id = models.BigIntegerField(editable=False)
    kind = models.CharField(max_length=16, choices=FileKind.choices)
    name = models.CharField(max_length=64, unique=True, default=new_file_name, editable=False)
    # What people called it; never part of a path.
    original_name = models.CharField(max_length=200, blank=True, default="")
    content_type = models.CharField(max_length=100, default="application/octet-stream")
    size_bytes = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "tenant_file"
        ordering = ("-created_at", "-id")
        verbose_name = "file"
        indexes = [models.Index(fields=["tenant_id", "kind", "created_at", "id"], name="tenant_file_by_age")]
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gte=0), name="tenant_file_size_is_positive"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="tenant_file_kind_is_known"),
            models.CheckConstraint(
                condition=Q(name__regex=r"^[0-9a-f]{16,64}$"), name="tenant_file_name_is_random"
            ),
        ]

    def __str__(self) -> str:
        return self.original_name or self.name[:12]


class TenantFileUsage(models.Model):
    """What a tenant's files of one kind take, kept by a trigger on `tenant_file`."""

    is_audited = False

    tenant_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=FileKind.choices)
    size_bytes = models.BigIntegerField(default=0)
    file_count = models.BigIntegerField(default=0)

    objects = TenantRowsManager.from_queryset(ScopedQuerySet)()

    class Meta:
        db_table = "tenant_file_usage"
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "kind"], name="tenant_file_usage_is_one_per_kind")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.size_bytes}"
