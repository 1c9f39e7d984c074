"""Who signed in but still owes something comes to that page first, whatever was asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from tenants.acting import Actor
from tenants.middleware import API_PREFIX
from tenants.models import User
from tenants.services.second_factor import is_second_factor_on, is_second_factor_required


class AccountDutyMiddleware:
    """Stands after the middleware that chooses the console. Tokens are not made before all is done."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or request.path.startswith(API_PREFIX):
            return self.get_response(request)
        page = duty_of(actor.user)
        if page is None or request.path.startswith(page) or _is_harmless(request):
            return self.get_response(request)
        return redirect(page) if request.method in ("GET", "HEAD") else HttpResponse(status=403)


def duty_of(user: User) -> str | None:
    """The page where it is done; None if nothing is owed."""
    if user.must_change_password:
        return reverse("account_password")
    if is_second_factor_required(user) and not is_second_factor_on(user):
        return reverse("account_second_factor")
    return None


def _is_harmless(request: HttpRequest) -> bool:
    return request.path.startswith(("/health", settings.STATIC_URL, reverse("sign_out")))
