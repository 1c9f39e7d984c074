"""The page of what makes phones answer pages and intercom calls by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from callmanager.domain.dial_features import DialKind
from callmanager.models import PagingSettings
from callmanager.selectors.dial_codes import dial_code_settings_get, dial_codes_of
from callmanager.selectors.paging import auto_answer_of, paging_settings_get
from callmanager.services.paging import PAGING_FIELDS, paging_settings_set
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[PagingSettings]
else:
    _ModelForm = forms.ModelForm

SUBJECT = "callmanager.pagingsettings"


class PagingForm(_ModelForm):
    class Meta:
        model = PagingSettings
        fields = PAGING_FIELDS
        widgets = {"alert_info": forms.Select(attrs={"class": "td-input"})}


@needs(SUBJECT, Verb.VIEW)
def paging_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        return _save(request, site_context)
    return _page(request, site_context, PagingForm(instance=paging_settings_get()))


@needs(SUBJECT, Verb.CHANGE)
def _save(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    form = PagingForm(request.POST, instance=paging_settings_get())
    if not form.is_valid():
        return _page(request, site_context, form, status=400)
    with transaction.atomic():
        settings = paging_settings_set(**form.cleaned_data)
        audit_request(request, action="paging.update", target=settings)
    messages.success(request, "Saved. The next page says it so.")
    return redirect("admin:paging")


def _page(
    request: HttpRequest, site_context: dict[str, Any], form: PagingForm, *, status: int = 200
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    tenant = actor.tenant
    codes = dial_codes_of(dial_code_settings_get()).codes_of(DialKind.PAGE)
    context = {
        **site_context,
        "title": "Paging and intercom",
        "form": form,
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
        "headers": auto_answer_of(paging_settings_get()).headers(tenant.sip_domain if tenant else ""),
        "code": codes[0] if codes else "",
    }
    return render(request, "pbxsite/paging.html", context, status=status)
