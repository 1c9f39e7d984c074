"""What both sides of a recorded call hear first, where the company has words of its own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from callmanager.models.office_hours import THE_ONLY_ONE
from tenants.scoped_models import TenantSchemaManager


class RecordingAnnouncement(models.Model):
    """One row, while there is a file. `stored_file_id` is the row of `tenants.files`, whose name is kept here for the
    workers. Whether calls are announced at all is said by the company's profile."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    name = models.CharField(max_length=100)
    length_s = models.FloatField()
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager["RecordingAnnouncement"]()

    class Meta:
        verbose_name = verbose_name_plural = "recording announcement"
        constraints = [
            models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="recording_announcement_is_one"),
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{16,64}$"),
                name="recording_announcement_name_is_random",
            ),
        ]

    def __str__(self) -> str:
        return self.name
