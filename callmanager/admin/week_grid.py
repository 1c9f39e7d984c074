"""What a form needs for the drawn week: lines of times that say their weekday, a place for the grid, the script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

from callmanager.domain.week_hours import WEEKDAYS, day_text

# The script fills it; without one, and where nothing can be changed, only the lines are there.
GRID = SafeString(
    '<div class="td-own-week" data-hours-draw hidden>'
    '<p class="td-subtle td-grid-hint" data-hours-hint hidden>Drag over free time to open, over a bar to close; in '
    "steps of half an hour. Exact times can be typed below.</p>"
    '<div class="td-week-grid" data-hours-grid aria-hidden="true" hidden></div>'
    '<button type="button" class="td-button" data-hours-copy hidden>Copy Monday to Tuesday – Friday</button></div>'
)


def _shown(weekday: str) -> Callable[[Any, Any], str]:
    def shown(_admin: Any, obj: Any) -> str:
        return day_text(obj.week.get(weekday, [])) or "closed"

    return admin.display(description=weekday.capitalize())(shown)


class ShownWeek:
    """Mixed into an admin page: who may only read has no form whose lines would show the hours."""

    monday, tuesday, wednesday, thursday, friday, saturday, sunday = map(_shown, WEEKDAYS)


class WeekGridMedia:
    css = {"all": ("pbxsite/profile.css",)}
    js = (forms.Script("pbxsite/week_grid.js", type="module"),)


def day_field(weekday: str, help_text: str = "") -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(
        attrs={"placeholder": "closed", "autocomplete": "off", "data-hours-day": weekday}
    )
    return forms.CharField(
        label=weekday.capitalize(), required=False, max_length=200, widget=widget, help_text=help_text
    )
