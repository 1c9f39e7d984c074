"""Who has to use two-factor sign-in: a page of both consoles."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs
from tenants.models import Rank, Role
from tenants.services.second_factor import sign_in_rule_of, sign_in_rule_update


class SignInRulesForm(forms.Form):
    second_factor_for = forms.MultipleChoiceField(
        label="Two-factor sign-in is required for",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Who has not set it up is asked to at the next sign-in, before anything else.",
    )

    def __init__(self, *args: Any, is_platform: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(rank.value, f"{rank.name.capitalize()}s") for rank in Rank]
        extensions = [] if is_platform else [(Role.EXTENSION.value, "Extensions")]
        self.fields["second_factor_for"].choices = [*kinds, *extensions]  # type: ignore[attr-defined]


@needs("tenants.signinrule", Verb.VIEW)
def sign_in_rules_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the guard above lets nobody else through
    may_change = actor.may("tenants.signinrule", Verb.CHANGE)
    rule = sign_in_rule_of(actor.tenant)
    form = SignInRulesForm(
        request.POST if request.method == "POST" else None,
        initial={"second_factor_for": rule.second_factor_for},
        is_platform=actor.tenant is None,
    )
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        if form.is_valid():
            with transaction.atomic():
                rule = sign_in_rule_update(tenant=actor.tenant, **form.cleaned_data)
                audit_request(request, action="sign_in_rule.update", target=rule)
            messages.success(request, "Saved.")
            return redirect("admin:sign_in_rules")
    context = {**site_context, "title": "Sign-in rules", "form": form, "may_change": may_change}
    return render(request, "pbxsite/sign_in_rules.html", context, status=400 if form.is_bound else 200)
