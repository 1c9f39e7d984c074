"""The one check of name and password for console, REST and WebSocket: one lock-out for all doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axes.helpers import get_client_ip_address
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

from tenants.models import User
from tenants.selectors.user import user_find_by_sign_in_name


class SignInRefused(RuntimeError):
    """Unknown name or wrong password: which of the two is nobody's business."""


class SignInLocked(SignInRefused):
    """Too many failures by this name from this address."""


def sign_in_check(*, request: HttpRequest, name: str, password: str) -> User:
    """Who this is. Starts no session; the caller does, or makes a token."""
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        return user
    if getattr(request, "axes_locked_out", False):
        raise SignInLocked("too many failures, try again later")
    raise SignInRefused("name or password error")


def sign_in_succeeded(*, request: HttpRequest, user: User) -> None:
    """For doors that open no session: forget the failures, as `login` does for the console."""
    user_logged_in.send(sender=User, request=request, user=user)


def extension_sign_in_name(number: str, sip_domain: str) -> str:
    return f"{number}@{sip_domain}"


def lockout_name(request: HttpRequest | None, credentials: Mapping[str, Any] | None = None) -> str:
    """Failures are counted by user: number@domain, e-mail and user name of one person share one count."""
    given = (credentials or {}).get("username")
    name = given if isinstance(given, str) else ""
    user = user_find_by_sign_in_name(name) if name else None
    return user.username if user is not None else name.lower()


def lockout_response(
    request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The view has answered already, in its own way."""
    return response


def client_ip(request: HttpRequest) -> str | None:
    """The address the reverse proxy saw."""
    address = get_client_ip_address(request)
    return str(address) if address else None
