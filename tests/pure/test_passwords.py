"""Which SIP passwords are refused, and by which rule."""

from __future__ import annotations

import pytest

from callmanager.domain.passwords import find_weakness

pytestmark = pytest.mark.pure


@pytest.mark.parametrize("password", ["k7mq-h3xn-92wd-pz5r", "Correct7horse", "a1b2c3d4e5"])
def test_a_good_password_is_accepted(password: str) -> None:
    assert find_weakness(password, "101") is None


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("a1b2c3d4e", "10 to 64 characters"),
        ("a1" * 33, "10 to 64 characters"),
        ("abcdefghijkl", "letters and digits"),
        ("123456789012", "letters and digits"),
        ("aaaaa11111", "different characters"),
        ("with-101-inside", "extension number"),
        ("blank in it 1", "without blanks"),
        ('quote"in-it-1', "without blanks"),
        ("pässword-123", "ASCII"),
    ],
)
def test_a_weak_password_is_refused_by_its_rule(password: str, rule: str) -> None:
    weakness = find_weakness(password, "101")
    assert weakness is not None
    assert rule in weakness
