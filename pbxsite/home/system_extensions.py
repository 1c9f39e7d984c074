"""Which numbers the system answers itself, and where: a tenant's live on one worker, with all its calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from callmanager.domain.dial_codes import MANUAL_CODES, DialCodes
from callmanager.domain.dial_features import Shape
from callmanager.domain.ring_groups import RingStrategy
from callmanager.fleet.models import WorkerNode
from callmanager.fleet.models.worker_node import WorkerState
from callmanager.models import RingGroup
from callmanager.selectors.call import cdr_list
from callmanager.selectors.dial_codes import dial_code_settings_get, dial_codes_of
from pbxsite.home.services import WORKER_SILENT_AFTER
from tenants.models import Tenant

RECENT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class SystemNumber:
    """`does` says to people what they hear, `example` what is dialled behind the number."""

    number: str
    name: str
    does: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a tenant's calls are: told by the only worker there is, or by its latest call."""

    worker: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class SystemExtensions:
    """`problem` says why the numbers can't be reached at the moment; `home` is None for the fleet."""

    services: tuple[SystemNumber, ...]
    workers: tuple[str, ...]
    home: Home | None
    problem: str


def system_extensions(*, tenant: Tenant | None) -> SystemExtensions:
    """In the tenant's scope, or across tenants."""
    since = timezone.now() - WORKER_SILENT_AFTER
    running = tuple(
        WorkerNode.objects.filter(state=WorkerState.UP, last_seen_at__gt=since).values_list("pk", flat=True)
    )
    problem = "" if running else "No worker takes calls at the moment."
    if tenant is not None and not tenant.is_enabled:
        problem = "The tenant is disabled."
    codes = MANUAL_CODES if tenant is None else dial_codes_of(dial_code_settings_get())
    groups = _ring_groups() if tenant is not None else ()
    return SystemExtensions(
        services=(*system_numbers(codes), *groups),
        workers=running,
        home=_home(running) if tenant is not None else None,
        problem=problem,
    )


def system_numbers(codes: DialCodes) -> tuple[SystemNumber, ...]:
    return tuple(
        SystemNumber(code, feature.name, feature.does, feature.example)
        for feature, some in codes.working()
        if feature.shape is not Shape.DURING_CALL
        for code in some
    )


def _ring_groups() -> tuple[SystemNumber, ...]:
    return tuple(
        SystemNumber(
            number, name, "Pages its members." if strategy == RingStrategy.PAGING else "Rings its members."
        )
        for number, name, strategy in RingGroup.objects.values_list("number", "name", "strategy")
    )


def _home(running: tuple[str, ...]) -> Home | None:
    if len(running) == 1:
        return Home(running[0], None)
    recent = cdr_list().filter(started_at__gt=timezone.now() - RECENT, worker__in=running)
    latest = recent.order_by("-started_at").values_list("worker", "started_at").first()
    return Home(*latest) if latest is not None else None
