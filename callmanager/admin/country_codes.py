"""The page of the countries that may be called, and of further emergency numbers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from callmanager.selectors.number_policy import (
    allowed_countries,
    calling_country_list,
    number_settings_get,
)
from callmanager.services.number_policy import number_settings_set
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Tenant

SUBJECT = "callmanager.numbersettings"
OWN, CHOSEN = "own", "chosen"


class CountryCodesForm(forms.Form):
    which = forms.ChoiceField(
        choices=[(OWN, "Our own country alone"), (CHOSEN, "The countries chosen below")],
        widget=forms.RadioSelect,
    )
    allowed = forms.MultipleChoiceField(required=False)
    more_emergency_numbers = forms.CharField(
        label="Further emergency numbers",
        required=False,
        max_length=600,
        widget=forms.TextInput(attrs={"class": "td-input", "autocomplete": "off"}),
        help_text="Beside those of the country, separated by semicolons. They are called whatever else is not allowed.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["allowed"].choices = [(one.code, one.name) for one in calling_country_list()]  # type: ignore[attr-defined] # declared above


@needs(SUBJECT, Verb.VIEW)
def country_codes_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return _save(request, site_context)
    return _page(request, site_context)


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = CountryCodesForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data
        numbers = [
            text for text in wanted["more_emergency_numbers"].replace(",", ";").split(";") if text.strip()
        ]
        try:
            with transaction.atomic():
                settings = number_settings_set(
                    allowed_countries=None if wanted["which"] == OWN else wanted["allowed"],
                    more_emergency_numbers=numbers,
                )
                audit_request(request, action="country_codes.update", target=settings)
            messages.success(request, "Saved. It holds from the next call on.")
            return redirect("admin:country_codes")
        except ValidationError as error:
            for field, problems in error.error_dict.items():
                form.add_error(field if field in form.fields else None, problems)
    return _page(request, site_context, form, status=400)


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    form: CountryCodesForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    tenant: Tenant = actor.tenant  # type: ignore[assignment] # the tenant site has no other requests
    settings = number_settings_get()
    if form is None:
        is_own = settings.allowed_countries is None
        form = CountryCodesForm(
            initial={
                "which": OWN if is_own else CHOSEN,
                "more_emergency_numbers": "; ".join(settings.more_emergency_numbers),
            }
        )
    chosen = (
        set(form["allowed"].value() or ()) if form.is_bound else allowed_countries(settings, tenant.country)
    )
    countries = calling_country_list()
    context = {
        **site_context,
        "title": "Countries",
        "form": form,
        "countries": [(one, one.code in chosen) for one in countries],
        "own": next((one for one in countries if one.code == tenant.country), None),
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/country_codes.html", context, status=status)
