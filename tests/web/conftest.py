"""Acme (Alice 101, Bob 102) and Globex (Mallory, also 101), made once per run; each test's changes are rolled back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from callmanager.services.extension import extension_create
from tenants.models import Role, Tenant, User
from tenants.schema_template import template_make
from tenants.scope import NO_SCOPE, current_scope, tenant_scope
from tenants.services.tenant import tenant_create
from tenants.services.tenant_deletion import tenant_delete
from tenants.services.user import user_create
from tests.web.asgi_server import AsgiServer, running_asgi_server

WEB_PASSWORD = "a-web-pass-phrase-1"
SIP_PASSWORD = "s1p-Password-of-"
FAST_HASHER = "django.contrib.auth.hashers.MD5PasswordHasher"
ACME_DOMAIN, GLOBEX_DOMAIN = "acme.example", "globex.example"


@dataclass(frozen=True, slots=True)
class Cast:
    administrator: User
    acme: Tenant
    globex: Tenant


def sip_password(name: str) -> str:
    return SIP_PASSWORD + name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    with override_settings(PASSWORD_HASHERS=[FAST_HASHER]), django_db_blocker.unblock():
        # pytest-django makes a test database only where a collected test is marked for one.
        assert connection.settings_dict["NAME"].startswith("test_"), "no test uses the fixture or mark `db`"
        template_make()
        _make_cast()
        yield
        _let_go_of_the_database()


def _let_go_of_the_database() -> None:
    """Threads of the event server keep their connections, and a database in use is not removed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
        )


def _make_cast() -> None:
    user_create(role=Role.ADMINISTRATOR, username="root", password=WEB_PASSWORD)
    known: dict[str, Any] = {"password": WEB_PASSWORD, "is_password_temporary": False}
    acme = tenant_create(name="acme", sip_domain=ACME_DOMAIN, **known)
    globex = tenant_create(name="globex", sip_domain=GLOBEX_DOMAIN, **known)
    people = {acme: {"101": "Alice", "102": "Bob"}, globex: {"101": "Mallory"}}
    for tenant, names in people.items():
        with tenant_scope(tenant):
            for number, name in names.items():
                extension_create(
                    number=number,
                    display_name=name,
                    sip_password=sip_password(name),
                    web_password=WEB_PASSWORD,
                )


@pytest.fixture(scope="session")
def asgi_server(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[AsgiServer]:
    """One for all tests, because a process has one event hub. It reads what is committed."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with django_db_blocker.unblock(), running_asgi_server() as server:
        yield server


@pytest.fixture
def cast(db: None) -> Cast:
    return Cast(
        administrator=User.objects.get(username="root"),
        acme=Tenant.objects.get(name="acme"),
        globex=Tenant.objects.get(name="globex"),
    )


@pytest.fixture
def acme(cast: Cast) -> Tenant:
    return cast.acme


@pytest.fixture
def globex(cast: Cast) -> Tenant:
    return cast.globex


@pytest.fixture
def acme_scope(acme: Tenant) -> Iterator[Tenant]:
    with tenant_scope(acme):
        yield acme


TenantMaker = Callable[[str], Tenant]


@pytest.fixture
def make_committed_tenant(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[TenantMaker]:
    """For what only a real commit shows (notifications, other connections). Made and deleted for this test."""
    made: list[Tenant] = []

    def make(name: str) -> Tenant:
        made.append(tenant_create(name=name, sip_domain=f"{name}.example", password=WEB_PASSWORD))
        return made[-1]

    with django_db_blocker.unblock():
        yield make
        for tenant in made:
            tenant_delete(tenant=tenant)


@pytest.fixture(autouse=True)
def _no_scope_is_left_behind() -> Iterator[None]:
    yield
    assert current_scope() == NO_SCOPE
    # Of this thread's connection: its settings are shared with the threads of the event server.
    # The type checker knows of no schemas.
    assert connections["default"].schema_name == NO_SCOPE.schema_name  # type: ignore[attr-defined]


@pytest.fixture
def redis_url() -> str:
    return str(settings.REDIS_URL)
