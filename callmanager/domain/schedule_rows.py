"""Schedules as plain rows: of the database, and of a snapshot's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time

from callmanager.domain.schedule import ALL_WEEK, DAY_MINUTES, Holiday, Interval, Schedule
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


def schedule_to_json(schedule: Schedule) -> dict[str, object]:
    return {
        "time_zone": schedule.time_zone,
        "intervals": [[i.weekday, i.start_minute, i.end_minute] for i in schedule.intervals],
        "holidays": [_holiday_row(holiday) for holiday in schedule.holidays],
    }


def schedule_from_json(document: object) -> Schedule:
    """Raises KeyError, TypeError or ValueError for anything that `schedule_to_json` did not write."""
    if not isinstance(document, dict):
        raise TypeError("a schedule is an object")
    return Schedule(
        time_zone=document["time_zone"],
        intervals=tuple(Interval(*row) for row in document["intervals"]),
        holidays=tuple(_holidays(document["holidays"])),
    )


def _holiday_row(holiday: Holiday) -> list[object]:
    days = (holiday.first_day.isoformat(), holiday.last_day.isoformat())
    return [holiday.name, *days, holiday.start_minute, holiday.end_minute, holiday.is_every_year]


def _holidays(rows: Iterable[tuple[str, str, str, int, int, bool]]) -> Iterable[Holiday]:
    for name, first_day, last_day, start_minute, end_minute, is_every_year in rows:
        days = (date.fromisoformat(first_day), date.fromisoformat(last_day))
        yield Holiday(name, *days, start_minute, end_minute, is_every_year)


def _minute(at: time | None) -> int:
    return 0 if at is None else at.hour * 60 + at.minute
