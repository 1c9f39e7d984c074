"""What a form needs for the drawn week: lines of times that say their weekday, a place for the grid, the script."""

from __future__ import annotations

from django import forms
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminTextInputWidget

# The script fills it; without one, and where nothing can be changed, only the lines are there.
GRID = SafeString(
    '<div class="td-own-week" data-hours-draw>'
    '<p class="td-subtle td-grid-hint" data-hours-hint hidden>Drag over free time to open, over a bar to close; in '
    "steps of half an hour. Exact times can be typed below.</p>"
    '<div class="td-week-grid" data-hours-grid aria-hidden="true" hidden></div>'
    '<button type="button" class="td-button" data-hours-copy hidden>Copy Monday to Tuesday – Friday</button></div>'
)


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
