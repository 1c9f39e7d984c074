"""People and their sessions for the matrix."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from tenants.models import Rank, Role, User
from tenants.models.user_session import UserSession
from tenants.services.user import user_create
from tests.web.conftest import WEB_PASSWORD
from tests.web.matrix.thing import MARK, World


def user_make(world: World, number: int) -> dict[str, Any]:
    user = user_create(
        role=Role.TENANT,
        rank=Rank.AUDITOR,
        tenant=world.acme,
        username=f"auditor-{number}",
        password=WEB_PASSWORD,
        display_name=f"{MARK} {number}",
    )
    return {"pk": user.pk}


def session_make(world: World, number: int) -> dict[str, Any]:
    key = f"session-of-acme-{number}"
    Session.objects.create(session_key=key, session_data="", expire_date=timezone.now() + timedelta(hours=1))
    session = UserSession.objects.create(
        user=User.objects.get(username="acme"),
        session_key=key,
        user_agent=f"{MARK} {number}",
        last_seen_at=timezone.now(),
    )
    return {"pk": session.pk}


def session_exists(world: World, ids: dict[str, Any]) -> bool:
    return UserSession.objects.filter(pk=ids["pk"]).exists() and Session.objects.exists()


def administrator_make(world: World, number: int) -> dict[str, Any]:
    user = user_create(
        role=Role.ADMINISTRATOR,
        rank=Rank.AUDITOR,
        username=f"overseer-{number}",
        password=WEB_PASSWORD,
        display_name=f"{MARK} {number}",
    )
    return {"pk": user.pk}


def person_exists(world: World, ids: dict[str, Any]) -> bool:
    person = User.objects.filter(pk=ids["pk"], is_active=True, display_name__startswith=MARK).first()
    return person is not None and person.check_password(WEB_PASSWORD) and person.login_generation == 0
