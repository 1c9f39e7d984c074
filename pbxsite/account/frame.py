"""What all account pages share: who may open them, their tabs, and the frame around them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from pbxsite.account.duty import duty_of
from pbxsite.console.sites import site_of
from tenants.acting import Actor
from tenants.models import Role, User

View = Callable[..., HttpResponse]

TABS = (
    ("account", "Profile"),
    ("account_password", "Password"),
    ("account_second_factor", "Two-factor sign-in"),
    ("account_sessions", "Sessions"),
    ("account_tokens", "API tokens"),
)


def account_view(view: View) -> View:
    """For whoever is signed in, and nobody's cache."""

    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if getattr(request, "actor", None) is None:
            return redirect_to_login(request.get_full_path(), login_url=reverse("sign_in"))
        return view(request, *args, **kwargs)

    return guarded


def user_of(request: HttpRequest) -> User:
    actor: Actor = request.actor  # type: ignore[attr-defined] # `account_view` lets nobody else through
    return actor.user


def account_page(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    has_console = actor.role != Role.EXTENSION or getattr(request, "is_person_console", False)
    frame = {
        **site_of(request).each_context(request),
        "base_template": "admin/base_site.html" if has_console else "pbxsite/own_base.html",
        "title": title,
        "person": actor.user,
        "tabs": _tabs(request) if duty_of(actor.user) is None else [],
        **context,
    }
    return render(request, template, frame, status=status)


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"title": title, "url": reverse(name), "is_current": request.path == reverse(name)}
        for name, title in TABS
    ]
