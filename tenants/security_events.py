"""Who signs in, out, or fails to, for both logs. By the signals of the one check of passwords: all doors share it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from tenants.acting import bearer_of
from tenants.middleware import API_PREFIX
from tenants.models import AuditDoor, AuditOutcome, EventSource, Severity, User
from tenants.selectors.user import user_find_by_sign_in_name
from tenants.services.audit import audit_record
from tenants.services.event_log import event_record
from tenants.services.session import session_begin
from tenants.sign_in import client_ip

LOCK_OUT_REPEATED_AFTER_S = 900


@receiver(user_logged_in, dispatch_uid="tenants.security_events.signed_in")
def _signed_in(request: HttpRequest | None, user: User, **_: Any) -> None:
    _record("user.sign_in", request, user)
    session = getattr(request, "session", None)
    if request is not None and session is not None and session.session_key and not _is_rest(request):
        session_begin(
            user=user,
            session=session,
            address=client_ip(request),
            user_agent=request.headers.get("User-Agent", ""),
        )


@receiver(user_logged_out, dispatch_uid="tenants.security_events.signed_out")
def _signed_out(request: HttpRequest | None, user: User | None, **_: Any) -> None:
    if isinstance(user, User):
        _record("user.sign_out", request, user)


@receiver(user_login_failed, dispatch_uid="tenants.security_events.refused")
def _refused(credentials: Mapping[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """The name is kept only if somebody has it: people type their passwords into the wrong field."""
    name = credentials.get("username")
    user = user_find_by_sign_in_name(name) if isinstance(name, str) and name else None
    if getattr(request, "axes_locked_out", False):
        reason = "locked out after too many failures"
    elif credentials.get("reason"):
        reason = str(credentials["reason"])
    elif user is None:
        reason = "unknown name"
    else:
        reason = "wrong password, or not allowed to sign in"
    _record("user.sign_in", request, user, reason=reason)


@receiver(user_locked_out, dispatch_uid="tenants.security_events.locked_out")
def _locked_out(request: HttpRequest | None, username: str | None = None, **_: Any) -> None:
    user = User.objects.select_related("tenant").filter(username=username or "").first()
    address = client_ip(request) if request is not None else None
    who = f"“{user.username}”" if user is not None else "an unknown name"
    event_record(
        severity=Severity.WARNING,
        source=EventSource.SECURITY,
        kind="sign_in.locked_out",
        tenant=user.tenant if user is not None else None,
        message=f"Sign-in as {who} from {address or 'an unknown address'} is locked after too many failures.",
        data={"username": user.username if user is not None else "", "address": address or ""},
        at_most_every_s=LOCK_OUT_REPEATED_AFTER_S,
    )


def _record(action: str, request: HttpRequest | None, user: User | None, *, reason: str = "") -> None:
    is_rest = request is not None and _is_rest(request)
    audit_record(
        action=action,
        target=user,
        user=user,
        tenant=user.tenant if user is not None else None,
        ip=client_ip(request) if request is not None else None,
        door=AuditDoor.REST if is_rest else AuditDoor.CONSOLE,
        outcome=AuditOutcome.FAILED if reason else AuditOutcome.OK,
        reason=reason,
    )


def _is_rest(request: HttpRequest) -> bool:
    return (request.path or "").startswith(API_PREFIX) or bearer_of(request) is not None
