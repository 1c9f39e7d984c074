"""Forgotten passwords: asking for a link, and using it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pbxsite.account.form_refusal import add_refusal
from pbxsite.branding import brand_unless_named, branded
from pbxsite.console.sites import site_of
from tenants.password_reset_door import reset_asked_for, reset_done
from tenants.passwords import password_rules
from tenants.rate_limit import RateLimited
from tenants.services.password_reset import ResetLinkInvalid, password_reset_find


class AskForm(forms.Form):
    name = forms.CharField(
        label="User name or e-mail address",
        max_length=320,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
        help_text="For an extension: number@SIP domain, or its e-mail address.",
    )


class NewPasswordForm(forms.Form):
    new_password = forms.CharField(
        max_length=256, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    repeated_password = forms.CharField(
        label="New password again",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, str]:
        form = super().clean() or {}
        if form.get("repeated_password") != form.get("new_password"):
            self.add_error("repeated_password", forms.ValidationError("The two differ.", code="differs"))
        return form


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    form = AskForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, 400 if form.is_bound else 200)
    try:
        reset_asked_for(request, form.cleaned_data["name"])
    except RateLimited:
        form.add_error(None, "Too many requests. Try again in an hour.")
        return _page(request, form, 429)
    return _page(request, form, 200, is_sent=True)


@sensitive_post_parameters()
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, secret: str) -> HttpResponse:
    user = password_reset_find(secret)
    if user is None:
        return _page(request, AskForm(), 404, is_link_invalid=True)
    brand_unless_named(request, user.tenant)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reset_done(request, secret, form.cleaned_data["new_password"])
        except ResetLinkInvalid:
            return _page(request, AskForm(), 404, is_link_invalid=True)
        except ValidationError as refusal:
            add_refusal(form, refusal, {"password": "new_password"})
        else:
            messages.success(request, "Your password is changed: sign in with it.")
            return redirect(branded(request, "sign_in"))
    context = {**site_of(request).each_context(request), "form": form, "rules": password_rules()}
    is_wrong = form.is_bound and not form.is_valid()
    return render(request, "pbxsite/password_reset_choose.html", context, status=400 if is_wrong else 200)


def _page(request: HttpRequest, form: forms.Form, status: int, **context: bool) -> HttpResponse:
    return render(
        request,
        "pbxsite/password_reset.html",
        {**site_of(request).each_context(request), "form": form, **context},
        status=status,
    )
