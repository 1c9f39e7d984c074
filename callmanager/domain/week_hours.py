"""Weekly hours as people write them and as documents carry them: {"monday": [{"from": "09:00", "to": "17:00"}]}."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from callmanager.domain.schedule import DAY_MINUTES, Interval

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
INTERVALS_PER_DAY_MAX = 10
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")
_RANGE_SEPARATOR = re.compile(r"\s*(?:-|–|to)\s*")

WeekHours = Mapping[str, object]


class WeekHoursInvalid(ValueError):
    """What is written is no weekly hours; `weekday` says where, unless it is the whole."""

    def __init__(self, message: str, weekday: str = "") -> None:
        super().__init__(message)
        self.weekday = weekday


def parse_clock(text: str) -> int:
    """Minutes since midnight of "9:00", "09.30" or "24:00"."""
    found = _CLOCK.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise WeekHoursInvalid(f"“{text.strip()[:20]}” is not a time such as 09:00.")
    return minute


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def parse_intervals(document: object) -> tuple[Interval, ...]:
    """The intervals of a document, in order; raises WeekHoursInvalid for anything that is none."""
    if not isinstance(document, Mapping):
        raise WeekHoursInvalid("Weekly hours are an object with a list for each weekday.")
    if unknown := document.keys() - set(WEEKDAYS):
        raise WeekHoursInvalid(f"“{str(min(unknown, key=str))[:20]}” is not a weekday such as monday.")
    intervals: list[Interval] = []
    for weekday, name in enumerate(WEEKDAYS):
        intervals += _day(weekday, name, document.get(name, []))
    _refuse_overlaps(intervals)
    return tuple(intervals)


def document_of(intervals: Iterable[Interval]) -> dict[str, list[dict[str, str]]]:
    """What `parse_intervals` reads; every weekday is named."""
    document: dict[str, list[dict[str, str]]] = {name: [] for name in WEEKDAYS}
    for interval in sorted(intervals, key=lambda i: (i.weekday, i.start_minute)):
        document[WEEKDAYS[interval.weekday]].append(
            {"from": clock(interval.start_minute), "to": clock(interval.end_minute)}
        )
    return document


def parse_day_text(weekday: str, text: str) -> list[dict[str, str]]:
    """ "09:00-12:00, 13:00-17:00" as a document's list for one weekday; empty is closed."""
    ranges = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        times = _RANGE_SEPARATOR.split(part)
        if len(times) != 2:
            raise WeekHoursInvalid("Write times such as 09:00-12:00, 13:00-17:00.", weekday)
        try:
            start, end = (clock(parse_clock(one)) for one in times)
        except WeekHoursInvalid as error:
            raise WeekHoursInvalid(str(error), weekday) from error
        ranges.append({"from": start, "to": end})
    return ranges


def day_text(day: Iterable[Mapping[str, str]]) -> str:
    return ", ".join(f"{one['from']}-{one['to']}" for one in day)


def _day(weekday: int, name: str, ranges: object) -> list[Interval]:
    if not isinstance(ranges, list) or len(ranges) > INTERVALS_PER_DAY_MAX:
        raise WeekHoursInvalid(f"A list of at most {INTERVALS_PER_DAY_MAX} times.", name)
    return sorted((_interval(weekday, name, one) for one in ranges), key=lambda i: i.start_minute)


def _interval(weekday: int, name: str, one: object) -> Interval:
    if not isinstance(one, Mapping) or one.keys() != {"from", "to"}:
        raise WeekHoursInvalid('Each time is {"from": "09:00", "to": "17:00"}.', name)
    if not all(isinstance(value, str) for value in one.values()):
        raise WeekHoursInvalid("Times are texts such as 09:00.", name)
    try:
        start, end = parse_clock(one["from"]), parse_clock(one["to"])
    except WeekHoursInvalid as error:
        raise WeekHoursInvalid(str(error), name) from error
    if start == end:
        raise WeekHoursInvalid("A time that ends when it begins; a whole day is 00:00-24:00.", name)
    if start == DAY_MINUTES:
        raise WeekHoursInvalid("A day begins at 00:00; 24:00 can only be an end.", name)
    # Until midnight, whichever way it is written.
    return Interval(weekday, start, end or DAY_MINUTES)


def _refuse_overlaps(intervals: list[Interval]) -> None:
    week = 7 * DAY_MINUTES
    in_order = sorted(intervals, key=_minute_of_week)
    for one, other in zip(in_order, [*in_order[1:], *in_order[:1]], strict=True):
        gap = (_minute_of_week(other) - _minute_of_week(one)) % week
        if one is not other and one.length_minutes > gap:
            raise WeekHoursInvalid(
                f"{clock(other.start_minute)} begins before {clock(one.end_minute)} has ended.",
                WEEKDAYS[other.weekday],
            )


def _minute_of_week(interval: Interval) -> int:
    return interval.weekday * DAY_MINUTES + interval.start_minute
