"""Sessions of the console: noted, listed, ended."""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from tenants.models import User, UserSession
from tenants.models.user_session import SEEN_AT_KEY

_ROW_KEY = "user_session_id"
_SEEN_EVERY_S = 60


def session_begin(*, user: User, session: SessionBase, address: str | None, user_agent: str) -> None:
    """At sign-in. Where concurrent sign-ins are not allowed, it ends the others of the same user."""
    now = timezone.now()
    row, _ = UserSession.objects.update_or_create(
        session_key=session.session_key or "",
        defaults={"user": user, "address": address, "user_agent": user_agent[:300], "last_seen_at": now},
    )
    session[_ROW_KEY] = row.pk
    session[SEEN_AT_KEY] = int(now.timestamp())
    if user.tenant is not None and not user.tenant.is_concurrent_sign_in_allowed:
        sessions_end(UserSession.objects.filter(user=user).exclude(pk=row.pk))


def session_note_use(*, user: User, session: SessionBase, address: str | None, user_agent: str) -> None:
    """Once a minute, and whenever the session's key has changed."""
    now = timezone.now()
    if int(now.timestamp()) - int(session.get(SEEN_AT_KEY, 0)) < _SEEN_EVERY_S:
        return
    session[SEEN_AT_KEY] = int(now.timestamp())
    noted = UserSession.objects.filter(pk=int(session.get(_ROW_KEY, 0)), user=user).update(
        session_key=session.session_key, address=address, user_agent=user_agent[:300], last_seen_at=now
    )
    if not noted:
        row, _ = UserSession.objects.update_or_create(
            session_key=session.session_key or "",
            defaults={"user": user, "address": address, "user_agent": user_agent[:300], "last_seen_at": now},
        )
        session[_ROW_KEY] = row.pk


def session_list(*, user: User) -> QuerySet[UserSession]:
    """Those that still open something."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.filter(user=user, session_key__in=alive)


def sessions_end(sessions: QuerySet[UserSession]) -> int:
    """Their next request, and their open sockets, are signed out. The number of sessions."""
    keys = list(sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def sessions_expire() -> None:
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
