"""Acme with ids that nobody else has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from callmanager.selectors.extension import extension_get
from callmanager.selectors.extension_group import extension_group_get_default
from callmanager.services.extension import extension_create
from callmanager.services.extension_group import extension_group_update, group_members_add
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.web.calls import FakeWorker
from tests.web.conftest import sip_password
from tests.web.matrix.thing import FIRST_ID, World


def let_extensions_in(world: World) -> None:
    """Everybody's default group opens the console. Alice manages hers and sees Carol; so does Mallory in Globex."""
    with tenant_scope(world.acme):
        extension_create(number="103", display_name="Carol", sip_password=sip_password("Carol"))
    for name in ("acme", "globex"):
        with tenant_scope(Tenant.objects.get(name=name)):
            default = extension_group_get_default()
            extension_group_update(group=default, may_use_console=True, managers_may_change=True)
            group_members_add(group=default, extensions=[extension_get(number="101")], is_manager=True)


@pytest.fixture
def world(acme: Tenant, globex: Tenant, redis_url: str) -> Iterator[World]:
    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,"
            " greatest(coalesce(last_value, 0), %s)) FROM pg_sequences WHERE schemaname = %s",
            [FIRST_ID, acme.schema_name],
        )
    worker = FakeWorker(redis_url)
    worker.register()
    yield World(acme, worker)
    worker.close()
