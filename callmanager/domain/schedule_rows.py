"""Schedules as rows of the database."""

from __future__ import annotations

from datetime import date, time

from callmanager.domain.schedule import ALL_WEEK, DAY_MINUTES, Holiday, Interval
from callmanager.domain.week_hours import parse_intervals


def office_intervals(*, is_always_open: bool, week: object) -> tuple[Interval, ...]:
    return ALL_WEEK if is_always_open else parse_intervals(week)


def holiday_of(
    name: str,
    first_day: date,
    last_day: date,
    starts_at: time | None,
    ends_at: time | None,
    is_every_year: bool,
) -> Holiday:
    """A row of the holidays' table; an end at 00:00 is midnight after the last day."""
    return Holiday(
        name,
        first_day,
        last_day,
        _minute(starts_at),
        _minute(ends_at) or DAY_MINUTES,
        is_every_year,
    )


def _minute(at: time | None) -> int:
    return 0 if at is None else at.hour * 60 + at.minute
