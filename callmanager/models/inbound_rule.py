"""Where calls from outside go, by trunk, called number and caller. Triggers tell the workers of every change."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from callmanager.domain.inbound_rules import parse_caller_mask, parse_did
from callmanager.domain.number_range import MAX_DIGITS, NumberPatternError
from callmanager.models.destination import DestinationColumns, destination_is_whole
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.week_hours import WeekHoursField, office_week
from tenants.scoped_models import TenantSchemaManager

RULES_MAX = 5000
NAME_LENGTH = 64
NOTICE_LENGTH = 300


class RuleHoursOf(models.TextChoices):
    """When a destination holds."""

    OFFICE_HOURS = "in_office_hours", "In office hours"
    OUTSIDE = "outside_office_hours", "Outside of office hours"
    HOLIDAY = "on_holiday", "On holidays"


def validate_rule_did(text: str) -> None:
    try:
        parse_did(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_rule_mask(text: str) -> None:
    try:
        parse_caller_mask(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


class InboundRule(models.Model):
    """`trunk_id` is a row of the shared table, which no foreign key of a tenant's schema may hold on to.

    `notice` says what became of a rule whose trunk or number was taken from the company.
    """

    name = models.CharField(max_length=NAME_LENGTH, validators=[NO_CONTROL_CHARACTERS])
    trunk_id = models.BigIntegerField("trunk")
    did = models.CharField(
        "DID number",
        max_length=MAX_DIGITS + 1,
        validators=[validate_rule_did],
        help_text="One of your numbers as the provider sends it, or a single * for every number of yours on the trunk "
        "that no other rule and no extension has.",
    )
    caller_mask = models.CharField(
        "caller ID mask",
        max_length=70,
        blank=True,
        default="",
        validators=[validate_rule_mask],
        help_text="A number, a mask such as 0044******** (each * is one digit) or a range such as "
        "00442012345670-00442012345680. Empty: every caller.",
    )
    has_own_hours = models.BooleanField(
        "hours of its own", default=False, help_text="Instead of the company's office hours."
    )
    week = WeekHoursField("hours by weekday", default=office_week, blank=True)
    is_enabled = models.BooleanField("enabled", default=True)
    notice = models.CharField(max_length=NOTICE_LENGTH, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["InboundRule"]()

    class Meta:
        ordering = (Lower("name"),)
        constraints = [models.UniqueConstraint(Lower("name"), name="inbound_rule_name_is_unique")]

    def __str__(self) -> str:
        return self.name


class InboundDestination(DestinationColumns):
    """One row for office hours, one for outside of them, and one for holidays if they differ from that."""

    rule = models.ForeignKey(
        InboundRule, on_delete=models.CASCADE, related_name="destinations", db_constraint=False
    )
    at = models.CharField(max_length=20, choices=RuleHoursOf.choices)

    objects = TenantSchemaManager["InboundDestination"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "at"], name="inbound_destination_is_unique"),
            models.CheckConstraint(
                condition=Q(at="in_office_hours") | Q(at="outside_office_hours") | Q(at="on_holiday"),
                name="inbound_destination_time_is_known",
            ),
            destination_is_whole("inbound_destination_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.at}: {self.words}"
