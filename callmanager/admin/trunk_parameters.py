"""The tabs “Outbound parameters” and “Inbound parameters” of a trunk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from unfold.admin import ModelAdmin

from callmanager.domain.header_parameters import (
    CallerMapping,
    CallerPart,
    HeaderPart,
    HeaderRule,
    HeaderSource,
    ProviderField,
)
from callmanager.domain.header_rule_checks import (
    MAX_CONSTANT,
    MAX_HEADER_NAME,
    MAX_MAPPINGS,
    MAX_RULES,
)
from callmanager.fleet.models import Trunk, TrunkCallerMapping, TrunkHeaderRule
from callmanager.fleet.models.trunk_parameters import (
    CALLER_PARTS,
    HEADER_PARTS,
    HEADER_SOURCES,
    PROVIDER_FIELDS,
)
from callmanager.selectors.trunk import trunk_list
from callmanager.services.trunk_parameters import caller_mappings_set, header_rules_set
from tenants.audit_trail import audit_request, audit_request_failed

_EMPTY_LINES = 3
# What is sent, and read, without a rule.
OUTBOUND_DEFAULTS = (
    ("Request-URI", "the called number at the trunk's host and port"),
    (
        "From",
        "the extension's outbound caller ID, else its DID, else the trunk's user name, at the trunk's host",
    ),
    ("From: display name", "the caller's name"),
    ("To", "the called number at the trunk's host"),
    ("Contact", "as the system writes it"),
    ("P-Asserted-Identity", "only for calls that hide their number, together with Privacy: id"),
    ("Remote-Party-ID", "is not sent"),
    ("Diversion", "who forwarded the call, if somebody did"),
)
INBOUND_DEFAULTS = (
    ("The caller's number", "P-Asserted-Identity, else From"),
    ("The caller's name", "P-Asserted-Identity, else From"),
    ("The called number", "as the tab “Provider” says"),
)


def _select(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[("", "–"), *choices], required=False, widget=forms.Select(attrs={"class": "td-input"})
    )


def _text(length: int, placeholder: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "td-input", "autocomplete": "off", "placeholder": placeholder})
    return forms.CharField(required=False, max_length=length, strip=False, widget=widget)


class HeaderRuleForm(forms.Form):
    part = _select(HEADER_PARTS)
    header_name = _text(MAX_HEADER_NAME, "header's name")
    source = _select(HEADER_SOURCES)
    constant = _text(MAX_CONSTANT, "text")

    def wanted(self) -> HeaderRule | None:
        cleaned = self.cleaned_data
        if not any(cleaned.values()):
            return None
        if not cleaned["part"] or not cleaned["source"]:
            raise ValidationError("Choose a part and what it is filled with.", code="required")
        return HeaderRule(
            HeaderPart(cleaned["part"]),
            HeaderSource(cleaned["source"]),
            cleaned["constant"],
            cleaned["header_name"],
        )


class CallerMappingForm(forms.Form):
    part = _select(CALLER_PARTS)
    field = _select(PROVIDER_FIELDS)
    header_name = _text(MAX_HEADER_NAME, "header's name")

    def wanted(self) -> CallerMapping | None:
        cleaned = self.cleaned_data
        if not any(cleaned.values()):
            return None
        if not cleaned["part"] or not cleaned["field"]:
            raise ValidationError("Choose what is read and where it stands.", code="required")
        return CallerMapping(
            CallerPart(cleaned["part"]), ProviderField(cleaned["field"]), cleaned["header_name"]
        )


def outbound_parameters_page(
    model_admin: ModelAdmin[Any], request: HttpRequest, trunk_id: int
) -> HttpResponse:
    trunk = get_object_or_404(trunk_list(), pk=trunk_id)
    rows = list(
        TrunkHeaderRule.objects.filter(trunk=trunk).values("part", "header_name", "source", "constant")
    )
    return _page(
        model_admin,
        request,
        trunk,
        form=HeaderRuleForm,
        rows=rows,
        at_most=MAX_RULES,
        tab="outbound",
        save=lambda rules: header_rules_set(trunk=trunk, rules=rules),
    )


def inbound_parameters_page(
    model_admin: ModelAdmin[Any], request: HttpRequest, trunk_id: int
) -> HttpResponse:
    trunk = get_object_or_404(trunk_list(), pk=trunk_id)
    rows = list(TrunkCallerMapping.objects.filter(trunk=trunk).values("part", "field", "header_name"))
    return _page(
        model_admin,
        request,
        trunk,
        form=CallerMappingForm,
        rows=rows,
        at_most=MAX_MAPPINGS,
        tab="inbound",
        save=lambda mappings: caller_mappings_set(trunk=trunk, mappings=mappings),
    )


def _page(
    model_admin: ModelAdmin[Any],
    request: HttpRequest,
    trunk: Trunk,
    *,
    form: Any,
    rows: Sequence[Mapping[str, Any]],
    at_most: int,
    tab: str,
    save: Callable[[list[Any]], None],
) -> HttpResponse:
    if not model_admin.has_view_permission(request, trunk):
        raise PermissionDenied
    may_change = model_admin.has_change_permission(request, trunk)
    made = forms.formset_factory(form, extra=_EMPTY_LINES, max_num=at_most, absolute_max=at_most + 10)
    lines: Any = made(request.POST or None, initial=[dict(row) for row in rows], prefix="lines")
    problems: list[str] = []
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        problems = _save(request, trunk, lines, save)
        if not problems:
            messages.success(request, "Saved. It holds from the next call on.")
            return redirect(request.path)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": trunk.name,
        "opts": model_admin.opts,
        "original": trunk,
        "tab": tab,
        "may_change": may_change,
        "lines": lines,
        "problems": problems,
        "defaults": OUTBOUND_DEFAULTS if tab == "outbound" else INBOUND_DEFAULTS,
    }
    return render(request, "pbxsite/trunk_parameters.html", context, status=400 if problems else 200)


def _save(request: HttpRequest, trunk: Trunk, lines: Any, save: Callable[[list[Any]], None]) -> list[str]:
    """What is wrong; empty if it is stored."""
    if not lines.is_valid():
        return [
            f"Line {number}: {message}"
            for number, errors in enumerate(lines.errors, start=1)
            for messages_of_field in errors.values()
            for message in messages_of_field
        ] or ["The page is out of date: open it again."]
    try:
        wanted = [one for line in lines if (one := line.wanted()) is not None]
        with transaction.atomic():
            save(wanted)
            audit_request(request, action="trunk.update", target=trunk)
    except ValidationError as error:
        audit_request_failed(
            request, action="trunk.update", reason="; ".join(error.messages), object_type="trunk"
        )
        return list(error.messages)
    return []
