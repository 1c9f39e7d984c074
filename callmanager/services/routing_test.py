"""Routing tests of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from callmanager.domain.routing_test import wish_of
from callmanager.domain.simulation_request import SimulationInvalid, read_wish
from callmanager.models import RoutingTest
from callmanager.models.routing_test import ROUTING_TESTS_MAX
from callmanager.selectors.snapshot import snapshot_get
from tenants.integrity import refusing_duplicates
from tenants.scope import current_tenant_id
from tenants.selectors.tenant import tenant_get

ROUTING_TEST_FIELDS = (
    "name",
    "is_enabled",
    "caller",
    "trunk_id",
    "called",
    "when",
    "at",
    "weekday",
    "clock",
    "holiday",
    "phones",
    "trunks",
    "keys",
    "expected_end",
    "expected_number",
    "expected_trunk_id",
    "expected_sip_code",
    "expected_rule",
)
_FIELDS = {"trunk": "trunk_id"}


def routing_test_create(**fields: Any) -> RoutingTest:
    _require(fields)
    test = RoutingTest(**fields)
    with refusing_duplicates():
        if RoutingTest.objects.count() >= ROUTING_TESTS_MAX:
            raise ValidationError(f"At most {ROUTING_TESTS_MAX} routing tests.", code="too_many")
        routing_test_check(test)
        test.save()
    return test


def routing_test_update(*, test: RoutingTest, **changes: Any) -> RoutingTest:
    _require(changes)
    for name, value in changes.items():
        setattr(test, name, value)
    with refusing_duplicates():
        routing_test_check(test)
        test.save()
    return test


def routing_test_delete(*, test: RoutingTest) -> None:
    test.delete()


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - set(ROUTING_TEST_FIELDS):
        raise TypeError(f"A routing test has no {', '.join(sorted(unknown))} to set.")


def routing_test_check(test: RoutingTest) -> None:
    """Its question must be one that can be asked today; what it expects may still be to come."""
    problems: dict[str, Any] = {}
    try:
        test.full_clean()
    except ValidationError as error:
        problems.update(error.error_dict)
    snapshot = snapshot_get(tenant=tenant_get(tenant_id=current_tenant_id()))
    try:
        read_wish(wish_of(test.entry), snapshot, timezone.now())
    except SimulationInvalid as error:
        for problem in error.problems:
            name = problem.field.split(".")[0]
            found = ValidationError(f"{_where(problem.field)}{problem.message}", code=problem.code)
            problems.setdefault(_FIELDS.get(name, name), found)
    except (ValueError, AttributeError, TypeError):
        # Of a choice that does not exist; said above already.
        if not problems:
            raise
    if problems:
        raise ValidationError(problems)


def _where(field: str) -> str:
    _, _, key = field.partition(".")
    return f"{key}: " if key else ""
