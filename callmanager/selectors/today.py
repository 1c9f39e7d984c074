"""The figures of the day for a tenant's dashboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import ExtractHour

from callmanager.fleet.models import CdrStatus
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.call import cdr_list, registration_list
from callmanager.selectors.extension import extension_list
from callmanager.selectors.live_call import live_call_list


@dataclass(frozen=True, slots=True)
class TodayFigures:
    """`live_calls` is None while nobody can tell; `hours` holds (answered, other) for each hour."""

    live_calls: int | None
    extensions: int
    registered: int
    hours: tuple[tuple[int, int], ...]

    @property
    def calls_today(self) -> int:
        return sum(answered + other for answered, other in self.hours)

    @property
    def answered_percent(self) -> int:
        answered = sum(answered for answered, _ in self.hours)
        return round(100 * answered / self.calls_today) if self.calls_today else 0


def today_figures(*, tenant_id: int, now: datetime) -> TodayFigures:
    """`now` is in the tenant's time zone: its midnight is where the day began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        live_calls: int | None = len(live_call_list(tenant_id=tenant_id))
    except LiveCallsUnavailable:
        live_calls = None
    return TodayFigures(
        live_calls=live_calls,
        extensions=extension_list().count(),
        registered=registration_list().values("username").distinct().count(),
        hours=_calls_by_hour(midnight),
    )


def _calls_by_hour(midnight: datetime) -> tuple[tuple[int, int], ...]:
    counted = (
        cdr_list()
        .filter(started_at__gte=midnight, started_at__lt=midnight + timedelta(days=1))
        .order_by()
        .annotate(hour=ExtractHour("started_at", tzinfo=midnight.tzinfo))
        .values("hour")
        .annotate(total=Count("id"), answered=Count("id", filter=Q(status=CdrStatus.ANSWERED)))
        .values_list("hour", "answered", "total")
    )
    by_hour = {hour: (answered, total - answered) for hour, answered, total in counted}
    return tuple(by_hour.get(hour, (0, 0)) for hour in range(24))
