"""When the company is open: hours by weekday, and the holidays on which they do not count.

The time zone is the tenant's. Triggers tell the workers of every change.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from callmanager.models.week_hours import WeekHoursField, office_week
from tenants.scoped_models import TenantSchemaManager

THE_ONLY_ONE = 1
HOLIDAYS_MAX = 1000
EARLIEST_DAY, LATEST_DAY = date(2000, 1, 1), date(2199, 12, 31)
_ONE_LINE = RegexValidator(r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+\Z", "No line breaks or control characters.")


class OfficeHours(models.Model):
    """One row per tenant. Without it, or with `is_always_open`, only holidays close the company."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    is_always_open = models.BooleanField(
        "always open", default=True, help_text="Every hour of every day is an office hour, except holidays."
    )
    week = WeekHoursField("hours by weekday", default=office_week)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager()

    class Meta:
        verbose_name = verbose_name_plural = "office hours"
        constraints = [models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="office_hours_is_one")]

    def __str__(self) -> str:
        return "Office hours"


class Holiday(models.Model):
    name = models.CharField(max_length=100, validators=[_ONE_LINE])
    first_day = models.DateField("first day")
    last_day = models.DateField("last day", help_text="The same day, or the last one of several.")
    starts_at = models.TimeField(
        "from", null=True, blank=True, help_text="On the first day. Empty: from its beginning."
    )
    ends_at = models.TimeField(
        "until", null=True, blank=True, help_text="On the last day. Empty: until its end."
    )
    is_every_year = models.BooleanField(
        "every year",
        default=False,
        help_text="On the same date of every year; 29 February is kept on the 28th.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager()

    class Meta:
        ordering = ("first_day", "starts_at", "name")
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="holiday_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(is_every_year=False) | Q(last_day__lt=F("first_day") + timedelta(days=365)),
                name="holiday_of_every_year_is_shorter",
            ),
            models.UniqueConstraint(fields=["name", "first_day"], name="holiday_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.first_day:%Y-%m-%d}"

    def clean(self) -> None:
        super().clean()
        first: date | None = self.first_day
        last: date | None = self.last_day
        if first is None or last is None:
            return  # an error stands at the field already
        problems = {}
        for field, day in (("first_day", first), ("last_day", last)):
            if not EARLIEST_DAY <= day <= LATEST_DAY:
                problems[field] = ValidationError("A day of the years 2000 to 2199.", code="out_of_range")
        ends_at = self.ends_at or time.max
        if last < first:
            problems["last_day"] = ValidationError("The last day is before the first one.", code="order")
        elif last == first and (self.starts_at or time.min) >= ends_at:
            problems["ends_at"] = ValidationError("It ends before it begins.", code="order")
        if self.is_every_year and last - first >= timedelta(days=365):
            problems["is_every_year"] = ValidationError(
                "What comes every year lasts less than one.", code="too_long"
            )
        if problems:
            raise ValidationError(problems)
