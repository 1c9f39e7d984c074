"""The music of a tenant's held calls: what is played, and the files, which are stored converted."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.music import MUSIC_FILES_MAX, MusicOrder
from tenants.scoped_models import TenantSchemaManager

THE_ONLY_ONE = 1
_ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", "No line breaks or control characters.")
ORDERS = [
    (MusicOrder.RANDOM_PER_DAY.value, "One piece by chance, another every day"),
    (MusicOrder.RANDOM_PER_CALL.value, "One piece by chance, another for every call"),
    (MusicOrder.IN_ORDER.value, "All pieces, one after the other"),
]


class MusicOnHold(models.Model):
    """One row per tenant; without it the music that comes with the system is played."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    is_enabled = models.BooleanField(
        "play music on hold", default=True, help_text="Off: who is held hears silence."
    )
    order = models.CharField(
        "which piece", max_length=15, choices=ORDERS, default=MusicOrder.RANDOM_PER_DAY.value
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager()

    class Meta:
        verbose_name = verbose_name_plural = "music on hold"
        constraints = [
            models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="music_on_hold_is_one"),
            # Written out: an IN reads differently after a dump, and new tenants come from one.
            models.CheckConstraint(
                condition=Q(order="in_order") | Q(order="random_per_day") | Q(order="random_per_call"),
                name="music_order_is_known",
            ),
        ]

    def __str__(self) -> str:
        return "Music on hold"


class MusicFile(models.Model):
    """One of at most nine. `stored_file_id` is the row of `tenants.files`, whose name is kept here for the workers."""

    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200, validators=[_ONE_LINE])
    length_s = models.FloatField()
    stored_file_id = models.BigIntegerField(unique=True, editable=False)
    stored_name = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TenantSchemaManager()

    class Meta:
        ordering = ("position",)
        verbose_name = "piece of music"
        verbose_name_plural = "pieces of music"
        constraints = [
            models.UniqueConstraint(
                fields=["position"], deferrable=models.Deferrable.DEFERRED, name="music_position_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(position__range=(1, MUSIC_FILES_MAX)), name="music_files_are_nine_at_most"
            ),
            models.CheckConstraint(
                condition=Q(stored_name__regex=r"^[0-9a-f]{16,64}$"), name="music_stored_name_is_random"
            ),
        ]

    def __str__(self) -> str:
        return self.name
