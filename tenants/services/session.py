"""Sign-ins: sessions of the console noted, listed and ended; tokens of sign-ins by REST."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tenants.models import ApiToken, User, UserSession
from tenants.models.user_session import SEEN_AT_KEY
from tenants.services.api_token import api_token_create

_ROW_KEY = "user_session_id"
_SEEN_EVERY_S = 60


def session_begin(*, user: User, session: SessionBase, address: str | None, user_agent: str) -> None:
    """At sign-in to the console."""
    now = timezone.now()
    with _one_after_the_other(user):
        row, _ = UserSession.objects.update_or_create(
            session_key=session.session_key or "",
            defaults={"user": user, "address": address, "user_agent": user_agent[:300], "last_seen_at": now},
        )
        session[_ROW_KEY] = row.pk
        session[SEEN_AT_KEY] = int(now.timestamp())
        _other_sign_ins_end(user, session_id=row.pk)


def sign_in_token_create(*, user: User) -> tuple[ApiToken, str]:
    """At sign-in by REST: the token and its secret."""
    with _one_after_the_other(user):
        token, secret = api_token_create(user=user, name="login", is_sign_in=True)
        _other_sign_ins_end(user, token_id=token.pk)
    return token, secret


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


@contextmanager
def _one_after_the_other(user: User) -> Iterator[None]:
    """Or two at once would end each other, and nobody were signed in."""
    with transaction.atomic():
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        yield


def _other_sign_ins_end(user: User, *, session_id: int = 0, token_id: int = 0) -> None:
    """Where concurrent sign-ins are not allowed. Sockets signed in to by password go by the time."""
    if user.tenant is None or user.tenant.is_concurrent_sign_in_allowed:
        return
    sessions_end(UserSession.objects.filter(user=user).exclude(pk=session_id))
    others = ApiToken.objects.filter(user=user, is_sign_in=True, revoked_at=None).exclude(pk=token_id)
    others.update(revoked_at=Now())
    User.objects.filter(pk=user.pk).update(sign_ins_ended_at=timezone.now())
