"""The page of office hours: open now or not, the week, and the next holidays."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from callmanager.domain.week_hours import (
    WEEKDAYS,
    WeekHoursInvalid,
    day_text,
    parse_day_text,
    parse_intervals,
)
from callmanager.models import OfficeHours
from callmanager.selectors.office_hours import (
    OfficeState,
    holiday_list,
    office_hours_get,
    office_schedule_get,
    office_state,
)
from callmanager.services.office_hours import office_hours_set
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

SUBJECT = "callmanager.officehours"
HOLIDAYS_SHOWN = 8


class OfficeHoursForm(forms.Form):
    """Seven lines of times. The grid that scripts draw above them only writes into these."""

    is_always_open = forms.BooleanField(
        label="Always open", required=False, help_text="Only holidays close the company."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday in WEEKDAYS:
            self.fields[weekday] = forms.CharField(
                label=weekday.capitalize(),
                required=False,
                max_length=200,
                widget=forms.TextInput(
                    attrs={"placeholder": "closed", "autocomplete": "off", "data-hours-day": weekday}
                ),
            )

    def clean(self) -> dict[str, Any]:
        form: dict[str, Any] = super().clean() or {}
        week = {}
        try:
            for weekday in WEEKDAYS:
                week[weekday] = parse_day_text(weekday, form.get(weekday, ""))
            parse_intervals(week)
        except WeekHoursInvalid as error:
            self.add_error(error.weekday or None, ValidationError(str(error), code="week_hours"))
        return {"is_always_open": form.get("is_always_open", False), "week": week}


@needs(SUBJECT, Verb.VIEW)
def office_hours_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return _save(request, site_context)
    return _page(request, site_context, OfficeHoursForm(initial=_initial(office_hours_get())))


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = OfficeHoursForm(request.POST)
    if not form.is_valid():
        return _page(request, site_context, form, status=400)
    with transaction.atomic():
        hours = office_hours_set(**form.cleaned_data)
        audit_request(request, action="office_hours.update", target=hours)
    messages.success(request, "The office hours are saved. They hold from the next call on.")
    return redirect("admin:office_hours")


def _page(
    request: HttpRequest, site_context: dict[str, Any], form: OfficeHoursForm, *, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    tenant: Tenant = actor.tenant  # type: ignore[assignment] # the tenant site has no other requests
    now = timezone.now()
    context = {
        **site_context,
        "title": "Office hours",
        "form": form,
        "days": [form[weekday] for weekday in WEEKDAYS],
        "now": office_state(office_schedule_get(time_zone=tenant.time_zone), at=now),
        "local_now": timezone.localtime(now),
        "tenant": tenant,
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
        "may_add_holidays": actor.may("callmanager.holiday", Verb.ADD),
        "holidays": holiday_list().filter(last_day__gte=timezone.localdate())[:HOLIDAYS_SHOWN],
        "yearly": holiday_list().filter(is_every_year=True, last_day__lt=timezone.localdate()),
        "state_words": STATE_WORDS,
    }
    context["now_words"], context["now_class"] = STATE_WORDS[context["now"].state]
    context["until"] = _until(context["now"])
    return render(request, "pbxsite/office_hours.html", context, status=status)


STATE_WORDS = {
    "open": ("Open now", "td-good"),
    "closed": ("Closed now", "td-warn"),
    "holiday": ("Closed for a holiday", "td-info"),
}


def _until(now: OfficeState) -> str:
    if now.next_change is None:
        return "and it stays so"
    at = timezone.localtime(now.next_change.at)
    holiday = f"closes for a holiday ({now.next_change.holiday_name})"
    words = {"open": "opens", "closed": "closes", "holiday": holiday}
    return f"{words[now.next_change.state]} on {at:%A, %d %B %Y} at {at:%H:%M}"


def _initial(hours: OfficeHours) -> dict[str, Any]:
    return {
        "is_always_open": hours.is_always_open,
        **{weekday: day_text(hours.week.get(weekday, [])) for weekday in WEEKDAYS},
    }
