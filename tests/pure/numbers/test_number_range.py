"""Numbers, masks and ranges mean what the manual's examples say, and sets of them what brute force says."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.number_range import (
    NumberPatternError,
    NumberRange,
    NumberSet,
    number_key,
    parse_number_range,
)

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("pattern", "number", "is_member"),
    [
        ("442012345678", "442012345678", True),
        ("442012345678", "+442012345678", True),
        ("+442012345678", "442012345678", True),
        ("442012345678", "0442012345678", False),
        ("44******", "44123456", True),
        ("44******", "4412345", False),
        ("44******", "441234567", False),
        ("44******", "45123456", False),
        ("0044********", "004420123456", True),
        ("004420*******", "0044201234567", True),
        ("004420*******", "0044211234567", False),
        ("***", "007", True),
        ("***", "0007", False),
        ("12000-18000", "12000", True),
        ("12000-18000", "18000", True),
        ("12000-18000", "18001", False),
        ("12000-18000", "112000", False),
        ("00442012345670-00442012345680", "00442012345675", True),
        ("00442012345670-00442012345680", "442012345675", False),
        ("12000 - 18000", "15000", True),
        ("100-220", "199", True),
        ("44******", "44*23456", False),
        ("44******", "sip:44123456", False),
        ("44******", "44123456;x", False),
        ("44******", "٤٤123456", False),
        ("44******", "", False),
    ],
)
def test_a_pattern_holds_exactly_its_numbers(pattern: str, number: str, is_member: bool) -> None:
    assert (number in parse_number_range(pattern)) is is_member
    assert (number in NumberSet([parse_number_range(pattern)])) is is_member


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("12000-180000", "range_length"),
        ("18000-12000", "range_order"),
        ("12000-12000", "range_order"),
        ("4*4", "number_pattern"),
        ("*44", "number_pattern"),
        ("44*-45*", "number_pattern"),
        ("", "number_pattern"),
        ("abc", "number_pattern"),
        ("44 20", "number_pattern"),
        ("++44", "number_pattern"),
        ("4" * 33, "number_length"),
        ("4" + "*" * 32, "number_length"),
        ("٤٤", "number_pattern"),
    ],
)
def test_what_is_not_a_pattern_is_refused_by_its_rule(pattern: str, code: str) -> None:
    with pytest.raises(NumberPatternError) as refused:
        parse_number_range(pattern)
    assert refused.value.code == code


def _ranges() -> st.SearchStrategy[NumberRange]:
    def ordered(digits: int, one: int, other: int) -> NumberRange:
        ceiling = 10**digits
        return NumberRange(digits, *sorted((one % ceiling, other % ceiling)))

    ends = st.integers(0, 999)
    return st.builds(ordered, st.integers(1, 3), ends, ends)


def _members(ranges: list[NumberRange]) -> set[str]:
    return {f"{n:0{each.digits}d}" for each in ranges for n in range(each.first, each.last + 1)}


@given(st.lists(_ranges(), max_size=8), st.lists(_ranges(), max_size=8))
def test_two_sets_overlap_where_brute_force_says(left: list[NumberRange], right: list[NumberRange]) -> None:
    shared = NumberSet(left).overlap(NumberSet(right))
    common = _members(left) & _members(right)
    assert (shared is None) == (not common)
    if shared is not None:
        assert shared.example in common


@given(st.lists(_ranges(), max_size=8), _ranges())
def test_a_set_holds_and_covers_what_brute_force_says(ranges: list[NumberRange], asked: NumberRange) -> None:
    numbers, members = NumberSet(ranges), _members(ranges)
    wanted = _members([asked])
    assert {each for each in wanted if each in numbers} == wanted & members
    assert numbers.covers(asked) == (wanted <= members)


@given(st.lists(_ranges(), max_size=8))
def test_a_set_does_not_depend_on_the_order_or_on_repetition(ranges: list[NumberRange]) -> None:
    assert NumberSet(ranges) == NumberSet([*reversed(ranges), *ranges])


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading(text: str) -> None:
    number_key(text)
    with suppress(NumberPatternError):
        parsed = parse_number_range(text)
        assert parsed.example in parsed
