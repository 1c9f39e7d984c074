"""Before a change of the configuration applies: would it break what the company expects of its rules?

Whoever changes what calls depend on does it inside `routing_tests_guard()`, or in a function that is `routing_guarded`.
Where somebody is there to be asked (a request of the console or of REST), a change that breaks a routing test is rolled
back and told, until it is confirmed. Commands and imports ask nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from callmanager.models import RoutingTest
from callmanager.selectors.routing_test import verdict_list
from tenants.models import Tenant
from tenants.scope import current_scope, current_tenant_id

P = ParamSpec("P")
R = TypeVar("R")

# Whether somebody is there who can be asked and has not said yes already.
_asks: ContextVar[bool] = ContextVar("routing_guard_asks", default=False)
_is_watching: ContextVar[bool] = ContextVar("routing_guard_is_watching", default=False)


@dataclass(frozen=True, slots=True)
class BrokenTest:
    """A test that was met: how its call ended until now, how it would, and what is not as expected then."""

    test_id: int
    name: str
    expected: str
    before: str
    after: str
    differences: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        return {
            "id": self.test_id,
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


@contextmanager
def routing_tests_guard() -> Iterator[None]:
    """The outermost one counts: what is done inside is judged as a whole. Raises BreaksRoutingTests."""
    # The platform's own lists are of no tenant whose tests could be asked.
    if not _asks.get() or _is_watching.get() or current_scope().tenant_id is None:
        yield
        return
    with transaction.atomic():
        if not RoutingTest.objects.filter(is_enabled=True).exists():
            yield
            return
        token = _is_watching.set(True)
        try:
            tenant = Tenant.objects.get(pk=current_tenant_id())
            before = {one.test.test_id: one for one in verdict_list(tenant=tenant) if one.is_met}
            yield
            tenant.refresh_from_db()
            after = verdict_list(tenant=tenant)
        finally:
            _is_watching.reset(token)
        broken = [
            BrokenTest(
                now.test.test_id,
                now.test.name,
                now.expected,
                before[now.test.test_id].actual,
                now.actual,
                now.differences,
            )
            for now in after
            if not now.is_met and now.test.test_id in before
        ]
        if broken:
            raise BreaksRoutingTests(broken)


def routing_guarded(change: Callable[P, R]) -> Callable[P, R]:
    """A service whose change calls depend on."""

    @wraps(change)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        with routing_tests_guard():
            return change(*args, **kwargs)

    return guarded
