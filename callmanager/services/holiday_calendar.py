"""Holidays from an .ics file (RFC 5545), as holidays to add and sentences about what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from icalendar import Calendar, Component

from callmanager.models import Holiday
from callmanager.models.office_hours import EARLIEST_DAY, HOLIDAYS_MAX, LATEST_DAY

CALENDAR_BYTES_MAX = 1_000_000
_EVERY_DAY_OF_A_YEAR = (
    {"FREQ"},
    {"FREQ", "INTERVAL"},
    {"FREQ", "BYMONTH"},
    {"FREQ", "BYMONTH", "BYMONTHDAY"},
)
# What the parser raises for texts that are no calendar.
_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError)


@dataclass(slots=True)
class CalendarContent:
    """`left_out` says of each event that is not among the holidays why."""

    holidays: list[Holiday] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


class _LeftOut(Exception):
    """The reason, for people."""


def calendar_read(*, content: bytes, time_zone: str) -> CalendarContent:
    """Every event is a time of closing. Yearly repetition is understood, any other is refused by name."""
    if len(content) > CALENDAR_BYTES_MAX:
        raise ValidationError(
            f"The file is larger than {CALENDAR_BYTES_MAX // 1_000_000} MB.", code="too_large"
        )
    try:
        events = Calendar.from_ical(content).walk("VEVENT")
    except _UNREADABLE as error:
        raise ValidationError("This is no calendar file (.ics).", code="invalid") from error
    if len(events) > HOLIDAYS_MAX:
        raise ValidationError(f"The file has more than {HOLIDAYS_MAX} events.", code="too_many")
    read = CalendarContent()
    for event in events:
        name = _name(event)
        try:
            read.holidays.append(_holiday(event, name, ZoneInfo(time_zone)))
        except _LeftOut as reason:
            read.left_out.append(f"{name}: {reason}")
        except _UNREADABLE:
            read.left_out.append(f"{name}: it can't be read.")
    return read


def _holiday(event: Component, name: str, zone: ZoneInfo) -> Holiday:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _LeftOut("it is cancelled.")
    first, last = _borders(event)
    if isinstance(first, datetime):
        holiday = _timed(name, _local(first, zone), _local(last, zone))
    else:
        # RFC 5545: the end of an all-day event is the day after it.
        holiday = Holiday(name=name, first_day=first, last_day=max(first, last - timedelta(days=1)))
    holiday.is_every_year = _is_every_year(event, holiday.first_day)
    try:
        holiday.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise _LeftOut(error.messages[0]) from error
    return holiday


def _borders(event: Component) -> tuple[Any, Any]:
    first = event.decoded("DTSTART")
    if "DTEND" in event:
        last = event.decoded("DTEND")
    elif "DURATION" in event:
        last = first + event.decoded("DURATION")
    else:
        last = first if isinstance(first, datetime) else first + timedelta(days=1)
    if isinstance(first, datetime) != isinstance(last, datetime):
        raise _LeftOut("it begins with a day and ends with a time.")
    days = [one.date() if isinstance(one, datetime) else one for one in (first, last)]
    if not all(EARLIEST_DAY <= day <= LATEST_DAY for day in days):
        raise _LeftOut("it is not in the years 2000 to 2199.")
    return first, last


def _timed(name: str, first: datetime, last: datetime) -> Holiday:
    if last <= first:
        raise _LeftOut("it ends before it begins.")
    last_day = last.date()
    if last.time() == time.min:
        last_day -= timedelta(days=1)
    return Holiday(
        name=name,
        first_day=first.date(),
        last_day=last_day,
        starts_at=_clock(first),
        ends_at=_clock(last),
    )


def _clock(moment: datetime) -> time | None:
    """Midnight is the beginning or the end of a day, which needs no time."""
    at = moment.time().replace(second=0, microsecond=0)
    return None if at == time.min else at


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Without a time zone of its own ("floating") it means the clocks of whoever reads it."""
    return (moment.astimezone(zone) if moment.tzinfo is not None else moment).replace(tzinfo=None)


def _is_every_year(event: Component, first_day: date) -> bool:
    if "RDATE" in event or "EXDATE" in event or "RECURRENCE-ID" in event:
        raise _LeftOut("it repeats with exceptions; add those days by hand.")
    if "RRULE" not in event:
        return False
    rule: Any = event["RRULE"]
    parts = {} if isinstance(rule, list) else {name.upper(): values for name, values in rule.items()}
    parts.pop("WKST", None)
    means_this_day = (
        parts.keys() in _EVERY_DAY_OF_A_YEAR
        and parts["FREQ"] == ["YEARLY"]
        and parts.get("INTERVAL", [1]) == [1]
        and [int(month) for month in parts.get("BYMONTH", [first_day.month])] == [first_day.month]
        and parts.get("BYMONTHDAY", [first_day.day]) == [first_day.day]
    )
    if not means_this_day:
        raise _LeftOut("it repeats in another way than every year on the same date; add those days by hand.")
    return True


def _name(event: Component) -> str:
    text = "".join(c if c.isprintable() else " " for c in str(event.get("SUMMARY", "")))
    return " ".join(text.split())[:100] or "Closed"
