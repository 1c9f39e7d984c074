"""What an extension does for certain callers instead of ringing. Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from callmanager.domain.call_exceptions import ReceivedDuring, check_caller_mask
from callmanager.domain.number_range import NumberPatternError
from callmanager.models.destination import DestinationColumns, destination_is_whole
from callmanager.models.extension import Extension
from tenants.scoped_models import TenantSchemaManager

EXCEPTIONS_MAX = 50

RECEIVED_DURING = [
    (ReceivedDuring.ALWAYS.value, "At any time"),
    (ReceivedDuring.OFFICE_HOURS.value, "In office hours"),
    (ReceivedDuring.OUTSIDE_OFFICE_HOURS.value, "Outside of office hours"),
]


def validate_caller_mask(text: str) -> None:
    try:
        check_caller_mask(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


class ExtensionException(DestinationColumns):
    """The foreign key stands in the migration, because there it cascades: raw SQL may delete extensions too."""

    extension = models.ForeignKey(
        Extension, on_delete=models.CASCADE, related_name="exceptions", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    caller_mask = models.CharField(
        "caller ID",
        max_length=70,
        blank=True,
        default="",
        validators=[validate_caller_mask],
        help_text="A number, a mask such as 0044******** (each * is one digit) or a range such as "
        "442012345670-442012345680. Empty: every caller.",
    )
    received_during = models.CharField(
        max_length=20, choices=RECEIVED_DURING, default=ReceivedDuring.ALWAYS.value
    )

    objects = TenantSchemaManager["ExtensionException"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["extension", "position"], name="extension_exception_in_order"),
            models.CheckConstraint(
                condition=Q(received_during__regex=r"^(always|office_hours|outside_office_hours)$"),
                name="extension_exception_time_is_known",
            ),
            destination_is_whole("extension_exception_has_its_target"),
        ]

    def __str__(self) -> str:
        return f"{self.caller_mask or 'everybody'}, {self.received_during}: {self.words}"
