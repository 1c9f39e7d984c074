"""Before a change of the configuration applies: would it break what a company expects of its rules?

Whoever changes what calls depend on does it inside `routing_tests_guard()`, or in a function that is `routing_guarded`;
of a trunk, whose tenants may be many, inside `trunk_tests_guard()`. Where somebody is there to be asked (a request of
the console or of REST), a change that breaks a routing test is rolled back and told, until it is confirmed. An import
asks when its job runs: `routing_guard_job`. Commands ask nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from callmanager.domain.routing_test import Verdict
from callmanager.fleet.models import Trunk, TrunkAssignment
from callmanager.models import RoutingTest
from callmanager.selectors.routing_test import tenants_with_routing_tests, verdict_list
from tenants.models import Tenant
from tenants.scope import across_tenants, current_scope, current_tenant_id, tenant_scope

P = ParamSpec("P")
R = TypeVar("R")

# Whether somebody is there who can be asked and has not said yes already.
_asks: ContextVar[bool] = ContextVar("routing_guard_asks", default=False)
_is_watching: ContextVar[bool] = ContextVar("routing_guard_is_watching", default=False)


@dataclass(frozen=True, slots=True)
class BrokenTest:
    """A test that was met: how its call ended until now, how it would, and what is not as expected then.

    `tenant` is whose it is, where that is not plain.
    """

    test_id: int
    name: str
    expected: str
    before: str
    after: str
    differences: tuple[str, ...]
    tenant: str = ""

    @property
    def document(self) -> dict[str, Any]:
        named = {"tenant": self.tenant} if self.tenant else {}
        return {
            "id": self.test_id,
            **named,
            "name": self.name,
            "expected": self.expected,
            "before": self.before,
            "after": self.after,
            "differences": list(self.differences),
        }


class BreaksRoutingTests(Exception):
    code = "breaks_routing_tests"

    def __init__(self, broken: list[BrokenTest]) -> None:
        count = len(broken)
        super().__init__(f"The change breaks {count} routing test{'' if count == 1 else 's'}.")
        self.broken = tuple(broken)


@contextmanager
def asking(*, is_asked: bool) -> Iterator[None]:
    """For the length of a request: whether changes that break tests must be confirmed."""
    token = _asks.set(is_asked)
    try:
        yield
    finally:
        _asks.reset(token)


def is_asking() -> bool:
    return _asks.get()


def has_routing_tests() -> bool:
    return RoutingTest.objects.filter(is_enabled=True).exists()


@contextmanager
def routing_tests_guard() -> Iterator[None]:
    """The outermost one counts: what is done inside is judged as a whole. Raises BreaksRoutingTests."""
    # The platform's own lists are of no tenant whose tests could be asked.
    if not _asks.get() or _is_watching.get() or current_scope().tenant_id is None:
        yield
        return
    with transaction.atomic():
        if not has_routing_tests():
            yield
            return
        with _watching([Tenant.objects.get(pk=current_tenant_id())], names_tenants=False):
            yield


@contextmanager
def trunk_tests_guard(*trunks: Trunk, tenant: Tenant | None = None) -> Iterator[None]:
    """The tests of all who have these trunks, and of `tenant`, who gets one. Raises BreaksRoutingTests."""
    if not trunks or not _asks.get() or _is_watching.get():
        yield
        return
    with transaction.atomic():
        with across_tenants():
            lent = TrunkAssignment.objects.filter(trunk__in=trunks).select_related("tenant")
            tenants = {assignment.tenant_id: assignment.tenant for assignment in lent}
        if tenant is not None:
            tenants[tenant.pk] = tenant
        with _watching(tenants_with_routing_tests(tenants.values()), names_tenants=True):
            yield


@contextmanager
def _watching(tenants: Sequence[Tenant], *, names_tenants: bool) -> Iterator[None]:
    token = _is_watching.set(True)
    try:
        before = {
            tenant.pk: {one.test.test_id: one for one in _verdicts(tenant) if one.is_met}
            for tenant in tenants
        }
        yield
        broken = [
            _broken(before[tenant.pk][now.test.test_id], now, tenant.name if names_tenants else "")
            for tenant in tenants
            for now in _verdicts(tenant)
            if not now.is_met and now.test.test_id in before[tenant.pk]
        ]
    finally:
        _is_watching.reset(token)
    if broken:
        raise BreaksRoutingTests(broken)


def _verdicts(tenant: Tenant) -> list[Verdict]:
    with tenant_scope(tenant):
        return verdict_list(tenant=tenant)


def _broken(before: Verdict, now: Verdict, tenant: str) -> BrokenTest:
    return BrokenTest(
        now.test.test_id, now.test.name, now.expected, before.actual, now.actual, now.differences, tenant
    )


def routing_guarded(change: Callable[P, R]) -> Callable[P, R]:
    """A service whose change calls depend on."""

    @wraps(change)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with routing_tests_guard():
            return change(*args, **kwargs)

    return guarded
