"""The one check of name and password for console, REST and WebSocket: one lock-out for all doors."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest, HttpResponse

from tenants.models import AuditDoor, User
from tenants.selectors.user import user_find_by_sign_in_name
from tenants.services.audit import audit_record
from tenants.services.second_factor import (
    is_second_factor_on,
    is_second_factor_required,
    second_factor_verify,
)
from tenants.services.user import user_change_own_password

# What the table of failures has room for.
MAX_COUNTED_NAME = 255


class SignInRefused(RuntimeError):
    """Unknown name or wrong password: which of the two is nobody's business."""


class SignInLocked(SignInRefused):
    """Too many failures by this name from this address."""


class SecondFactorMissing(SignInRefused):
    """The password is right; a code of the authenticator app, or a recovery code, is wanted too."""


class SecondFactorWrong(SignInRefused):
    """The password is right, the code is not, or was used already."""


class SecondFactorSetupRequired(SignInRefused):
    """The password is right; two-factor sign-in is required and must be set up in the console first."""


class PasswordChangeRequired(SignInRefused):
    """The password is right, and somebody else chose it: it must be changed first."""


def sign_in_check(*, request: HttpRequest, name: str, password: str) -> User:
    """Who this is. Starts no session; the caller does, or makes a token."""
    user = authenticate(request, username=name, password=password)
    if isinstance(user, User):
        return user
    if getattr(request, "axes_locked_out", False):
        raise SignInLocked("too many failures, try again later")
    raise SignInRefused("name or password error")


def sign_in_for_program(
    *, request: HttpRequest, name: str, password: str, new_password: str = "", code: str = ""
) -> User:
    """For who gets a token or a socket instead of a session: no page can ask for what is missing, so it is refused."""
    user = sign_in_check(request=request, name=name, password=password)
    if is_second_factor_on(user):
        if not code:
            raise SecondFactorMissing("second factor required")
        second_factor_check(request=request, user=user, code=code)
    elif is_second_factor_required(user):
        raise SecondFactorSetupRequired("second factor setup required")
    if user.must_change_password:
        if not new_password:
            raise PasswordChangeRequired("password change required")
        user_change_own_password(user=user, current=password, password=new_password)
        audit_record(
            action="account.change_password",
            target=user,
            user=user,
            tenant=user.tenant,
            ip=client_ip(request),
            door=AuditDoor.REST,
        )
    return user


def second_factor_check(*, request: HttpRequest, user: User, code: str) -> None:
    """Wrong codes count like wrong passwords, in the same lock-out."""
    credentials = {"username": user.username}
    if not AxesProxyHandler.is_allowed(request, credentials):
        raise SignInLocked("too many failures, try again later")
    if second_factor_verify(user=user, code=code):
        return
    user_login_failed.send(
        sender=__name__, credentials={**credentials, "reason": "wrong two-factor code"}, request=request
    )
    if getattr(request, "axes_locked_out", False):
        raise SignInLocked("too many failures, try again later")
    raise SecondFactorWrong("wrong code")


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
    return user.username if user is not None else name.lower()[:MAX_COUNTED_NAME]


def lockout_response(
    request: HttpRequest, response: HttpResponse, credentials: Mapping[str, Any] | None = None
) -> HttpResponse:
    """The view has answered already, in its own way."""
    return response


def client_ip(request: HttpRequest) -> str | None:
    """Whoever connected; behind our own reverse proxy, on this machine, the address the proxy saw.

    The proxy overwrites the header, so its last entry can't be forged; anybody else's header counts for nothing.
    """
    peer = _find_address(request.META.get("REMOTE_ADDR", ""))
    if peer is None or peer.is_loopback:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2]
        peer = _find_address(forwarded) or peer
    return None if peer is None else str(peer)


def _find_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip())
    except ValueError:
        return None
