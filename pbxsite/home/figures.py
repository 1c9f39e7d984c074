"""What the dashboards show, for the fleet or for one tenant: one document for console, REST and the event socket."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.core.cache import cache

from callmanager.fleet.models import Registration, SipDirectoryEntry
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.call_statistics import CallStatistics, HourOfCalls, WorstCall, call_statistics
from callmanager.selectors.live_call import live_call_counts
from pbxsite.home.system_figures import (
    SystemFigures,
    application_uptime_s,
    application_version,
    system_figures_get,
)
from tenants.models import EventLogEntry, Tenant
from tenants.selectors.event_log import event_list

LATEST_EVENTS = 5
# A month of a big fleet's records is not counted again for every administrator who looks.
FLEET_CALLS_KEPT_S = 15
_FLEET_CALLS_KEY = "pbxsite.home.fleet_calls"


@dataclass(frozen=True, slots=True)
class PlatformFigures:
    """What only administrators see."""

    version: str
    uptime_s: int
    tenants: int
    tenants_enabled: int
    system: SystemFigures


@dataclass(frozen=True, slots=True)
class HomeFigures:
    """`live_calls` is None while nobody can tell; `registrations` counts phones, `online_extensions` numbers."""

    live_calls: int | None
    extensions: int
    online_extensions: int
    registrations: int
    calls: CallStatistics
    events: tuple[EventLogEntry, ...]
    platform: PlatformFigures | None


def home_figures(*, tenant: Tenant | None, now: datetime) -> HomeFigures:
    """Of the tenant in scope, or (None) of the fleet, across tenants. `now` says whose hours are shown."""
    registrations = Registration.objects.order_by()
    return HomeFigures(
        live_calls=live_calls_count(tenant),
        extensions=SipDirectoryEntry.objects.count(),
        online_extensions=registrations.values("tenant_id", "username").distinct().count(),
        registrations=registrations.count(),
        calls=call_statistics(now=now) if tenant is not None else _fleet_calls(now),
        events=tuple(event_list()[:LATEST_EVENTS]),
        platform=None if tenant is not None else _platform(),
    )


def live_calls_count(tenant: Tenant | None) -> int | None:
    tenant_ids = [tenant.pk] if tenant is not None else list(Tenant.objects.values_list("pk", flat=True))
    try:
        return sum(live_call_counts(tenant_ids=tenant_ids).values())
    except LiveCallsUnavailable:
        return None


def _platform() -> PlatformFigures:
    enabled = list(Tenant.objects.values_list("is_enabled", flat=True))
    return PlatformFigures(
        version=application_version(),
        uptime_s=application_uptime_s(),
        tenants=len(enabled),
        tenants_enabled=sum(enabled),
        system=system_figures_get(),
    )


def _fleet_calls(now: datetime) -> CallStatistics:
    kept = cache.get(_FLEET_CALLS_KEY)
    if kept is None:
        calls = call_statistics(now=now)
        worst = [{**asdict(call), "started_at": call.started_at.isoformat()} for call in calls.worst]
        hours = [asdict(hour) for hour in calls.hours]
        kept = {"results": calls.results, "hours": hours, "worst": worst}
        cache.set(_FLEET_CALLS_KEY, kept, FLEET_CALLS_KEPT_S)
    return CallStatistics(
        results=kept["results"],
        hours=tuple(HourOfCalls(**hour) for hour in kept["hours"]),
        worst=tuple(
            WorstCall(**{**call, "started_at": datetime.fromisoformat(call["started_at"])})
            for call in kept["worst"]
        ),
    )
