"""Which numbers may be called, from where: read as people in the company's country dial them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callmanager.domain.number_policy import NumberJudge, NumberPolicy
from callmanager.domain.telephone_number import Reading, calling_codes, is_emergency_number, read_number


def reading(digits: str, *countries: str) -> Reading:
    return Reading(digits, frozenset(countries))


READ = {
    "national": ("030123456", "DE", reading("4930123456", "DE")),
    "local": ("123456", "DE", reading("49123456", "DE")),
    "international": ("+44 20 7946 0000", "DE", reading("442079460000", "GB")),
    "with 00": ("00442079460000", "DE", reading("442079460000", "GB")),
    "with 011": ("011442079460000", "US", reading("442079460000", "GB")),
    "00 leads nowhere in America": ("0044207946", "US", reading("10044207946", "US", "CA")),
    "one of those who share +1": ("+18765551234", "US", reading("18765551234", "JM")),
    "Canada, dialled in America": ("416 555 0123", "US", reading("14165550123", "CA")),
    "satellite": ("+870773111632", "DE", reading("870773111632", "001")),
    "without a country": ("+442079460000", "", reading("442079460000", "GB")),
    "without a country, with 00": ("00442079460000", "", reading("442079460000", "GB")),
    "without a country, national": ("0207946000", "", None),
    "a code of nobody": ("+999123456", "DE", None),
    "too short": ("1", "DE", None),
    "no number": ("alice", "DE", None),
}


@pytest.mark.parametrize(("number", "country", "expected"), READ.values(), ids=READ.keys())
def test_a_number_is_read_as_it_is_dialled_there(number: str, country: str, expected: Reading | None) -> None:
    found = read_number(number, country)
    if expected is None or len(expected.countries) == 1:
        assert found == expected
    else:
        assert found is not None
        assert found.digits == expected.digits
        assert expected.countries <= found.countries


@given(st.text(max_size=40), st.sampled_from(["DE", "US", "GB", ""]))
def test_anything_can_be_read(number: str, country: str) -> None:
    found = read_number(number, country)
    assert found is None or (found.digits.isdigit() and found.countries)


@pytest.mark.parametrize(
    ("number", "country", "is_one"),
    [
        ("112", "DE", True),
        ("110", "DE", True),
        ("911", "DE", False),
        ("911", "US", True),
        ("112", "US", True),
        ("999", "GB", True),
        ("000", "AU", True),
        ("1120", "DE", False),
        ("0112", "DE", False),
        ("112", "", False),
        ("", "DE", False),
        ("١١٢", "DE", False),
        ("112" * 100, "DE", False),
    ],
)
def test_emergency_numbers_are_those_of_the_country(number: str, country: str, *, is_one: bool) -> None:
    assert is_emergency_number(number, country) is is_one


@pytest.mark.parametrize(
    ("blocked", "number", "is_blocked"),
    [
        ("+4917012345", "+4917012345", True),
        ("+4917012345", "017012345", True),
        ("017012345", "+4917012345", True),
        ("017012345", "004917012345", True),
        ("0170*****", "+4917012345", True),
        ("0170*****", "+49170123456", False),
        ("030100-030200", "+4930150", True),
        ("101", "101", True),
        ("101", "1011", False),
        ("4917012345", "anonymous", False),
    ],
)
def test_the_blacklist_reads_both_sides(blocked: str, number: str, *, is_blocked: bool) -> None:
    judge = NumberJudge(NumberPolicy("DE", blocked_numbers=(blocked,)))
    assert judge.is_blocked(number) is is_blocked


@pytest.mark.parametrize(
    ("allowed", "number", "is_refused"),
    [
        (None, "030123456", False),
        (None, "+4930123456", False),
        (None, "0043123456", True),
        (frozenset({"AT"}), "0043123456", False),
        (frozenset({"AT"}), "030123456", True),
        (frozenset({"DE", "US"}), "+14165550123", True),
        (frozenset({"DE", "CA"}), "+14165550123", False),
        (frozenset[str](), "030123456", True),
        (None, "+870773111632", True),
        (frozenset({"001"}), "+870773111632", False),
    ],
)
def test_countries(allowed: frozenset[str] | None, number: str, *, is_refused: bool) -> None:
    judge = NumberJudge(NumberPolicy("DE", allowed_countries=allowed))
    assert (judge.find_refusal([number]) is not None) is is_refused


def test_every_country_has_its_calling_code() -> None:
    codes = calling_codes()
    assert (codes["DE"], codes["US"], codes["JM"]) == (49, 1, 1)
    assert len(codes) > 200
