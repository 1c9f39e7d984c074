"""Two-factor sign-in: set up, new recovery codes, off."""

from __future__ import annotations

import io

import segno
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_POST, require_safe

from pbxsite.account.form_refusal import add_refusal
from pbxsite.account.frame import account_page, account_view, user_of
from pbxsite.second_factor import CodeForm
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.models import SecondFactor
from tenants.rate_limit import RateLimited, rate_limit
from tenants.services.second_factor import (
    is_second_factor_on,
    is_second_factor_required,
    recovery_codes_left,
    recovery_codes_renew,
    second_factor_begin,
    second_factor_confirm,
    second_factor_end,
    second_factor_uri,
)


@account_view
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    return _overview(request, CodeForm())


@account_view
def set_up(request: HttpRequest) -> HttpResponse:
    """The first POST makes the secret; the next ones, with a code, confirm it."""
    user = user_of(request)
    if request.method != "POST" or is_second_factor_on(user):
        return redirect("account_second_factor")
    if "code" not in request.POST:
        factor = second_factor_begin(user=user)
        audit_request(request, action="account.second_factor_begin", target=user)
        return _set_up_page(request, factor, CodeForm())
    form = CodeForm(request.POST)
    factor = SecondFactor.objects.filter(user=user, confirmed_at=None).first() or second_factor_begin(
        user=user
    )
    if not form.is_valid():
        return _set_up_page(request, factor, form, status=400)
    try:
        rate_limit(f"second_factor:{user.pk}", at_most=10, per_s=300)
        with transaction.atomic():
            codes = second_factor_confirm(user=user, code=form.cleaned_data["code"])
            audit_request(request, action="account.second_factor_on", target=user)
    except (ValidationError, RateLimited) as refusal:
        _refuse(request, form, refusal, "account.second_factor_on")
        return _set_up_page(request, factor, form, status=400)
    return _codes_page(request, codes)


@account_view
@require_POST
def new_codes(request: HttpRequest) -> HttpResponse:
    user, form = user_of(request), CodeForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(f"second_factor:{user.pk}", at_most=10, per_s=300)
            with transaction.atomic():
                codes = recovery_codes_renew(user=user, code=form.cleaned_data["code"])
                audit_request(request, action="account.recovery_codes", target=user)
            return _codes_page(request, codes)
        except (ValidationError, RateLimited) as refusal:
            _refuse(request, form, refusal, "account.recovery_codes")
    return _overview(request, form, status=400)


@account_view
@require_POST
def turn_off(request: HttpRequest) -> HttpResponse:
    user, form = user_of(request), CodeForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(f"second_factor:{user.pk}", at_most=10, per_s=300)
            with transaction.atomic():
                second_factor_end(user=user, code=form.cleaned_data["code"])
                audit_request(request, action="account.second_factor_off", target=user)
            messages.success(request, "Two-factor sign-in is off.")
            return redirect("account_second_factor")
        except (ValidationError, RateLimited) as refusal:
            _refuse(request, form, refusal, "account.second_factor_off")
    return _overview(request, form, status=400)


def qr_svg(uri: str) -> SafeString:
    """Drawn by us from our own text: only a path, no script and no style."""
    drawing = io.BytesIO()
    segno.make(uri, error="m").save(
        drawing, kind="svg", xmldecl=False, svgclass="td-qr", lineclass=None, scale=4
    )
    return mark_safe(drawing.getvalue().decode())  # noqa: S308 - made by segno, holds no user's markup


def _refuse(
    request: HttpRequest, form: forms.Form, refusal: ValidationError | RateLimited, action: str
) -> None:
    if isinstance(refusal, RateLimited):
        form.add_error(None, "Too many attempts. Wait some minutes and try again.")
        reason = "too many attempts"
    else:
        add_refusal(form, refusal)
        reason = "; ".join(refusal.messages)
    audit_request_failed(
        request, action=action, reason=reason, object_type="user", object_id=str(user_of(request).pk)
    )


def _overview(request: HttpRequest, form: forms.Form, *, status: int = 200) -> HttpResponse:
    user = user_of(request)
    return account_page(
        request,
        "pbxsite/account_second_factor.html",
        title="Two-factor sign-in",
        form=form,
        is_on=is_second_factor_on(user),
        is_required=is_second_factor_required(user),
        codes_left=recovery_codes_left(user=user),
        status=status,
    )


def _set_up_page(
    request: HttpRequest, factor: SecondFactor, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    uri = second_factor_uri(user=user_of(request), factor=factor)
    return account_page(
        request,
        "pbxsite/account_second_factor_set_up.html",
        title="Two-factor sign-in",
        form=form,
        qr=qr_svg(uri),
        secret=" ".join(factor.secret[start : start + 4] for start in range(0, len(factor.secret), 4)),
        status=status,
    )


def _codes_page(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return account_page(
        request, "pbxsite/account_recovery_codes.html", title="Your recovery codes", codes=codes
    )
