"""An extension's forwarding rules: cells of a table of status, hours and reason. Triggers tell the workers."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q

from callmanager.domain.forwarding import ForwardHours, ForwardStatus, ForwardWhen
from callmanager.models.destination import DestinationColumns, destination_is_whole
from callmanager.models.extension import RING_TIMEOUT_S, STATUSES, Extension
from tenants.scoped_models import TenantSchemaManager

FORWARD_STATUSES = [*STATUSES, (ForwardStatus.OFFLINE.value, "Offline (no phone registered)")]
FORWARD_HOURS = [
    (ForwardHours.OFFICE_HOURS.value, "In office hours"),
    (ForwardHours.OUTSIDE_OFFICE_HOURS.value, "Outside of office hours"),
]
FORWARD_WHEN = [
    (ForwardWhen.ALWAYS.value, "Always"),
    (ForwardWhen.BUSY.value, "When busy"),
    (ForwardWhen.NO_ANSWER.value, "When nobody answers"),
]


class ExtensionForward(DestinationColumns):
    """`ring_timeout_s` is for `no_answer` alone; 0: the extension's own ring time."""

    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, related_name="forwards", db_constraint=False
    )
    status = models.CharField(max_length=16, choices=FORWARD_STATUSES)
    during = models.CharField(max_length=20, choices=FORWARD_HOURS)
    when = models.CharField(max_length=9, choices=FORWARD_WHEN)
    ring_timeout_s = models.PositiveSmallIntegerField(
        "ring time (s)", default=0, validators=[MaxValueValidator(RING_TIMEOUT_S[1])]
    )

    objects = TenantSchemaManager["ExtensionForward"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["extension", "status", "during", "when"], name="extension_forward_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(status__regex=r"^(available|away|do_not_disturb|lunch|business_trip|offline)$"),
                name="extension_forward_status_is_known",
            ),
            models.CheckConstraint(
                condition=Q(during__regex=r"^(office_hours|outside_office_hours)$"),
                name="extension_forward_hours_are_known",
            ),
            models.CheckConstraint(
                condition=Q(when="always") | (Q(when__regex=r"^(busy|no_answer)$") & ~Q(status="offline")),
                name="extension_forward_reason_is_known",
            ),
            destination_is_whole("extension_forward_is_whole"),
        ]

    def __str__(self) -> str:
        ring = f" after {self.ring_timeout_s} s" if self.ring_timeout_s else ""
        return f"{self.status}, {self.during}, {self.when}{ring}: {self.words}"
