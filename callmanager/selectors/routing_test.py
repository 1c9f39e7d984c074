"""Routing tests of the tenant in scope, and what comes of them now."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from psycopg2 import sql

from callmanager.domain.routing_test import Verdict, run_routing_test
from callmanager.models import RoutingTest
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant

# One statement names this many tables; PostgreSQL locks each of them while it runs.
_SCHEMAS_PER_QUERY = 400


def routing_test_list() -> QuerySet[RoutingTest]:
    return RoutingTest.objects.all()


def verdict_list(*, tenant: Tenant, tests: Iterable[RoutingTest] | None = None) -> list[Verdict]:
    """Of these tests, or all that are enabled. The configuration is read once."""
    asked = list(routing_test_list().filter(is_enabled=True) if tests is None else tests)
    if not asked:
        return []
    snapshot, now = snapshot_get(tenant=tenant), timezone.now()
    return [run_routing_test(test.entry, snapshot, now) for test in asked]


def tenants_with_routing_tests(tenants: Iterable[Tenant]) -> list[Tenant]:
    """Those of them who have some that are enabled, by name. One query for hundreds."""
    asked = [tenant for tenant in tenants if tenant.deletion_began_at is None]
    batches = [
        asked[start : start + _SCHEMAS_PER_QUERY] for start in range(0, len(asked), _SCHEMAS_PER_QUERY)
    ]
    found = {pk for batch in batches for pk in _with_tests(batch)}
    return sorted((tenant for tenant in asked if tenant.pk in found), key=lambda tenant: tenant.name)


def _with_tests(tenants: Iterable[Tenant]) -> list[int]:
    one_schema = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {}.callmanager_routingtest WHERE is_enabled)")
    query = sql.SQL(" UNION ALL ").join(
        one_schema.format(sql.Literal(tenant.pk), sql.Identifier(tenant.schema_name)) for tenant in tenants
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [pk for (pk,) in cursor.fetchall()]
