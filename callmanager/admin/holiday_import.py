"""Importing a country's public holidays or a calendar file: found, shown, then added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from callmanager.models import Holiday
from callmanager.selectors.office_hours import holiday_list
from callmanager.services.holiday_calendar import CALENDAR_BYTES_MAX, calendar_read
from callmanager.services.office_hours import holidays_add
from callmanager.services.public_holidays import YEARS_MAX, country_find, country_list, public_holidays_find
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

_SALT = "callmanager.holiday_import"
_FIELDS = ("name", "first_day", "last_day", "starts_at", "ends_at", "is_every_year")
_LONGEST_LOOK_S = 3600


class CountryForm(forms.Form):
    country = forms.ChoiceField()
    region = forms.ChoiceField(required=False)
    first_year = forms.IntegerField(label="First year")
    last_year = forms.IntegerField(label="Last year", help_text=f"Up to {YEARS_MAX} years.")

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        chosen = (data or self.initial).get("country", "")
        country = country_find(str(chosen))
        self.fields["country"] = forms.ChoiceField(
            choices=[("", "Choose a country"), *((one.code, one.name) for one in country_list())]
        )
        self.fields["region"] = forms.ChoiceField(
            choices=[("", "The whole country"), *(country.regions if country is not None else ())],
            required=False,
        )
        self.order_fields(["country", "region", "first_year", "last_year"])


@needs("callmanager.holiday", Verb.ADD)
def holiday_import_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    step = request.POST.get("step") if request.method == "POST" else None
    try:
        match step:
            case "country":
                return _preview_country(request, site_context)
            case "calendar":
                return _preview_calendar(request, site_context)
            case "add":
                return _add(request)
            case _:
                return _page(request, site_context)
    except ValidationError as error:
        return _page(request, site_context, problems=error.messages, status=400)


def _preview_country(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = CountryForm(request.POST)
    # A country was chosen without scripts: its regions are offered first.
    if "choose" in request.POST:
        return _page(request, site_context, form=CountryForm(initial=request.POST.dict()))
    if not form.is_valid():
        return _page(request, site_context, form=form, status=400)
    return _page(request, site_context, form=form, found=public_holidays_find(**form.cleaned_data))


def _preview_calendar(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    file = request.FILES.get("calendar")
    if file is None:
        raise ValidationError("Choose a file first.", code="required")
    if (file.size or 0) > CALENDAR_BYTES_MAX:
        raise ValidationError(
            f"The file is larger than {CALENDAR_BYTES_MAX // 1_000_000} MB.", code="too_large"
        )
    read = calendar_read(content=file.read(), time_zone=_tenant(request).time_zone)
    return _page(request, site_context, found=read.holidays, left_out=read.left_out)


def _add(request: HttpRequest) -> HttpResponse:
    rows = _unpack(request.POST.get("found", ""))
    kept = {int(number) for number in request.POST.getlist("keep") if number.isascii() and number.isdigit()}
    chosen = [holiday for number, holiday in enumerate(rows) if number in kept or "keep_all" in request.POST]
    with transaction.atomic():
        added = holidays_add(holidays=chosen)
        audit_request(request, action="holiday.import", target=_tenant(request))
    known = len(chosen) - len(added)
    words = f"{len(added)} holiday{'' if len(added) == 1 else 's'} added"
    messages.success(request, f"{words}; {known} were there already." if known else f"{words}.")
    return redirect("admin:callmanager_holiday_changelist")


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    *,
    form: CountryForm | None = None,
    found: Sequence[Holiday] | None = None,
    left_out: Sequence[str] = (),
    problems: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    year = timezone.localdate().year
    known = set(holiday_list().values_list("name", "first_day")) if found is not None else set()
    context = {
        **site_context,
        "title": "Import holidays",
        "form": form or CountryForm(initial={"first_year": year, "last_year": year + 1}),
        "found": None
        if found is None
        else [
            {"number": number, "holiday": one, "is_known": (one.name, one.first_day) in known}
            for number, one in enumerate(found)
        ],
        "packed": _pack(found or ()),
        "left_out": left_out,
        "problems": problems,
        "megabytes": CALENDAR_BYTES_MAX // 1_000_000,
    }
    return render(request, "pbxsite/holiday_import.html", context, status=status)


def _pack(found: Sequence[Holiday]) -> str:
    """What was shown is what will be added; signed, so that nobody else's page can fill it in."""
    rows = [[_plain(getattr(holiday, field)) for field in _FIELDS] for holiday in found]
    return signing.dumps(rows, salt=_SALT, compress=True)


def _unpack(packed: str) -> list[Holiday]:
    try:
        rows = signing.loads(packed, salt=_SALT, max_age=_LONGEST_LOOK_S)
    except signing.BadSignature as error:
        raise ValidationError(
            "This preview is too old. Look for the holidays again.", code="stale"
        ) from error
    return [Holiday(**dict(zip(_FIELDS, row, strict=True))) for row in rows]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | bool) or value is None else value.isoformat()


def _tenant(request: HttpRequest) -> Tenant:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.tenant  # type: ignore[return-value] # the tenant site has no other requests
