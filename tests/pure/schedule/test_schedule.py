"""When a company is open: a table of moments, and what must hold for every schedule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callmanager.domain.schedule import (
    ALL_WEEK,
    DAY_MINUTES,
    Holiday,
    Interval,
    Schedule,
    ScheduleState,
    find_holiday,
    is_open,
    next_change,
    state,
)

pytestmark = pytest.mark.pure

BERLIN = "Europe/Berlin"
MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


def hours(weekday: int, start: str, end: str) -> Interval:
    def minute(text: str) -> int:
        hour, _, rest = text.partition(":")
        return int(hour) * 60 + int(rest)

    return Interval(weekday, minute(start), minute(end))


WORKDAY = (("09:00", "12:00"), ("13:00", "17:00"))
OFFICE = (*(hours(day, *span) for day in range(5) for span in WORKDAY), hours(FRI, "22:00", "02:00"))
CHRISTMAS = Holiday("Christmas", date(2020, 12, 24), date(2020, 12, 26), 12 * 60, is_every_year=True)
TURN_OF_THE_YEAR = Holiday("Turn of the year", date(2021, 12, 31), date(2022, 1, 1), is_every_year=True)
MOVE = Holiday("Moving house", date(2026, 5, 4), date(2026, 5, 8), 10 * 60, 15 * 60)
LEAP_DAY = Holiday("Leap day", date(2024, 2, 29), date(2024, 2, 29), is_every_year=True)
BERLIN_OFFICE = Schedule(BERLIN, OFFICE, (CHRISTMAS, TURN_OF_THE_YEAR, MOVE, LEAP_DAY))


def at(text: str, zone: str = BERLIN, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-06-01 08:59:59", "closed", id="a second before opening"),
        pytest.param("2026-06-01 09:00:00", "open", id="at the minute of opening"),
        pytest.param("2026-06-01 11:59:59", "open", id="a second before lunch"),
        pytest.param("2026-06-01 12:00:00", "closed", id="lunch"),
        pytest.param("2026-06-01 13:00:00", "open", id="after lunch"),
        pytest.param("2026-06-01 17:00:00", "closed", id="at the minute of closing"),
        pytest.param("2026-06-05 23:30:00", "open", id="friday night"),
        pytest.param("2026-06-06 01:59:59", "open", id="friday night's hours on saturday"),
        pytest.param("2026-06-06 02:00:00", "closed", id="after the night"),
        pytest.param("2026-06-07 10:00:00", "closed", id="sunday"),
        pytest.param("2026-12-24 11:59:59", "open", id="christmas eve in the morning"),
        pytest.param("2026-12-24 12:00:00", "holiday", id="christmas eve from noon"),
        pytest.param("2026-12-26 23:59:59", "holiday", id="the last second of christmas"),
        pytest.param("2026-12-28 10:00:00", "open", id="between the years"),
        pytest.param("2026-12-31 10:00:00", "holiday", id="new year's eve of another year"),
        pytest.param("2027-01-01 10:00:00", "holiday", id="a yearly range over the turn of the year"),
        pytest.param("2026-05-04 09:59:59", "open", id="before a range"),
        pytest.param("2026-05-06 11:00:00", "holiday", id="in the middle of a range"),
        pytest.param("2026-05-08 15:00:00", "open", id="after a range"),
        pytest.param("2027-05-06 11:00:00", "open", id="a range of another year"),
        pytest.param("2028-02-29 10:00:00", "holiday", id="leap day"),
        pytest.param("2025-02-28 10:00:00", "holiday", id="leap day in a year without"),
        pytest.param("2028-02-28 10:00:00", "open", id="the day before leap day"),
    ],
)
def test_the_state_of_a_moment(moment: str, expected: str) -> None:
    assert state(BERLIN_OFFICE, at(moment)) == expected
    assert is_open(BERLIN_OFFICE, at(moment)) is (expected == "open")


def test_the_time_zone_is_that_of_the_schedule() -> None:
    noon_in_new_york = at("2026-06-01 10:00", "America/New_York")
    assert state(BERLIN_OFFICE, noon_in_new_york) == "open"
    assert state(Schedule("Asia/Tokyo", OFFICE), noon_in_new_york) == "closed"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param("2026-06-01 10:00", ("2026-06-01 12:00", "closed", ""), id="open until lunch"),
        pytest.param("2026-06-05 18:00", ("2026-06-05 22:00", "open", ""), id="closed until the night"),
        pytest.param("2026-06-06 03:00", ("2026-06-08 09:00", "open", ""), id="closed over the week-end"),
        pytest.param(
            "2026-12-24 10:00", ("2026-12-24 12:00", "holiday", "Christmas"), id="open until holiday"
        ),
        pytest.param("2026-12-25 10:00", ("2026-12-27 00:00", "closed", ""), id="holiday ends on a sunday"),
        pytest.param("2026-05-04 11:00", ("2026-05-08 15:00", "open", ""), id="holiday ends in office hours"),
    ],
)
def test_the_next_change(moment: str, expected: tuple[str, str, str]) -> None:
    change = next_change(BERLIN_OFFICE, at(moment))
    assert change is not None
    assert (change.at, change.state, change.holiday_name) == (at(expected[0]), *expected[1:])


@pytest.mark.parametrize("intervals", [(), ALL_WEEK])
def test_what_never_changes_has_no_next_change(intervals: tuple[Interval, ...]) -> None:
    assert next_change(Schedule(BERLIN, intervals), at("2026-06-01 10:00")) is None


def test_a_holiday_that_follows_another_is_one_holiday() -> None:
    first = Holiday("First", date(2026, 6, 1), date(2026, 6, 3))
    second = Holiday("Second", date(2026, 6, 3), date(2026, 6, 4))
    schedule = Schedule(BERLIN, ALL_WEEK, (first, second))
    assert find_holiday(schedule, at("2026-06-03 10:00")) is first
    change = next_change(schedule, at("2026-06-01 10:00"))
    assert change is not None
    assert change.at == at("2026-06-05 00:00")


class TestClocksThatJump:
    """Berlin: 02:00 to 03:00 is missing on 2026-03-29 and comes twice on 2026-10-25, both Sundays."""

    NIGHT = Schedule(BERLIN, (hours(SAT, "22:00", "02:30"), hours(SUN, "02:45", "06:00")))

    def test_what_ends_in_the_missing_hour_ends_with_the_jump(self) -> None:
        # 01:59:59 is followed by 03:00:00, which is when 02:30 and 02:45 would have been.
        assert state(self.NIGHT, at("2026-03-29 01:59:59")) == "open"
        assert state(self.NIGHT, at("2026-03-29 03:00:00")) == "open"
        change = next_change(self.NIGHT, at("2026-03-28 23:00"))
        assert change is not None
        assert change.at == at("2026-03-29 06:00")

    def test_an_interval_within_the_missing_hour_does_not_happen(self) -> None:
        schedule = Schedule(BERLIN, (hours(SUN, "02:10", "02:50"),))
        change = next_change(schedule, at("2026-03-28 12:00"))
        assert change is None or change.at > at("2026-03-30 00:00")

    def test_what_the_clock_shows_twice_counts_once(self) -> None:
        assert state(self.NIGHT, at("2026-10-25 02:15", fold=0)) == "open"
        assert state(self.NIGHT, at("2026-10-25 02:31", fold=0)) == "closed"
        assert state(self.NIGHT, at("2026-10-25 02:46", fold=0)) == "open"
        assert state(self.NIGHT, at("2026-10-25 02:15", fold=1)) == "open"
        assert state(self.NIGHT, at("2026-10-25 05:59")) == "open"

    @pytest.mark.parametrize(("day", "expected_hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
    def test_a_whole_day_is_open_without_a_gap(self, day: str, expected_hours: int) -> None:
        schedule = Schedule(BERLIN, (Interval(SUN, 0, DAY_MINUTES),))
        start = at(f"{day} 00:00")
        change = next_change(schedule, start)
        assert change is not None
        assert change.at.astimezone(UTC) - start.astimezone(UTC) == timedelta(hours=expected_hours)

    def test_a_zone_that_jumps_at_midnight(self) -> None:
        # In Cairo 2026-04-24 begins at 01:00.
        schedule = Schedule("Africa/Cairo", ALL_WEEK)
        assert next_change(schedule, at("2026-04-23 12:00", "Africa/Cairo")) is None
        assert is_open(schedule, at("2026-04-24 01:00", "Africa/Cairo"))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Interval(7, 0, 60),
        lambda: Interval(0, DAY_MINUTES, 60),
        lambda: Interval(0, 0, 0),
        lambda: Interval(0, 0, DAY_MINUTES + 1),
        lambda: Holiday("", date(2026, 1, 2), date(2026, 1, 1)),
        lambda: Holiday("", date(2026, 1, 1), date(2026, 1, 1), 60, 60),
        lambda: Holiday("", date(2026, 1, 1), date(2027, 1, 1), is_every_year=True),
    ],
)
def test_what_can_not_be_is_refused(make: object) -> None:
    with pytest.raises(ValueError):
        make()  # type: ignore[operator]


ZONES = ("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu")
intervals_drawn = st.builds(
    Interval, st.integers(0, 6), st.integers(0, DAY_MINUTES - 1), st.integers(1, DAY_MINUTES)
)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def holidays_drawn(draw: st.DrawFn) -> Holiday:
    first_day = draw(st.dates(date(2024, 1, 1), date(2029, 12, 31)))
    length = timedelta(days=draw(st.integers(0, 20)))
    start = draw(st.integers(0, DAY_MINUTES - 1))
    end = draw(st.integers(start + 1 if not length else 1, DAY_MINUTES))
    return Holiday("h", first_day, first_day + length, start, end, draw(st.booleans()))


schedules = st.builds(
    Schedule,
    st.sampled_from(ZONES),
    st.lists(intervals_drawn, max_size=6).map(tuple),
    st.lists(holidays_drawn(), max_size=4).map(tuple),
)


@given(st.lists(intervals_drawn, max_size=6), moments)
def test_without_jumps_the_clock_on_the_wall_decides(intervals: list[Interval], moment: datetime) -> None:
    minute = moment.weekday() * DAY_MINUTES + moment.hour * 60 + moment.minute
    expected = any(
        (minute - interval.weekday * DAY_MINUTES - interval.start_minute) % (7 * DAY_MINUTES)
        < interval.length_minutes
        for interval in intervals
    )
    assert is_open(Schedule("UTC", tuple(intervals)), moment) is expected


@settings(max_examples=60, deadline=None)
@given(schedules, moments, st.lists(st.floats(0, 1), max_size=8))
def test_nothing_changes_before_the_next_change(
    schedule: Schedule, moment: datetime, fractions: list[float]
) -> None:
    now, change = state(schedule, moment), next_change(schedule, moment)
    until = change.at if change is not None else moment + timedelta(days=800)
    assert until > moment
    for fraction in fractions:
        between = moment + (until - moment) * fraction
        if between < until:
            assert state(schedule, between) is now
    if change is not None:
        assert state(schedule, change.at) is change.state
        assert change.state is not now
        assert (change.holiday_name != "") is (change.state is ScheduleState.HOLIDAY)
        assert state(schedule, change.at - timedelta(seconds=1)) is now or change.at - moment < timedelta(
            seconds=1
        )
