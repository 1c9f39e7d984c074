"""Holidays one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.decorators import display

from callmanager.admin.deleting_together import DeletesTogether
from callmanager.models import Holiday
from callmanager.selectors.office_hours import holiday_list
from callmanager.services.office_hours import holiday_create, holiday_delete, holiday_update

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Holiday]
else:
    _ModelForm = forms.ModelForm


class HolidayForm(_ModelForm):
    class Meta:
        model = Holiday
        fields = ("name", "first_day", "last_day", "starts_at", "ends_at", "is_every_year")
        # The browser's own pickers: they know the keyboard, the screen reader and the phone.
        widgets = {
            "first_day": forms.DateInput(attrs={"type": "date", "class": "td-input"}, format="%Y-%m-%d"),
            "last_day": forms.DateInput(attrs={"type": "date", "class": "td-input"}, format="%Y-%m-%d"),
            "starts_at": forms.TimeInput(attrs={"type": "time", "class": "td-input"}, format="%H:%M"),
            "ends_at": forms.TimeInput(attrs={"type": "time", "class": "td-input"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].required = False
        self.fields["last_day"].help_text = "Empty: the same day."

    def clean(self) -> dict[str, Any]:
        form: dict[str, Any] = super().clean() or {}
        if not form.get("last_day") and "last_day" not in self.errors:
            form["last_day"] = form.get("first_day")
        return form


class HolidayAdmin(DeletesTogether):
    audit_name = "holiday"
    form = HolidayForm
    list_display = ("name", "days", "hours", "repetition")
    list_filter = ("is_every_year",)
    search_fields = ("name",)
    list_fullwidth = True
    fieldsets = ((None, {"fields": HolidayForm.Meta.fields}),)

    class Media:
        css = {"all": ("pbxsite/profile.css",)}

    @admin.display(description="Date", ordering="first_day")
    def days(self, holiday: Holiday) -> str:
        first, last = (f"{day:%a %d %b %Y}" for day in (holiday.first_day, holiday.last_day))
        return first if first == last else f"{first} – {last}"

    @admin.display(description="Time")
    def hours(self, holiday: Holiday) -> str:
        if holiday.starts_at is None and holiday.ends_at is None:
            return "All day"
        start = f"{holiday.starts_at:%H:%M}" if holiday.starts_at else "00:00"
        return f"{start} – {holiday.ends_at:%H:%M}" if holiday.ends_at else f"{start} – 24:00"

    @display(description="Every year", label={"Every year": "info", "Once": ""}, ordering="is_every_year")  # type: ignore[untyped-decorator, unused-ignore]
    def repetition(self, holiday: Holiday) -> str:
        return "Every year" if holiday.is_every_year else "Once"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Holiday]:
        return holiday_list()

    def create(self, form: ModelForm[Any]) -> Holiday:
        return holiday_create(**form.cleaned_data)

    def change(self, obj: Holiday, form: ModelForm[Any]) -> Holiday:
        return holiday_update(holiday=Holiday.objects.get(pk=obj.pk), **form.cleaned_data)

    def delete(self, obj: Holiday) -> None:
        holiday_delete(holiday=obj)
