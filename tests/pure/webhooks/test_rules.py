"""What answers mean, when the next attempt follows, and how deliveries are signed."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest

from callmanager.domain.webhook_rules import (
    AT_ONCE,
    PAUSE_AT_MOST_S,
    RETRY_AFTER_S,
    Verdict,
    at_once,
    is_to_be_switched_off,
    next_attempt_after_s,
    pause_after_s,
    verdict_of,
)
from callmanager.domain.webhook_signature import secret_bytes, signature_headers
from tenants.signing_secret import new_signing_secret

DAY_S = 86_400


@pytest.mark.parametrize(
    ("status_code", "verdict"),
    [
        (200, Verdict.DELIVERED),
        (204, Verdict.DELIVERED),
        (None, Verdict.TRY_AGAIN),
        (302, Verdict.TRY_AGAIN),
        (400, Verdict.REFUSED),
        (401, Verdict.TRY_AGAIN),
        (404, Verdict.REFUSED),
        (410, Verdict.GONE),
        (413, Verdict.REFUSED),
        (429, Verdict.TRY_AGAIN),
        (500, Verdict.TRY_AGAIN),
        (503, Verdict.TRY_AGAIN),
    ],
)
def test_what_an_answer_means(status_code: int | None, verdict: Verdict) -> None:
    assert verdict_of(status_code) is verdict


def test_attempts_are_spread_over_a_day_and_then_end() -> None:
    waits = [next_attempt_after_s(attempts, None, 0.5) for attempts in range(1, len(RETRY_AFTER_S) + 2)]
    assert waits[:5] == [15, 60, 180, 480, 900]
    assert waits[-1] is None
    assert 0.97 * DAY_S < sum(wait for wait in waits if wait) < 1.03 * DAY_S


def test_a_crowd_does_not_come_back_together() -> None:
    assert next_attempt_after_s(2, None, 0.0) == 54
    assert next_attempt_after_s(2, None, 1.0) == 66


def test_a_server_says_when_within_reason() -> None:
    assert next_attempt_after_s(1, 120, 0.5) == 120
    assert next_attempt_after_s(1, 10**8, 0.5) == 3600
    assert next_attempt_after_s(3, 1, 0.5) == 180


def test_an_address_that_fails_is_left_alone_longer_and_longer() -> None:
    pauses = [pause_after_s(failures) for failures in range(12)]
    assert pauses[:5] == [0, 0, 0, 5, 10]
    assert pauses == sorted(pauses)
    assert pause_after_s(1000) == PAUSE_AT_MOST_S


def test_an_unknown_or_failing_address_gets_one_at_a_time() -> None:
    assert at_once(0, has_ever_answered=False) == at_once(1, has_ever_answered=True) == 1
    assert at_once(0, has_ever_answered=True) == AT_ONCE


def test_a_day_of_failures_and_not_two_bad_moments_switches_off() -> None:
    assert is_to_be_switched_off(DAY_S, 5)
    assert not is_to_be_switched_off(DAY_S - 1, 500)
    assert not is_to_be_switched_off(30 * DAY_S, 2)


def test_the_signature_is_that_of_the_standards_example() -> None:
    headers = signature_headers(
        event_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        unix_s=1614265330,
        body='{"test": 2432232314}',
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_receiver_that_decodes_strictly_reads_our_secrets() -> None:
    for _ in range(50):
        secret = new_signing_secret()
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        assert (len(key), key) == (32, secret_bytes(secret))
        headers = signature_headers(event_id="msg_1", unix_s=1, body="{}", secret=secret)
        digest = hmac.new(key, b"msg_1.1.{}", hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"


def test_a_secret_in_the_other_alphabet_and_without_padding_is_read_as_well() -> None:
    key = bytes(range(200, 232))
    secret = "whsec_" + base64.urlsafe_b64encode(key).decode().rstrip("=")
    assert secret_bytes(secret) == key
