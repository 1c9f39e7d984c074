"""Acme with ids that nobody else has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection

from tenants.models import Tenant
from tests.web.calls import FakeWorker
from tests.web.matrix.things import FIRST_ID, World


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
