"""Routing tests: what a company expects of its own rules ("a call from … to … on Saturday ends at 101"), as values.

A test asks the simulator and compares. Pure; run before a change of rules applies, and by whoever wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo

from callmanager.domain.call_simulation import EndKind, Simulation, simulate
from callmanager.domain.call_story import end_words
from callmanager.domain.schedule import Schedule, find_holiday
from callmanager.domain.simulation_request import SimulationInvalid, SimulationWish, read_wish
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.week_hours import WEEKDAYS

# A weekday that is a holiday every time for longer than this is none that a test can wait for.
_WEEKS_AHEAD = 54
_NOON = time(12, 0)


class WhenKind(StrEnum):
    """`weekday`: the next such day that is no holiday; `holiday`: the next one of that name, or any."""

    NOW = "now"
    AT = "at"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class When:
    """`weekday` 0 is Monday; `clock` is the company's."""

    kind: WhenKind = WhenKind.NOW
    at: datetime | None = None
    weekday: int = 0
    clock: time | None = None
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """Empty means that it does not matter. `sip_code` is for `refused`, `number` and `trunk_id` for the others."""

    kind: EndKind
    number: str = ""
    trunk_id: int | None = None
    sip_code: int | None = None
    rule: str = ""


@dataclass(frozen=True, slots=True)
class RoutingTestEntry:
    test_id: int
    name: str
    caller: str
    called: str
    expected: Expectation
    trunk_id: int | None = None
    when: When = field(default_factory=When)
    phones: Mapping[str, str] = field(default_factory=dict)
    trunks: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """`actual` is how the call ends, `differences` what is not as expected (empty: all is well), `at` when it was asked
    for."""

    test: RoutingTestEntry
    expected: str
    actual: str
    differences: tuple[str, ...] = ()
    at: datetime | None = None

    @property
    def is_met(self) -> bool:
        return not self.differences


def run_routing_test(test: RoutingTestEntry, snapshot: TenantSnapshot, now: datetime) -> Verdict:
    expected = expectation_words(test.expected, snapshot)
    at = moment_of(test.when, snapshot, now)
    if at is None:
        words = f"There is no such moment any more: {when_words(test.when)}."
        return Verdict(test, expected, "Can't be asked", (words,))
    try:
        asked = read_wish(wish_of(test), snapshot, at)
    except SimulationInvalid as error:
        differences = tuple(f"{one.field}: {one.message}" for one in error.problems)
        return Verdict(test, expected, "Can't be asked", differences, at)
    simulation = simulate(asked, snapshot)
    actual = end_words(simulation.end)
    return Verdict(test, expected, actual, tuple(_differences(test.expected, simulation, snapshot)), at)


def wish_of(test: RoutingTestEntry) -> SimulationWish:
    return SimulationWish(
        caller=test.caller,
        called=test.called,
        trunk_id=test.trunk_id,
        phones=test.phones,
        keys=test.keys,
        trunks=test.trunks,
    )


def moment_of(when: When, snapshot: TenantSnapshot, now: datetime) -> datetime | None:
    """The instant a test is about; None where there is none."""
    zone = ZoneInfo(snapshot.time_zone)
    match when.kind:
        case WhenKind.NOW:
            return now
        case WhenKind.AT:
            return when.at
        case WhenKind.WEEKDAY:
            return _next_weekday(when, snapshot.office_hours, zone, now)
        case WhenKind.HOLIDAY:
            return _next_holiday(when, snapshot, zone, now)
    assert_never(when.kind)


def when_words(when: When) -> str:
    clock = f" at {when.clock:%H:%M}" if when.clock else ""
    match when.kind:
        case WhenKind.NOW:
            return "at any time"
        case WhenKind.AT:
            return f"{when.at:%Y-%m-%d %H:%M}" if when.at else ""
        case WhenKind.WEEKDAY:
            return f"{WEEKDAYS[when.weekday].capitalize()}{clock}"
        case WhenKind.HOLIDAY:
            return f"holiday {when.holiday}{clock}" if when.holiday else f"a holiday{clock}"
    assert_never(when.kind)


def expectation_words(expected: Expectation, snapshot: TenantSnapshot) -> str:
    through = f", by the rule “{expected.rule}”" if expected.rule else ""
    match expected.kind:
        case EndKind.EXTENSION:
            return f"Extension {expected.number} answers{through}"
        case EndKind.OUTSIDE:
            over = f", over {_trunk_name(expected.trunk_id, snapshot)}" if expected.trunk_id else ""
            return f"{expected.number or 'A number outside'} answers{over}{through}"
        case EndKind.VOICEMAIL:
            return f"Voicemail of {expected.number or 'somebody'} answers{through}"
        case EndKind.SERVICE:
            return f"The PBX answers{f' as {expected.number}' if expected.number else ''}{through}"
        case EndKind.REFUSED:
            return f"Nobody answers{f', {expected.sip_code}' if expected.sip_code else ''}{through}"
    assert_never(expected.kind)


def _differences(expected: Expectation, simulation: Simulation, snapshot: TenantSnapshot) -> Iterator[str]:
    end = simulation.end
    is_other_number = bool(expected.number) and end.answered_by.removeprefix(
        "+"
    ) != expected.number.removeprefix("+")
    if end.kind is not expected.kind or is_other_number:
        yield f"{end_words(end)}, not: {expectation_words(expected, snapshot)}."
    elif expected.trunk_id and end.trunk_id != expected.trunk_id:
        yield f"It goes over {end.trunk_name}, not {_trunk_name(expected.trunk_id, snapshot)}."
    elif expected.sip_code and end.outcome.sip_code != expected.sip_code:
        yield f"The caller hears {end.outcome.sip_code}, not {expected.sip_code}."
    if expected.rule and expected.rule.lower() not in (rule.lower() for rule in simulation.rules):
        taken = ", ".join(f"“{rule}”" for rule in simulation.rules)
        yield f"It goes by {taken or 'no rule'}, not “{expected.rule}”."


def _trunk_name(trunk_id: int | None, snapshot: TenantSnapshot) -> str:
    trunk = snapshot.find_trunk(trunk_id) if trunk_id else None
    return trunk.name if trunk is not None else "a trunk that is gone"


def _next_weekday(when: When, schedule: Schedule, zone: ZoneInfo, now: datetime) -> datetime | None:
    clock = when.clock or _NOON
    today = now.astimezone(zone).date()
    first = today + timedelta(days=(when.weekday - today.weekday()) % 7)
    for week in range(_WEEKS_AHEAD):
        at = datetime.combine(first + timedelta(weeks=week), clock, zone)
        if at >= now and find_holiday(schedule, at) is None:
            return at
    return None


def _next_holiday(when: When, snapshot: TenantSnapshot, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Day by day through the next holidays of that name; within one that has begun, from now on."""
    schedule = snapshot.office_hours
    name = when.holiday.strip().lower()
    if not any(not name or holiday.name.lower() == name for holiday in snapshot.holidays):
        return None
    today = now.astimezone(zone).date()
    for day in range(_WEEKS_AHEAD * 7):
        for clock in (when.clock,) if when.clock else (_NOON, time(0, 0), time(23, 59)):
            at = datetime.combine(today + timedelta(days=day), clock, zone)
            holiday = find_holiday(schedule, at)
            if at >= now and holiday is not None and (not name or holiday.name.lower() == name):
                return at
    return None
