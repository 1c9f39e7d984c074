"""Name, e-mail address, time zone, and the password."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pbxsite.account.form_refusal import add_refusal
from pbxsite.account.frame import account_page, account_view, user_of
from pbxsite.second_factor import BACKEND
from pbxsite.sign_in import landing_url
from tenants.audit_trail import audit_request
from tenants.models import Role, User
from tenants.passwords import password_generate, password_rules
from tenants.services.account import account_update
from tenants.services.user import user_change_own_password


def password_field(label: str, *, is_new: bool, **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password" if is_new else "current-password"}),
        **options,
    )


class ProfileForm(forms.Form):
    username = forms.CharField(
        label="User name",
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
        help_text="What you sign in with.",
    )
    display_name = forms.CharField(
        label="Name", max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label="E-mail address",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="To sign in with, and for a new password if you forget yours.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        choices=[("", "As the company's"), *((name, name) for name in sorted(available_timezones()))],
    )
    current_password = password_field(
        "Your password", is_new=False, required=False, help_text="Only for a new user name or e-mail address."
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if user.role == Role.EXTENSION:
            for name in ("username", "display_name", "email", "current_password"):
                del self.fields[name]


class PasswordForm(forms.Form):
    current_password = password_field("Password so far", is_new=False)
    new_password = password_field("New password", is_new=True)
    repeated_password = password_field("New password again", is_new=True)

    def clean(self) -> dict[str, Any]:
        form = super().clean() or {}
        if form.get("repeated_password") != form.get("new_password"):
            self.add_error("repeated_password", forms.ValidationError("The two differ.", code="differs"))
        return form


@account_view
def profile(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    initial = {name: getattr(user, name) for name in ("username", "display_name", "email", "time_zone")}
    form = ProfileForm(request.POST or None, initial=initial, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                account_update(user=user, **form.cleaned_data)
                audit_request(request, action="account.update", target=user)
        except ValidationError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, "Saved.")
            return redirect("account")
    return account_page(
        request, "pbxsite/account_profile.html", title="Your account", form=form, status=status_of(form)
    )


@account_view
def password(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                user_change_own_password(
                    user=user,
                    current=form.cleaned_data["current_password"],
                    password=form.cleaned_data["new_password"],
                )
                audit_request(request, action="account.change_password", target=user)
        except ValidationError as refusal:
            add_refusal(form, refusal, {"password": "new_password"})
        else:
            # Every session has ended; this browser begins a new one, with a new key.
            request.session.flush()
            login(request, user, backend=BACKEND)
            messages.success(
                request, "Your password is changed. Everything else that was signed in is signed out."
            )
            return redirect(landing_url(request, user, ""))
    return account_page(
        request,
        "pbxsite/account_password.html",
        title="Choose your password" if user.must_change_password else "Your password",
        form=form,
        rules=password_rules(),
        suggestion=password_generate(),
        status=status_of(form),
    )


def status_of(form: forms.Form) -> int:
    return 400 if form.is_bound and not form.is_valid() else 200
