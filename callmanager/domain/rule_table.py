"""How rules stand in tables: cells of destinations, hours and routes. Export and import agree here. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.week_hours import (
    WEEKDAYS,
    WeekHoursInvalid,
    day_text,
    parse_day_text,
    parse_intervals,
)

INBOUND_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("rule", "friendly name"),
    "trunk": ("provider", "voip provider"),
    "did": ("did number", "did/ddi number", "ddi"),
    "caller_mask": ("cid number mask", "caller id mask"),
    "in_office_hours": ("destination", "office hours"),
    "outside_office_hours": ("outside office hours",),
    "on_holiday": ("holidays",),
    "hours": ("specific office hours",),
    "is_enabled": ("enabled",),
}
OUTBOUND_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("rule",),
    "prefixes": ("prefix", "calls to numbers started with prefix"),
    "callers": ("extensions", "calls from extensions"),
    "digit_lengths": ("digits", "calls to number with certain digits"),
    "groups": ("extension groups", "calls from extension groups"),
    "route_1": ("trunk", "route 1"),
    "strip_1": ("strip digits", "strip digits 1"),
    "prepend_1": ("prepend",),
    "route_2": (),
    "strip_2": (),
    "prepend_2": (),
    "route_3": (),
    "strip_3": (),
    "prepend_3": (),
    "hours": ("office hours",),
    "also_next_on": ("next route also on",),
    "is_least_cost": ("least cost",),
    "is_enabled": ("enabled",),
}
INBOUND_SAMPLE = (
    "name,trunk,did,caller_mask,in_office_hours,outside_office_hours,on_holiday,hours,is_enabled\r\n"
    "Sales,Telco,442012345670,0044********,extension 101,external_number 0044201234567,end_call,,yes\r\n"
    "Everybody else,Telco,*,,extension 102,,,monday 09:00-17:00; saturday 10:00-12:00,yes\r\n"
)
OUTBOUND_SAMPLE = (
    "name,prefixes,callers,digit_lengths,groups,route_1,strip_1,prepend_1,hours,also_next_on,is_enabled\r\n"
    "Abroad,00,,,,Telco,2,+,any_time,,yes\r\n"
    "Town,,101;200-220,7-8,DEFAULT,Telco,0,+4930,office_hours,486;603,yes\r\n"
)
_YES = frozenset({"yes", "y", "true", "1", "on", "x"})
_NO = frozenset({"no", "n", "false", "0", "off"})
_DAY = re.compile(r"([a-z]+)\s*:?\s*(.*)", re.I | re.S)


class CellInvalid(ValueError):
    """What stands in a cell can't be read; the message is for its row."""


def read_destination(text: str) -> Destination | None:
    """ "extension 101", "end_call", or nothing."""
    words = text.split(None, 1)
    if not words:
        return None
    if text.strip().lower() in ("end call", "end the call"):
        return Destination()
    try:
        kind = DestinationKind(words[0].lower().rstrip(":"))
    except ValueError:
        known = ", ".join(kind.value for kind in DestinationKind)
        raise CellInvalid(f"“{words[0][:20]}” is no destination: {known}.") from None
    return Destination(kind, words[1].strip() if len(words) > 1 else "")


def write_destination(destination: Destination | None) -> str:
    return "" if destination is None else f"{destination.kind.value} {destination.target}".strip()


def read_week(text: str) -> dict[str, list[dict[str, str]]]:
    """ "monday 09:00-12:00, 13:00-17:00; tuesday ..."; a day that is not named is closed."""
    week: dict[str, list[dict[str, str]]] = {name: [] for name in WEEKDAYS}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        match = _DAY.fullmatch(part)
        name = match[1].lower() if match else ""
        day = next((one for one in WEEKDAYS if len(name) >= 3 and one.startswith(name)), None)
        if match is None or day is None:
            raise CellInvalid(f"“{part[:30]}” does not begin with a weekday.")
        try:
            week[day] = parse_day_text(day, match[2])
        except WeekHoursInvalid as error:
            raise CellInvalid(f"{day}: {error}") from error
    try:
        parse_intervals(week)
    except WeekHoursInvalid as error:
        raise CellInvalid(str(error)) from error
    return week


def write_week(week: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    return "; ".join(f"{day} {day_text(week[day])}" for day in WEEKDAYS if week.get(day))


def read_switch(text: str, *, otherwise: bool) -> bool:
    word = text.strip().lower()
    if not word:
        return otherwise
    if word not in _YES | _NO:
        raise CellInvalid("Write yes or no.")
    return word in _YES


def read_count(text: str) -> int:
    written = text.strip() or "0"
    if not (written.isascii() and written.isdigit() and len(written) < 5):
        raise CellInvalid("Write a whole number.")
    return int(written)


def read_codes(text: str) -> list[int]:
    return [read_count(part) for part in text.replace(",", ";").split(";") if part.strip()]
