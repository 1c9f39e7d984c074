"""When a company is open: weekly hours and holidays in a time zone. Pure; asked for every call.

People write wall-clock times. Each is turned into one instant first, so that days with 23 or 25 hours neither lose
an interval nor open it twice: a time that the clock shows twice means its first showing, a time that it skips
means the moment of the jump.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
_DAYS_KEPT = 4
# One week of hours repeats; one day more on each side for intervals over midnight and odd days.
_WEEK_AHEAD_DAYS = 9


class ScheduleState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Interval:
    """Open from `start_minute` of a weekday (0 is Monday) until `end_minute`; the next day's if that is not later."""

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday {self.weekday}")
        if not 0 <= self.start_minute < DAY_MINUTES or not 0 < self.end_minute <= DAY_MINUTES:
            raise ValueError(f"minutes {self.start_minute} to {self.end_minute}")

    @property
    def length_minutes(self) -> int:
        over_midnight = DAY_MINUTES if self.end_minute <= self.start_minute else 0
        return self.end_minute - self.start_minute + over_midnight


@dataclass(frozen=True, slots=True)
class Holiday:
    """Closed from `start_minute` of the first day until `end_minute` of the last one, of that year or of every year."""

    name: str
    first_day: date
    last_day: date
    start_minute: int = 0
    end_minute: int = DAY_MINUTES
    is_every_year: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start_minute < DAY_MINUTES or not 0 < self.end_minute <= DAY_MINUTES:
            raise ValueError(f"minutes {self.start_minute} to {self.end_minute}")
        if (self.first_day, self.start_minute) >= (self.last_day, self.end_minute):
            raise ValueError("a holiday ends after it begins")
        if self.is_every_year and self.last_day - self.first_day >= timedelta(days=365):
            raise ValueError("what comes every year lasts less than one")


@dataclass(frozen=True, slots=True)
class _Day:
    """What can hold at some time of one day: spans of hours, and of holidays in their order."""

    open: tuple[tuple[datetime, datetime], ...]
    holidays: tuple[tuple[datetime, datetime, Holiday], ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """Hours and holidays as one time zone's clocks show them. Without intervals nobody is ever there."""

    time_zone: str
    intervals: tuple[Interval, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    # Of the days that were asked for: turning wall clocks into instants is most of the work.
    _days: dict[date, _Day] = field(init=False, repr=False, compare=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """The state that begins at an instant, and the holiday's name if it is one."""

    at: datetime
    state: ScheduleState
    holiday_name: str = ""


ALL_WEEK = tuple(Interval(weekday, 0, DAY_MINUTES) for weekday in range(7))


def is_open(schedule: Schedule, at: datetime) -> bool:
    """Whether calls of this moment fall into office hours; `at` is timezone-aware."""
    return state(schedule, at) is ScheduleState.OPEN


def state(schedule: Schedule, at: datetime) -> ScheduleState:
    """A holiday goes before the hours of its weekday."""
    if find_holiday(schedule, at) is not None:
        return ScheduleState.HOLIDAY
    is_inside = any(start <= at < end for start, end in _day_of(schedule, at).open)
    return ScheduleState.OPEN if is_inside else ScheduleState.CLOSED


def find_holiday(schedule: Schedule, at: datetime) -> Holiday | None:
    """The holiday in force, the first one listed if several are."""
    spans = _day_of(schedule, at).holidays
    return next((holiday for start, end, holiday in spans if start <= at < end), None)


def next_change(schedule: Schedule, at: datetime) -> Change | None:
    """The first moment after `at` with another state; None if it stays as it is."""
    now = state(schedule, at)
    for instant in sorted({moment for moment in _borders(schedule, at) if moment > at}):
        then = state(schedule, instant)
        if then is not now:
            holiday = find_holiday(schedule, instant)
            return Change(instant, then, holiday.name if holiday is not None else "")
    return None


def _day_of(schedule: Schedule, at: datetime) -> _Day:
    zone = ZoneInfo(schedule.time_zone)
    today = at.astimezone(zone).date()
    day = schedule._days.get(today)
    if day is None:
        if len(schedule._days) >= _DAYS_KEPT:
            schedule._days.clear()
        day = schedule._days[today] = _make_day(schedule, zone, today)
    return day


def _make_day(schedule: Schedule, zone: ZoneInfo, today: date) -> _Day:
    # A day more on each side than its longest can be.
    begins, ends = (_instant(zone, today + timedelta(days=offset), 0) for offset in (-1, 2))
    return _Day(
        tuple(_open_spans(schedule, zone, today - timedelta(days=1), days=3)),
        tuple(
            (start, end, holiday)
            for holiday in schedule.holidays
            for start, end in _holiday_spans(holiday, zone, today.year)
            if start < ends and end > begins
        ),
    )


def _borders(schedule: Schedule, at: datetime) -> Iterator[datetime]:
    """Every instant at which the state may change, as far ahead as the first change can be.

    The hours repeat weekly, so within a holiday only its end can change anything, and outside of one either a
    border of this week or the beginning of a holiday does.
    """
    zone = ZoneInfo(schedule.time_zone)
    local = at.astimezone(zone)
    for span in _open_spans(schedule, zone, local.date() - timedelta(days=1), days=_WEEK_AHEAD_DAYS):
        yield from span
    for holiday in schedule.holidays:
        for year in (local.year, local.year + 1):
            for span in _holiday_spans(holiday, zone, year):
                yield from span


def _open_spans(
    schedule: Schedule, zone: ZoneInfo, first_day: date, *, days: int
) -> Iterator[tuple[datetime, datetime]]:
    for offset in range(days):
        day = first_day + timedelta(days=offset)
        for interval in schedule.intervals:
            if interval.weekday == day.weekday():
                ends_on = day if interval.end_minute > interval.start_minute else day + timedelta(days=1)
                yield _instant(zone, day, interval.start_minute), _instant(zone, ends_on, interval.end_minute)


def _holiday_spans(holiday: Holiday, zone: ZoneInfo, year: int) -> Iterator[tuple[datetime, datetime]]:
    """The holiday itself, or those of every year that can touch `year`."""
    length = holiday.last_day - holiday.first_day
    first_days = [holiday.first_day]
    if holiday.is_every_year:
        first_days = [_in_year(holiday.first_day, year + offset) for offset in (-1, 0, 1)]
    for first_day in first_days:
        yield (
            _instant(zone, first_day, holiday.start_minute),
            _instant(zone, first_day + length, holiday.end_minute),
        )


def _in_year(day: date, year: int) -> date:
    """29 February is kept on the 28th where there is none."""
    is_missing = (day.month, day.day) == (2, 29) and not _is_leap(year)
    return date(year, 2, 28) if is_missing else day.replace(year=year)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _instant(zone: ZoneInfo, day: date, minute: int) -> datetime:
    """The moment at which the clocks of the zone show this minute of the day, in UTC."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first, second = (wall.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if (first.utcoffset() or timedelta()) >= (second.utcoffset() or timedelta()):
        return first.astimezone(UTC)
    return _jump(zone, second.astimezone(UTC), first.astimezone(UTC))


def _jump(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the zone's new offset, which begins between these two instants."""
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after
