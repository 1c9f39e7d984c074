"""The one sign-in page, for administrators, tenants and extensions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from callmanager.selectors.person import may_use_console
from pbxsite.branding import brand_of, brand_remember, branded
from pbxsite.console.sites import site_of
from pbxsite.second_factor import BACKEND, begin_second_step
from tenants.models import Role, User
from tenants.services.second_factor import is_second_factor_on
from tenants.sign_in import SignInLocked, SignInRefused, extension_sign_in_name, sign_in_check

ACCOUNT, EXTENSION = "account", "extension"


class SignInForm(forms.Form):
    """Either a user name or e-mail address, or an extension number with its SIP domain."""

    sign_in_as = forms.ChoiceField(choices=[(ACCOUNT, "Account"), (EXTENSION, "Extension")], initial=ACCOUNT)
    username = forms.CharField(
        label="User name or e-mail",
        required=False,
        max_length=320,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    extension_number = forms.CharField(
        label="Extension",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "placeholder": "101"}),
    )
    sip_domain = forms.CharField(
        label="SIP domain",
        required=False,
        max_length=253,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "placeholder": "company.example"}),
    )
    password = forms.CharField(
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean(self) -> dict[str, Any]:
        form = super().clean() or {}
        is_extension = form.get("sign_in_as") == EXTENSION
        for field in ("extension_number", "sip_domain") if is_extension else ("username",):
            if not form.get(field):
                self.add_error(field, forms.ValidationError("This field is required.", code="required"))
        return form

    @property
    def sign_in_name(self) -> str:
        form = self.cleaned_data
        if form["sign_in_as"] == EXTENSION:
            return extension_sign_in_name(form["extension_number"], form["sip_domain"])
        return str(form["username"])


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    if request.method != "POST":
        if isinstance(request.user, User) and request.user.is_authenticated:
            return redirect(landing_url(request, request.user, wanted))
        return _page(request, SignInForm(initial={"sign_in_as": ACCOUNT}), wanted, status=200)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form, wanted, status=400)
    try:
        user = sign_in_check(request=request, name=form.sign_in_name, password=form.cleaned_data["password"])
    except SignInLocked:
        form.add_error(None, "Too many failures. Wait a quarter of an hour and try again.")
        return _page(request, form, wanted, status=429)
    except SignInRefused:
        form.add_error(None, "Unknown name or wrong password.")
        return _page(request, form, wanted, status=401)
    landing = landing_url(request, user, wanted)
    if is_second_factor_on(user):
        begin_second_step(request, user, landing)
        return redirect(branded(request, "second_step"))
    brand = brand_of(request)
    login(request, user, backend=BACKEND)
    brand_remember(request, brand, user)
    return redirect(landing)


def landing_url(request: HttpRequest, user: User, wanted: str) -> str:
    """Where somebody begins: in the console, or on the own page if that is not allowed to an extension."""
    is_extension = user.role == Role.EXTENSION
    has_console = not is_extension or may_use_console(user=user)
    home = "/admin/" if has_console else reverse("my_extension")
    is_own = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    is_meant = has_console if wanted.startswith("/admin/") else is_extension
    return wanted if is_own and is_meant and wanted != reverse("sign_in") else home


def _page(request: HttpRequest, form: SignInForm, wanted: str, *, status: int) -> HttpResponse:
    context = {**site_of(request).each_context(request), "form": form, "next": wanted}
    return render(request, "pbxsite/sign_in.html", context, status=status)
