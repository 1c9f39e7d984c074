"""The question of the routing guard where nobody can be asked: a job ends with it and waits to be confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from callmanager.services.routing_guard import (
    BreaksRoutingTests,
    asking,
    has_routing_tests,
    is_asking,
    routing_tests_guard,
)
from tenants.job_kinds import JobNeedsConfirmation, JobRun

# Who began the job could be asked, and had not said yes already.
ASKS = "asks_routing_tests"


class _TakenBack(Exception):
    """A dry run has seen enough."""


def routing_job_parameters() -> dict[str, Any]:
    """To be kept with a job that is begun now."""
    return {ASKS: is_asking()}


def written_with_guard(run: JobRun, write: Callable[[], object], *, is_dry_run: bool) -> dict[str, Any]:
    """Inside the job's transaction. What the job's result says of routing tests; raises JobNeedsConfirmation.

    A dry run writes only where there are tests that could break, and takes it back.
    """
    asks = bool(run.job.parameters.get(ASKS))
    if is_dry_run:
        return _tried(write) if asks and has_routing_tests() else {}
    try:
        with asking(is_asked=asks and not run.is_confirmed), routing_tests_guard():
            write()
    except BreaksRoutingTests as error:
        raise JobNeedsConfirmation(f"{error} Nothing was imported.", _told(error)) from error
    return {}


def _tried(write: Callable[[], object]) -> dict[str, Any]:
    try:
        with transaction.atomic():
            with asking(is_asked=True), routing_tests_guard():
                write()
            raise _TakenBack
    except _TakenBack:
        return {"breaks_routing_tests": 0}
    except BreaksRoutingTests as error:
        return {"breaks_routing_tests": len(error.broken), **_told(error)}


def _told(error: BreaksRoutingTests) -> dict[str, Any]:
    return {"broken": [one.document for one in error.broken]}
