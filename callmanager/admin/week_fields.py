"""Weekly hours in a form: seven lines, which become one document."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from callmanager.admin.week_grid import day_field
from callmanager.domain.week_hours import WEEKDAYS, WeekHoursInvalid, day_text, parse_day_text
from callmanager.models.week_hours import validate_week_hours


class WeekFields(forms.Form):
    """Mixed into a form: the lines, what they begin with, and `week` in the cleaned data."""

    monday = day_field("monday", "Such as 09:00-12:00, 13:00-17:00. Empty: closed.")
    tuesday = day_field("tuesday")
    wednesday = day_field("wednesday")
    thursday = day_field("thursday")
    friday = day_field("friday")
    saturday = day_field("saturday")
    sunday = day_field("sunday")

    def begin_week(self, week: dict[str, Any]) -> None:
        for weekday in WEEKDAYS:
            self.initial.setdefault(weekday, day_text(week.get(weekday, [])))

    def clean_week(self, cleaned: dict[str, Any]) -> None:
        """Tells what is wrong beside the day."""
        week = {}
        for weekday in WEEKDAYS:
            try:
                week[weekday] = parse_day_text(weekday, cleaned.pop(weekday, "") or "")
                validate_week_hours({weekday: week[weekday]})
            except WeekHoursInvalid as error:
                self.add_error(weekday, str(error))
            except ValidationError as error:
                self.add_error(weekday, error)
        if set(WEEKDAYS) & self.errors.keys():
            return
        try:
            validate_week_hours(week)
        except ValidationError as error:
            self.add_error("monday", error)
        cleaned["week"] = week
