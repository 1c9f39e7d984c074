"""What a company expects of its own rules. Nothing that workers must know: no trigger tells them."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from callmanager.domain.call_simulation import EndKind
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.domain.routing_test import Expectation, RoutingTestEntry, When, WhenKind
from callmanager.domain.week_hours import WEEKDAYS
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.inbound_rule import NAME_LENGTH
from tenants.scoped_models import TenantSchemaManager

ROUTING_TESTS_MAX = 500
WHEN_KINDS = [
    (WhenKind.NOW.value, "At any time"),
    (WhenKind.WEEKDAY.value, "On a weekday that is no holiday"),
    (WhenKind.HOLIDAY.value, "On a holiday"),
    (WhenKind.AT.value, "At one moment"),
]
ENDS = [
    (EndKind.EXTENSION.value, "An extension answers"),
    (EndKind.OUTSIDE.value, "A number outside answers"),
    (EndKind.VOICEMAIL.value, "Voicemail of an extension answers"),
    (EndKind.SERVICE.value, "The PBX answers"),
    (EndKind.REFUSED.value, "Nobody answers"),
]
WEEKDAY_CHOICES = [(number, name.capitalize()) for number, name in enumerate(WEEKDAYS)]


class RoutingTest(models.Model):
    """`trunk_id` empty: `caller` is an extension. `phones`, `trunks` and `keys` are assumptions, as the simulator reads
    them."""

    name = models.CharField(max_length=NAME_LENGTH, validators=[NO_CONTROL_CHARACTERS])
    is_enabled = models.BooleanField(
        "enabled", default=True, help_text="Warns before a change of the rules applies that it would break."
    )
    caller = models.CharField(
        max_length=MAX_DIALLED,
        blank=True,
        default="",
        help_text="An extension or, with a trunk, a number outside (empty: anonymous).",
    )
    trunk_id = models.BigIntegerField("trunk", null=True, blank=True)
    called = models.CharField("called number", max_length=MAX_DIALLED)
    when = models.CharField(max_length=8, choices=WHEN_KINDS, default=WhenKind.NOW.value)
    at = models.DateTimeField("moment", null=True, blank=True)
    weekday = models.PositiveSmallIntegerField(choices=WEEKDAY_CHOICES, null=True, blank=True)
    clock = models.TimeField(
        "time", null=True, blank=True, help_text="Of a weekday or holiday; empty is noon."
    )
    holiday = models.CharField(
        max_length=100, blank=True, default="", help_text="Its name; empty: whichever comes next."
    )
    phones = models.JSONField(default=dict, blank=True)
    trunks = models.JSONField(default=dict, blank=True)
    keys = models.JSONField(default=list, blank=True)
    expected_end = models.CharField("expected", max_length=9, choices=ENDS)
    expected_number = models.CharField(
        "answered by", max_length=MAX_DIALLED, blank=True, default="", help_text="Empty: it does not matter."
    )
    expected_trunk_id = models.BigIntegerField("over the trunk", null=True, blank=True)
    expected_sip_code = models.PositiveSmallIntegerField(
        "the caller hears",
        null=True,
        blank=True,
        validators=[MinValueValidator(300), MaxValueValidator(699)],
        help_text="A SIP code such as 486, where nobody answers. Empty: it does not matter.",
    )
    expected_rule = models.CharField(
        "by the rule", max_length=NAME_LENGTH, blank=True, default="", help_text="Empty: it does not matter."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["RoutingTest"]()

    class Meta:
        ordering = (Lower("name"),)
        constraints = [models.UniqueConstraint(Lower("name"), name="routing_test_name_is_unique")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        problems: dict[str, ValidationError] = {}
        if self.when == WhenKind.AT and self.at is None:
            problems["at"] = ValidationError("Which moment?", code="required")
        if self.when == WhenKind.WEEKDAY and self.weekday is None:
            problems["weekday"] = ValidationError("Which weekday?", code="required")
        if self.expected_end == EndKind.EXTENSION and not self.expected_number:
            problems["expected_number"] = ValidationError("Which extension?", code="required")
        if self.expected_end != EndKind.REFUSED and self.expected_sip_code is not None:
            problems["expected_sip_code"] = ValidationError(
                "Only a call that nobody answers ends with a code.", code="not_allowed"
            )
        if self.expected_end == EndKind.REFUSED and self.expected_number:
            problems["expected_number"] = ValidationError(
                "Nobody answers, so no number does.", code="not_allowed"
            )
        if self.expected_end != EndKind.OUTSIDE and self.expected_trunk_id is not None:
            problems["expected_trunk_id"] = ValidationError(
                "Only a number outside is reached over a trunk.", code="not_allowed"
            )
        if problems:
            raise ValidationError(problems)

    @property
    def entry(self) -> RoutingTestEntry:
        return RoutingTestEntry(
            test_id=self.pk or 0,
            name=self.name,
            caller=self.caller,
            called=self.called,
            trunk_id=self.trunk_id,
            when=When(WhenKind(self.when), self.at, self.weekday or 0, self.clock, self.holiday),
            phones=self.phones,
            trunks=self.trunks,
            keys=tuple(self.keys),
            expected=Expectation(
                EndKind(self.expected_end),
                self.expected_number,
                self.expected_trunk_id,
                self.expected_sip_code,
                self.expected_rule,
            ),
        )
