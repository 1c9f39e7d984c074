"""Over which trunks calls go out, in the tenant's order of priority. Triggers tell the workers of every change."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.outbound_rules import (
    MAX_PREFIX_DIGITS,
    MAX_ROUTES,
    MAX_STRIP,
    RuleHours,
    check_route,
    parse_callers,
    parse_digit_lengths,
    parse_prefixes,
)
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.extension_group import ExtensionGroup
from callmanager.models.inbound_rule import NAME_LENGTH, NOTICE_LENGTH
from callmanager.models.week_hours import WeekHoursField, office_week
from tenants.scoped_models import TenantSchemaManager

OUTBOUND_RULES_MAX = 1000
LIST_LENGTH = 2000
# The trunk's own business, and what ends every attempt anyway.
CODES_NEVER = frozenset({401, 407, 487})

RULE_HOURS = [
    (RuleHours.ANY_TIME.value, "At any time"),
    (RuleHours.OFFICE_HOURS.value, "In the company's office hours"),
    (RuleHours.OWN_HOURS.value, "In hours of its own"),
]


def validate_prefixes(text: str) -> None:
    try:
        parse_prefixes(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_callers(text: str) -> None:
    try:
        parse_callers(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_digit_lengths(text: str) -> None:
    try:
        parse_digit_lengths(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_next_codes(codes: list[int]) -> None:
    if any(not 400 <= code <= 699 or code in CODES_NEVER for code in codes):
        raise ValidationError(
            "SIP answers from 400 to 699 that refuse a call, such as 486 or 603.", code="sip_code"
        )


def validate_prepend(text: str) -> None:
    try:
        check_route(0, text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


class OutboundRule(models.Model):
    """Criteria that are empty do not matter. `notice` says what became of a rule whose trunk was taken away."""

    name = models.CharField(max_length=NAME_LENGTH, validators=[NO_CONTROL_CHARACTERS])
    position = models.PositiveIntegerField(
        "priority", help_text="1 is asked first. The first rule that applies is the only one used."
    )
    prefixes = models.TextField(
        "calls to numbers beginning with",
        blank=True,
        default="",
        max_length=LIST_LENGTH,
        validators=[validate_prefixes],
        help_text="Such as 00;123;88. Empty: every number.",
    )
    callers = models.TextField(
        "calls from extensions",
        blank=True,
        default="",
        max_length=LIST_LENGTH,
        validators=[validate_callers],
        help_text="Extensions and ranges, such as 101;200-220. Empty: every extension.",
    )
    digit_lengths = models.CharField(
        "calls to numbers of so many digits",
        blank=True,
        default="",
        max_length=200,
        validators=[validate_digit_lengths],
        help_text="Such as 8;10-12. Empty: any.",
    )
    groups: models.ManyToManyField[ExtensionGroup, OutboundRuleGroup] = models.ManyToManyField(
        ExtensionGroup,
        through="OutboundRuleGroup",
        related_name="+",
        blank=True,
        verbose_name="calls from extension groups",
        help_text="Members of any of them. None: every extension.",
    )
    hours = models.CharField(
        "goes out",
        max_length=12,
        choices=RULE_HOURS,
        default=RuleHours.ANY_TIME.value,
        help_text="Outside of these hours the call is refused, not taken to the next rule.",
    )
    week = WeekHoursField("hours by weekday", default=office_week, blank=True)
    also_next_on = ArrayField(
        models.PositiveSmallIntegerField(),
        validators=[validate_next_codes],
        default=list,
        blank=True,
        size=20,
        verbose_name="next route also on",
        help_text="SIP answers on which the next route is tried beside no answer (408) and failures (5xx), such as "
        "486;603. Empty: none.",
    )
    is_least_cost = models.BooleanField(
        "least cost first",
        default=False,
        help_text="Tries the route first on which the number costs least, where rates are known.",
    )
    is_enabled = models.BooleanField("enabled", default=True)
    notice = models.CharField(max_length=NOTICE_LENGTH, blank=True, default="", editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["OutboundRule"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(Lower("name"), name="outbound_rule_name_is_unique"),
            models.UniqueConstraint(
                fields=["position"],
                deferrable=models.Deferrable.DEFERRED,
                name="outbound_rule_position_is_unique",
            ),
            models.CheckConstraint(
                condition=Q(hours__regex=r"^(any_time|office_hours|own_hours)$"),
                name="outbound_rule_hours_are_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OutboundRoute(models.Model):
    """One of up to three; `trunk_id` is a row of the shared table."""

    rule = models.ForeignKey(
        OutboundRule, on_delete=models.CASCADE, related_name="routes", db_constraint=False
    )
    position = models.PositiveSmallIntegerField()
    trunk_id = models.BigIntegerField("trunk")
    strip_digits = models.PositiveSmallIntegerField(
        "strip digits", default=0, validators=[MaxValueValidator(MAX_STRIP)]
    )
    prepend = models.CharField(
        max_length=MAX_PREFIX_DIGITS + 1, blank=True, default="", validators=[validate_prepend]
    )

    objects = TenantSchemaManager["OutboundRoute"]()

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["rule", "position"], name="outbound_route_in_order"),
            models.CheckConstraint(
                condition=Q(position__range=(1, MAX_ROUTES)), name="outbound_routes_are_three_at_most"
            ),
            models.CheckConstraint(
                condition=Q(strip_digits__lte=MAX_STRIP), name="outbound_route_strip_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: trunk {self.trunk_id}, strip {self.strip_digits}, prepend “{self.prepend}”"


class OutboundRuleGroup(models.Model):
    """A group that a rule names is not deleted: the foreign key stands in the migration."""

    rule = models.ForeignKey(OutboundRule, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    group = models.ForeignKey(
        ExtensionGroup, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )

    objects = TenantSchemaManager["OutboundRuleGroup"]()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "group"], name="outbound_rule_group_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.group_id} in {self.rule_id}"
