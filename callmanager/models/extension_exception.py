"""What an extension does for certain callers instead of ringing. Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from callmanager.domain.call_exceptions import ReceivedDuring, check_caller_mask
from callmanager.domain.destination import DestinationKind
from callmanager.domain.number_range import NumberPatternError
from callmanager.models.extension import Extension
from tenants.scoped_models import TenantSchemaManager

EXCEPTIONS_MAX = 50

RECEIVED_DURING = [
    (ReceivedDuring.ALWAYS.value, "At any time"),
    (ReceivedDuring.OFFICE_HOURS.value, "In office hours"),
    (ReceivedDuring.OUTSIDE_OFFICE_HOURS.value, "Outside of office hours"),
]
ACTIONS = [
    (DestinationKind.END_CALL.value, "End the call"),
    (DestinationKind.EXTENSION.value, "Ring another extension"),
]


def validate_caller_mask(text: str) -> None:
    try:
        check_caller_mask(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


class ExtensionException(models.Model):
    """The foreign keys stand in the migration, because there they cascade: raw SQL may delete extensions too."""

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
    action = models.CharField(max_length=9, choices=ACTIONS, default=DestinationKind.END_CALL.value)
    # An exception goes with the extension it leads to.
    target = models.ForeignKey(
        Extension, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
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
            models.CheckConstraint(
                condition=Q(action="end_call", target__isnull=True)
                | Q(action="extension", target__isnull=False),
                name="extension_exception_has_its_target",
            ),
        ]

    def __str__(self) -> str:
        target = f" {self.target.number}" if self.target is not None else ""
        return f"{self.caller_mask or 'everybody'}, {self.received_during}: {self.action}{target}"
