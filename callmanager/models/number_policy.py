"""Which numbers may be called and which may call: countries, beginnings of numbers, the blacklist, emergency numbers.

The platform has lists of its own (`callmanager.fleet.models`), which hold for every tenant besides.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from callmanager.domain.number_lists import MAX_CODE_DIGITS, parse_blocked, parse_code, parse_emergency
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.telephone_number import calling_codes
from callmanager.models.extension import NO_CONTROL_CHARACTERS
from callmanager.models.office_hours import THE_ONLY_ONE
from tenants.scoped_models import TenantSchemaManager

LIST_ROWS_MAX = 20_000
EMERGENCY_NUMBERS_MAX = 50


def validate_calling_country(code: str) -> None:
    if code not in calling_codes():
        raise ValidationError("Not a country with a calling code, such as DE.", code="country")


def validate_code(text: str) -> None:
    try:
        parse_code(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_blocked(text: str) -> None:
    try:
        parse_blocked(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


def validate_emergency(text: str) -> None:
    try:
        parse_emergency(text)
    except NumberPatternError as error:
        raise ValidationError(str(error), code=error.code) from error


class NumberSettings(models.Model):
    """One row per tenant. `allowed_countries` null: the tenant's own country alone."""

    id = models.SmallIntegerField(primary_key=True, default=THE_ONLY_ONE, editable=False)
    allowed_countries = ArrayField(
        models.CharField(max_length=2, validators=[validate_calling_country]), null=True, blank=True, size=300
    )
    more_emergency_numbers = ArrayField(
        models.CharField(max_length=10, validators=[validate_emergency]),
        default=list,
        blank=True,
        size=EMERGENCY_NUMBERS_MAX,
        help_text="Beside those of the country. They are called whatever else is not allowed.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantSchemaManager["NumberSettings"]()

    class Meta:
        verbose_name = verbose_name_plural = "number settings"
        constraints = [models.CheckConstraint(condition=Q(id=THE_ONLY_ONE), name="number_settings_is_one")]

    def __str__(self) -> str:
        return "Number settings"


class DisallowedCodeColumns(models.Model):
    code = models.CharField(
        "numbers beginning with",
        max_length=MAX_CODE_DIGITS + 1,
        unique=True,
        validators=[validate_code],
        help_text="As they are dialled, such as 0900, or with the country's code, such as +49900.",
    )
    description = models.CharField(max_length=200, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code


class BlockedNumberColumns(models.Model):
    number = models.CharField(
        "number, mask or range",
        max_length=70,
        unique=True,
        validators=[validate_blocked],
        help_text="442012345678, a mask such as 44201******* (each * is one digit) or a range such as 1100-1200.",
    )
    description = models.CharField(max_length=200, blank=True, default="", validators=[NO_CONTROL_CHARACTERS])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        ordering = ("number",)

    def __str__(self) -> str:
        return self.number


class DisallowedCode(DisallowedCodeColumns):
    objects = TenantSchemaManager["DisallowedCode"]()

    class Meta(DisallowedCodeColumns.Meta):
        verbose_name = "disallowed code"


class BlockedNumber(BlockedNumberColumns):
    objects = TenantSchemaManager["BlockedNumber"]()

    class Meta(BlockedNumberColumns.Meta):
        verbose_name = "blocked number"
