"""The page of the dial codes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from callmanager.domain.dial_features import FEATURES, WORKING, DialProfile
from callmanager.models import DialCodeSettings
from callmanager.models.dial_codes import PARK_SLOTS_MAX
from callmanager.selectors.dial_codes import ShownCode, dial_code_settings_get, shown_code_list
from callmanager.services.dial_codes import dial_codes_set
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

SUBJECT = "callmanager.dialcodesettings"
PROFILE_NAMES = {DialProfile.MANUAL: "Classic", DialProfile.MODERN: "Star codes"}


NUMBER_INPUT = forms.NumberInput(attrs={"class": "td-input"})


class DialCodesForm(forms.Form):
    """One field for each feature; several codes are separated by spaces."""

    is_monitoring_enabled = forms.BooleanField(
        label="Monitoring",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "td-tick"}),
        help_text="Members of a group’s Monitor tab may listen to calls, whisper, join them and take them over. "
        "Whether people must be told is a matter of law where you are.",
    )
    is_blf_enabled = forms.BooleanField(
        label="Show who is on a call by the lamps of phones",
        required=False,
        help_text="The dialog state agent: whoever watches an extension, a ring group or a parking place sees "
        "that it rings or talks, and never with whom. Messages that wait and people's own status are shown "
        "in any case.",
    )

    park_slots = forms.IntegerField(
        label="Parking places", required=False, min_value=1, max_value=PARK_SLOTS_MAX, widget=NUMBER_INPUT
    )
    park_timeout_s = forms.IntegerField(
        label="Ring back after (s)", required=False, min_value=10, max_value=3600, widget=NUMBER_INPUT
    )
    return_ring_s = forms.IntegerField(
        label="Ring who transferred for (s)", required=False, min_value=5, max_value=300, widget=NUMBER_INPUT
    )

    def __init__(self, shown: tuple[ShownCode, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in shown:
            attributes = {"class": "td-input td-mono", "autocomplete": "off", "placeholder": "off"}
            self.fields[one.feature.kind.value] = forms.CharField(
                label=one.feature.name,
                required=False,
                max_length=60,
                initial=one.text,
                widget=forms.TextInput(attrs=attributes),
            )


@needs(SUBJECT, Verb.VIEW)
def dial_codes_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return _save(request, site_context)
    return _page(request, site_context)


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = DialCodesForm(shown_code_list(dial_code_settings_get()), request.POST)
    profile = request.POST.get("profile", "")
    if form.is_valid():
        try:
            with transaction.atomic():
                settings = _set(form, profile)
                audit_request(request, action="dial_codes.update", target=settings)
            messages.success(request, "Saved. The codes hold from the next call on.")
            return redirect("admin:dial_codes")
        except ValidationError as error:
            for field, problems in error.error_dict.items():
                form.add_error(field if field in form.fields else None, problems)
    return _page(request, site_context, form, status=400)


def _set(form: DialCodesForm, profile: str) -> DialCodeSettings:
    """Either all codes of a profile, or the codes as they were typed."""
    if profile:
        return dial_codes_set(profile=profile, forgets_own=True)
    typed = dict(form.cleaned_data)
    settings = {name: typed.pop(name) for name in DialCodesForm.base_fields}
    wanted = {kind: text.replace(",", " ").split() for kind, text in typed.items()}
    return dial_codes_set(codes=wanted, **settings)


def _page(
    request: HttpRequest,
    site_context: dict[str, Any],
    form: DialCodesForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    settings = dial_code_settings_get()
    shown = shown_code_list(settings)
    form = form or DialCodesForm(shown, initial=model_to_dict(settings))
    context = {
        **site_context,
        "title": "Dial codes",
        "form": form,
        "rows": [(one, form[one.feature.kind.value]) for one in shown],
        "parking": [form["park_slots"], form["park_timeout_s"], form["return_ring_s"]],
        "profiles": [
            (profile.value, name, _words(profile), profile.value == settings.profile)
            for profile, name in PROFILE_NAMES.items()
        ],
        "is_changed": any(one.is_changed for one in shown),
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/dial_codes.html", context, status=status)


def _words(profile: DialProfile) -> str:
    """What is its own; the rest is the same in all."""
    return ", ".join(
        f"{feature.name} {' or '.join(feature.codes_of(profile))}"
        for feature in FEATURES
        if feature.kind in WORKING and feature.manual not in (None, feature.modern)
    )
