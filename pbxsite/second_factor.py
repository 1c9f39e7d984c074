"""The second step of signing in, where two-factor sign-in is on: the session begins only after it."""

from __future__ import annotations

import time

from django import forms
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from pbxsite.branding import brand_of, brand_remember, branded
from pbxsite.console.sites import site_of
from tenants.authentication import may_sign_in
from tenants.models import User
from tenants.sign_in import SecondFactorWrong, SignInLocked, second_factor_check

PENDING_KEY = "pending_sign_in"
PENDING_FOR_S = 300
BACKEND = "tenants.authentication.SignInBackend"


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code",
        max_length=32,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text="The six digits of your authenticator app, or one of your recovery codes.",
    )


def begin_second_step(request: HttpRequest, user: User, landing: str) -> None:
    """Under a new session key; the hash ends it if the password changes meanwhile."""
    request.session.flush()
    request.session[PENDING_KEY] = {
        "user_id": user.pk,
        "hash": user.get_session_auth_hash(),
        "landing": landing,
        "until": int(time.time()) + PENDING_FOR_S,
    }


@sensitive_post_parameters("code")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    user = _pending_user(request)
    if user is None:
        request.session.pop(PENDING_KEY, None)
        return redirect(branded(request, "sign_in"))
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, 400 if form.is_bound else 200)
    try:
        second_factor_check(request=request, user=user, code=form.cleaned_data["code"])
    except SignInLocked:
        form.add_error(None, "Too many failures. Wait a quarter of an hour and try again.")
        return _page(request, form, 429)
    except SecondFactorWrong:
        form.add_error("code", "Not a code that is good now.")
        return _page(request, form, 401)
    landing = str(request.session.pop(PENDING_KEY)["landing"])
    brand = brand_of(request)
    login(request, user, backend=BACKEND)
    brand_remember(request, brand, user)
    return redirect(landing)


def _pending_user(request: HttpRequest) -> User | None:
    pending = request.session.get(PENDING_KEY)
    if not isinstance(pending, dict) or pending.get("until", 0) < time.time():
        return None
    user = User.objects.select_related("tenant").filter(pk=pending["user_id"]).first()
    if user is None or not may_sign_in(user) or user.get_session_auth_hash() != pending["hash"]:
        return None
    return user


def _page(request: HttpRequest, form: CodeForm, status: int) -> HttpResponse:
    context = {**site_of(request).each_context(request), "form": form}
    return render(request, "pbxsite/second_step.html", context, status=status)
