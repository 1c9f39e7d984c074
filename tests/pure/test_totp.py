"""One-time codes: the vectors of RFC 6238, drift, and codes that were used."""

from __future__ import annotations

import pytest

from tenants.totp import code_at, find_step, key_uri, secret_text

SECRET = secret_text(b"12345678901234567890")


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_the_rfc(at_s: int, code: str) -> None:
    assert code_at(SECRET, at_s // 30) == code
    assert find_step(SECRET, code, at_s=at_s, after_step=0) == at_s // 30


@pytest.mark.parametrize(
    ("steps_away", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_clocks_may_differ_by_one_step(steps_away: int, is_good: bool) -> None:
    code = code_at(SECRET, 1000 + steps_away)
    assert (find_step(SECRET, code, at_s=30_000, after_step=0) is not None) is is_good


def test_a_used_code_and_those_before_it_are_refused() -> None:
    assert find_step(SECRET, code_at(SECRET, 1000), at_s=30_000, after_step=1000) is None
    assert find_step(SECRET, code_at(SECRET, 999), at_s=30_000, after_step=1000) is None
    assert find_step(SECRET, code_at(SECRET, 1001), at_s=30_000, after_step=1000) == 1001


def test_rubbish_is_no_code() -> None:
    for code in ("", "12345", "abcdef", "0" * 100):
        assert find_step(SECRET, code, at_s=59, after_step=0) is None


def test_the_address_for_apps_is_escaped() -> None:
    uri = key_uri(SECRET, account="101@acme&x=y", issuer="Tan dem")
    assert uri.startswith("otpauth://totp/Tan%20dem:101%40acme%26x%3Dy?secret=")
