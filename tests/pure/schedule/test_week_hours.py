"""Weekly hours as documents and as text, and what is refused, with the weekday it stands at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.schedule import DAY_MINUTES, Interval
from callmanager.domain.week_hours import (
    WeekHoursInvalid,
    day_text,
    document_of,
    parse_day_text,
    parse_intervals,
)

pytestmark = pytest.mark.pure


def test_a_day_may_have_several_intervals_and_one_over_midnight() -> None:
    document = {
        "monday": [{"from": "13:00", "to": "17:30"}, {"from": "9:00", "to": "12:00"}],
        "sunday": [{"from": "22:00", "to": "06:00"}],
    }
    assert parse_intervals(document) == (
        Interval(0, 540, 720),
        Interval(0, 780, 1050),
        Interval(6, 1320, 360),
    )


def test_midnight_is_an_end_however_it_is_written() -> None:
    for end in ("00:00", "24:00"):
        assert parse_intervals({"monday": [{"from": "22:00", "to": end}]}) == (
            Interval(0, 1320, DAY_MINUTES),
        )


@pytest.mark.parametrize(
    ("document", "weekday"),
    [
        ([], ""),
        ({"funday": []}, ""),
        ({1: []}, ""),
        ({"monday": "09:00-17:00"}, "monday"),
        ({"monday": [["09:00", "17:00"]]}, "monday"),
        ({"monday": [{"from": "09:00"}]}, "monday"),
        ({"monday": [{"from": "09:00", "to": "17:00", "x": 1}]}, "monday"),
        ({"monday": [{"from": 9, "to": 17}]}, "monday"),
        ({"friday": [{"from": "25:00", "to": "17:00"}]}, "friday"),
        ({"friday": [{"from": "24:30", "to": "17:00"}]}, "friday"),
        ({"friday": [{"from": "09:60", "to": "17:00"}]}, "friday"),
        ({"friday": [{"from": "09:00", "to": "09:00"}]}, "friday"),
        ({"friday": [{"from": "24:00", "to": "09:00"}]}, "friday"),
        ({"friday": [{"from": "09:00", "to": "17:00"}] * 2}, "friday"),
        ({"friday": [{"from": "09:00", "to": "17:00"}, {"from": "16:00", "to": "18:00"}]}, "friday"),
        (
            {"sunday": [{"from": "22:00", "to": "06:00"}], "monday": [{"from": "05:00", "to": "09:00"}]},
            "monday",
        ),
        ({"friday": [{"from": f"{hour:02}:00", "to": f"{hour:02}:30"} for hour in range(11)]}, "friday"),
    ],
)
def test_what_is_no_weekly_hours_is_refused(document: object, weekday: str) -> None:
    with pytest.raises(WeekHoursInvalid) as refusal:
        parse_intervals(document)
    assert refusal.value.weekday == weekday


def test_intervals_that_touch_do_not_overlap() -> None:
    document = {"sunday": [{"from": "22:00", "to": "06:00"}], "monday": [{"from": "06:00", "to": "22:00"}]}
    assert len(parse_intervals(document)) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("9-12", None),
        ("09:00", None),
        ("09:00-12:00-13:00", None),
        ("9:00-12.30", [{"from": "09:00", "to": "12:30"}]),
        (
            " 09:00 – 12:00 , 13:00 to 17:00,",
            [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}],
        ),
    ],
)
def test_a_day_can_be_typed(text: str, expected: list[dict[str, str]] | None) -> None:
    if expected is None:
        with pytest.raises(WeekHoursInvalid, match="such as"):
            parse_day_text("monday", text)
    else:
        assert parse_day_text("monday", text) == expected


@given(st.sets(st.integers(0, 7 * 48 - 1), max_size=20))
def test_documents_and_texts_carry_every_interval(half_hours: set[int]) -> None:
    """Half-hour intervals never overlap, whichever are chosen."""
    intervals = tuple(
        Interval(n // 48, n % 48 * 30, n % 48 * 30 + 30)
        for n in sorted(half_hours)
        if sum(1 for m in half_hours if m // 48 == n // 48) <= 10
    )
    document = document_of(intervals)
    assert parse_intervals(document) == intervals
    assert {day: parse_day_text(day, day_text(ranges)) for day, ranges in document.items()} == document
