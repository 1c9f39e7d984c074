"""A model field for weekly hours: whoever has hours of its own keeps them like the company's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from callmanager.domain.schedule import Interval
from callmanager.domain.week_hours import WeekHoursInvalid, document_of, parse_intervals

if TYPE_CHECKING:  # generic for the type checker only
    _JSONField = models.JSONField[Any, Any]
else:
    _JSONField = models.JSONField

OFFICE_WEEK = tuple(Interval(weekday, 9 * 60, 17 * 60) for weekday in range(5))


def office_week() -> dict[str, list[dict[str, str]]]:
    """What a form begins with: Monday to Friday, nine to five."""
    return document_of(OFFICE_WEEK)


def validate_week_hours(document: object) -> None:
    try:
        parse_intervals(document)
    except WeekHoursInvalid as error:
        where = f"{error.weekday.capitalize()}: " if error.weekday else ""
        raise ValidationError(f"{where}{error}", code="week_hours") from error


class WeekHoursField(_JSONField):
    """{"monday": [{"from": "09:00", "to": "17:00"}], ...}, see `callmanager.domain.week_hours`."""

    default_validators = [validate_week_hours]
    # An empty week is a value: nobody is ever there.
    empty_values = [None, ""]
