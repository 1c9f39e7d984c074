"""The calls of the last 24 hours, of the tenant in scope or across tenants of the fleet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, DateTimeField, Func, IntegerField, QuerySet, Value
from django.db.models.functions import Least

from callmanager.fleet.models import Cdr, CdrStatus
from callmanager.selectors.call import cdr_list

HOURS = 24
WORST_CALLS = 5
# Better than that nobody complains about.
WORTH_A_LOOK_MOS = 3.8


@dataclass(frozen=True, slots=True)
class HourOfCalls:
    """`hour` is the local one it began at, `00` to `23`."""

    hour: str
    answered: int
    other: int


@dataclass(frozen=True, slots=True)
class WorstCall:
    id: int
    started_at: datetime
    tenant_name: str
    caller: str
    callee: str
    mos: float


@dataclass(frozen=True, slots=True)
class CallStatistics:
    results: dict[str, int]
    hours: tuple[HourOfCalls, ...]
    worst: tuple[WorstCall, ...]

    @property
    def total(self) -> int:
        return sum(self.results.values())

    @property
    def answered_percent(self) -> int | None:
        return round(100 * self.results[CdrStatus.ANSWERED] / self.total) if self.total else None


def call_statistics(*, now: datetime) -> CallStatistics:
    """`now` is in the time zone whose hours are shown. Two queries."""
    recent = cdr_list().filter(started_at__gt=now - timedelta(hours=HOURS), started_at__lte=now).order_by()
    starts = _hours_until(now)
    counted = (
        recent.annotate(hour=_HoursSince("started_at", Value(starts[0], DateTimeField())))
        .values_list("hour", "status")
        .annotate(calls=Count("id"))
    )
    results = dict.fromkeys(CdrStatus.values, 0)
    answered, other = [0] * HOURS, [0] * HOURS
    for hour, status, calls in counted:
        results[status] = results.get(status, 0) + calls
        # The first minutes of the window belong to an hour that is shown with the oldest one.
        (answered if status == CdrStatus.ANSWERED else other)[max(hour, 0)] += calls
    hours = tuple(
        HourOfCalls(f"{start.astimezone(now.tzinfo):%H}", *counts)
        for start, *counts in zip(starts, answered, other, strict=True)
    )
    return CallStatistics(results=results, hours=hours, worst=_worst(recent))


class _HoursSince(Func):
    """Whole hours of elapsed time from the second moment to the first."""

    template = "floor(extract(epoch FROM (%(expressions)s)) / 3600)::integer"
    arg_joiner = " - "
    output_field = IntegerField()


def _hours_until(now: datetime) -> list[datetime]:
    """By elapsed time, so that a day of 23 or 25 hours is right as well, and so are zones of half hours."""
    this_hour = now.astimezone(UTC) - timedelta(
        minutes=now.minute, seconds=now.second, microseconds=now.microsecond
    )
    return [this_hour - timedelta(hours=back) for back in reversed(range(HOURS))]


def _worst(recent: QuerySet[Cdr]) -> tuple[WorstCall, ...]:
    """By the worse side: that is how the call was."""
    rows = (
        recent.annotate(mos=Least("caller_mos", "callee_mos"))
        .filter(mos__lt=WORTH_A_LOOK_MOS)
        .order_by("mos", "-started_at")
        .values_list("id", "started_at", "tenant_name", "caller", "callee", "mos")
    )
    return tuple(WorstCall(*row) for row in rows[:WORST_CALLS])
