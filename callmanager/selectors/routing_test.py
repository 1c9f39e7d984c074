"""Routing tests of the tenant in scope, and what comes of them now."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from callmanager.domain.routing_test import Verdict, run_routing_test
from callmanager.models import RoutingTest
from callmanager.selectors.snapshot import snapshot_get
from tenants.models import Tenant


def routing_test_list() -> QuerySet[RoutingTest]:
    return RoutingTest.objects.all()


def verdict_list(*, tenant: Tenant, tests: Iterable[RoutingTest] | None = None) -> list[Verdict]:
    """Of these tests, or all that are enabled. The configuration is read once."""
    asked = list(routing_test_list().filter(is_enabled=True) if tests is None else tests)
    if not asked:
        return []
    snapshot, now = snapshot_get(tenant=tenant), timezone.now()
    return [run_routing_test(test.entry, snapshot, now) for test in asked]
