"""Who sits at a socket: by password, token, or the console's session cookie. Database work, no socket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.http.cookie import parse_cookie
from django.utils import timezone

from callmanager.domain.subscriptions import (
    CDR_EVENTS,
    CONFERENCE_EVENTS,
    EXTENSION_EVENTS,
    FLEET_EVENTS,
    FLEET_TENANT_ID,
    QUEUE_EVENTS,
    TRUNK_EVENTS,
    CommandError,
    ExtensionLogin,
    Login,
    NameLogin,
    Subscriber,
    SubscriberRole,
    TokenLogin,
)
from callmanager.selectors.person import call_numbers_by_person, call_numbers_of
from tenants.acting import Actor
from tenants.authentication import may_sign_in
from tenants.capabilities import Verb
from tenants.models import ApiToken, Tenant, User
from tenants.scope import no_scope, tenant_scope
from tenants.selectors.api_token import api_token_find
from tenants.selectors.tenant import tenant_find_by_name
from tenants.sign_in import SignInRefused, extension_sign_in_name, sign_in_for_program, sign_in_succeeded

Scope = Mapping[str, Any]

# What one must be allowed to see, by the table of capabilities, to be told of a topic.
TOPIC_SUBJECTS: Mapping[str, str] = {
    EXTENSION_EVENTS: "fleet.livecall",
    CDR_EVENTS: "fleet.cdr",
    FLEET_EVENTS: "fleet.dashboard",
    TRUNK_EVENTS: "fleet.trunkassignment",
    QUEUE_EVENTS: "fleet.livecall",
    CONFERENCE_EVENTS: "fleet.livecall",
}


@dataclass(frozen=True, slots=True)
class SocketIdentity:
    """`generation` changes with the user's password, role, rank or tenant; token or session is what was shown.
    `topics` are those the user, and the token, may be told of.

    `signed_in_at`: of who came by name and password and so has neither token nor session that a later sign-in ends.

    An extension's rights were read when its tenant's configuration was at `config_rev`.
    """

    subscriber: Subscriber
    user_id: int
    generation: str
    topics: frozenset[str]
    token_id: int | None = None
    session_key: str | None = None
    config_rev: int = 0
    signed_in_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class WatchedTenant:
    tenant_id: int
    name: str


def identity_sign_in(login: Login, scope: Scope) -> SocketIdentity:
    """SignInRefused for a wrong name, password or token, and while the name is locked out."""
    with no_scope():
        match login:
            case TokenLogin(token=secret):
                token = api_token_find(secret)
                if token is None:
                    raise SignInRefused("token error")
                return _identity(token.user, token=token)
            case ExtensionLogin(extension_number=number, sip_domain=domain, password=password):
                return _by_password(extension_sign_in_name(number, domain), password, scope)
            case NameLogin(name=name, password=password):
                return _by_password(name, password, scope)


def identity_find_by_session(scope: Scope) -> SocketIdentity | None:
    """From the console's cookie, if the page that opened the socket is the console's own."""
    if not _is_same_origin(scope):
        return None
    session_key = parse_cookie(_header(scope, b"cookie")).get(settings.SESSION_COOKIE_NAME)
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    with no_scope():
        user = get_user(request)
        if not isinstance(user, User) or user.must_change_password:
            return None
        return _identity(user, session_key=session_key)


def identities_renewed(identities: Iterable[SocketIdentity]) -> dict[SocketIdentity, SocketIdentity]:
    """Those whose user, tenant, token and session are what they were, with the rights they have by now.

    Three queries for any number, and three for each tenant whose configuration changed since the last time.
    """
    asked = list(identities)
    now = timezone.now()
    with no_scope():
        users = User.objects.select_related("tenant").in_bulk({one.user_id for one in asked})
        tokens = set(
            ApiToken.objects.filter(
                pk__in={one.token_id for one in asked if one.token_id}, revoked_at=None, expires_at__gt=now
            ).values_list("pk", flat=True)
        )
        sessions = set(
            Session.objects.filter(
                session_key__in={one.session_key for one in asked if one.session_key}, expire_date__gt=now
            ).values_list("session_key", flat=True)
        )
    valid = {
        one: user
        for one in asked
        if (user := users.get(one.user_id)) is not None
        and may_sign_in(user)
        and user.get_session_auth_hash() == one.generation
        and (one.token_id is None or one.token_id in tokens)
        and (one.session_key is None or one.session_key in sessions)
        and not _is_superseded(one, user)
    }
    return {one: one for one in valid} | _with_rights_of_now(valid)


def _is_superseded(identity: SocketIdentity, user: User) -> bool:
    ended_at, began_at = user.sign_ins_ended_at, identity.signed_in_at
    return ended_at is not None and began_at is not None and began_at < ended_at


def _with_rights_of_now(valid: Mapping[SocketIdentity, User]) -> dict[SocketIdentity, SocketIdentity]:
    changed: defaultdict[Tenant, list[SocketIdentity]] = defaultdict(list)
    for one, user in valid.items():
        if (
            one.subscriber.role is SubscriberRole.EXTENSION
            and user.tenant is not None
            and user.tenant.config_rev != one.config_rev
        ):
            changed[user.tenant].append(one)
    renewed = {}
    for tenant, identities in changed.items():
        numbers = {one.subscriber.extension_number or "" for one in identities}
        with tenant_scope(tenant):
            by_person = call_numbers_by_person(numbers=numbers)
        for one in identities:
            seen = by_person[one.subscriber.extension_number or ""]
            subscriber = replace(one.subscriber, call_numbers=seen)
            renewed[one] = replace(one, subscriber=subscriber, config_rev=tenant.config_rev)
    return renewed


def watched_tenant_get(
    identity: SocketIdentity, name: str, *, may_be_of_fleet: bool = False
) -> WatchedTenant:
    """The tenant a command is about. An administrator has to name it, or means the fleet; anybody else has one."""
    with no_scope():
        if identity.subscriber.role is SubscriberRole.ADMINISTRATOR:
            if not name:
                if may_be_of_fleet:
                    return WatchedTenant(FLEET_TENANT_ID, "")
                raise CommandError("tenant missing")
            tenant = tenant_find_by_name(name)
            if tenant is None:
                raise CommandError("unknown tenant")
            return WatchedTenant(tenant.pk, tenant.name)
        own = User.objects.select_related("tenant").get(pk=identity.user_id).tenant
    if own is None or (name and name != own.name):
        raise CommandError("tenant not allowed")
    return WatchedTenant(own.pk, own.name)


def _by_password(name: str, password: str, scope: Scope) -> SocketIdentity:
    request = _http_request(scope)
    user = sign_in_for_program(request=request, name=name, password=password)
    sign_in_succeeded(request=request, user=user)
    return replace(_identity(user), signed_in_at=timezone.now())


def _identity(user: User, *, token: ApiToken | None = None, session_key: str | None = None) -> SocketIdentity:
    number, tenant = user.extension_number or None, user.tenant
    seen: frozenset[str] = frozenset()
    if number is not None and tenant is not None:
        with tenant_scope(tenant):
            seen = call_numbers_of(number=number)
    actor = Actor(user, tenant, token)
    return SocketIdentity(
        Subscriber(SubscriberRole(user.role), user.tenant_id, number, seen),
        user.pk,
        user.get_session_auth_hash(),
        frozenset(topic for topic, subject in TOPIC_SUBJECTS.items() if actor.may(subject, Verb.VIEW)),
        token.pk if token is not None else None,
        session_key,
        # Read before the rights: if they changed in between, they are read again.
        config_rev=tenant.config_rev if tenant is not None else 0,
    )


def _http_request(scope: Scope) -> HttpRequest:
    """What the lock-out asks a request: where it comes from."""
    request = HttpRequest()
    request.method, request.path = "GET", str(scope.get("path", ""))
    request.META["REMOTE_ADDR"] = (scope.get("client") or ("", 0))[0]
    if forwarded := _header(scope, b"x-forwarded-for"):
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    request.META["HTTP_USER_AGENT"] = _header(scope, b"user-agent")
    return request


def _is_same_origin(scope: Scope) -> bool:
    origin, host = _header(scope, b"origin"), _header(scope, b"host")
    return bool(host) and urlsplit(origin).netloc.lower() == host.lower()


def _header(scope: Scope, name: bytes) -> str:
    headers: Iterable[tuple[bytes, bytes]] = scope.get("headers", ())
    return next((value.decode("latin-1") for key, value in headers if key == name), "")
