"""The grammar of DID pools (manual 5.6, notes 12-17), and which pools can stand on one trunk."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.did_pool import parse_did_pool
from callmanager.domain.number_range import NumberPatternError, parse_number_range

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("pool", "inside", "outside"),
    [
        ("123;1100-1200;44*****", ["123", "1100", "1200", "4412345"], ["124", "1099", "44123456", ""]),
        ("*", ["1", "442012345678", "+49301234"], ["sip", "", "12*"]),
        ("", [], ["1", "442012345678"]),
        (" 123 ; ; 125;", ["123", "125"], ["124"]),
        ("12000-18000;22000-22800", ["12000", "22800"], ["18001", "22801"]),
    ],
)
def test_a_pool_holds_exactly_its_numbers(pool: str, inside: list[str], outside: list[str]) -> None:
    parsed = parse_did_pool(pool)
    assert all(number in parsed for number in inside)
    assert not any(number in parsed for number in outside)


@pytest.mark.parametrize(
    ("pool", "code"),
    [
        ("*;123", "any_number_alone"),
        ("123;*", "any_number_alone"),
        ("***", "mask_prefix"),
        ("+***", "mask_prefix"),
        ("12000-22000", "range_prefix"),
        ("12000-180000", "range_length"),
        ("18000-12000", "range_order"),
        ("123,124", "number_pattern"),
        # 1* has two digits, 12* and 123 three: only the latter two meet.
        ("123;1*;12*", "pool_overlap"),
        ("123;12*", "pool_overlap"),
        ("1100-1200;1150", "pool_overlap"),
        ("123;123", "pool_overlap"),
        (";".join(str(n) for n in range(1001)), "pool_length"),
    ],
)
def test_a_pool_is_refused_by_its_rule(pool: str, code: str) -> None:
    with pytest.raises(NumberPatternError) as refused:
        parse_did_pool(pool)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("mine", "theirs", "shared"),
    [
        ("*", "123", "*"),
        ("123", "*", "*"),
        ("*", "*", "*"),
        ("*", "", None),
        ("", "", None),
        ("44*****", "4412345", "4412345"),
        ("44*****", "44123456", None),
        ("1100-1200", "1200-1300", "1200"),
        ("1100-1199", "1200-1300", None),
        ("5;6;7", "8;7", "7"),
    ],
)
def test_two_pools_on_one_trunk_conflict_only_where_they_share_a_number(
    mine: str, theirs: str, shared: str | None
) -> None:
    assert parse_did_pool(mine).conflict(parse_did_pool(theirs)) == shared
    assert parse_did_pool(theirs).conflict(parse_did_pool(mine)) == shared


def test_a_rule_for_a_mask_needs_a_pool_that_covers_it() -> None:
    pool = parse_did_pool("4400000-4449999;4450000-4499999")
    assert pool.covers(parse_number_range("44*****"))
    assert not pool.covers(parse_number_range("45*****"))
    assert parse_did_pool("*").covers(parse_number_range("45*****"))


@given(st.text(alphabet="0123456789*+-; x", max_size=60))
def test_no_text_breaks_the_reading_of_a_pool(text: str) -> None:
    with suppress(NumberPatternError):
        pool = parse_did_pool(text)
        assert (pool.conflict(pool) is None) is not bool(pool)
