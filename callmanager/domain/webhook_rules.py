"""What the answer to a delivery means, and when the next attempt follows. Pure."""

from __future__ import annotations

from enum import StrEnum

# After the first attempt, the second, ...: a day in all, then the delivery is given up.
RETRY_AFTER_S = (15, 60, 180, 480, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 25_000)
# An address from which nothing but failures came for so long is switched off.
SWITCHED_OFF_AFTER_S = 86_400
SWITCHED_OFF_AFTER_FAILURES = 5
# Failures in a row until the whole address is left alone for a while, whatever waits for it.
PAUSED_AFTER_FAILURES = 3
_PAUSE_S = 5
PAUSE_AT_MOST_S = 300
# An address that answered well the last time is told that many things at once.
AT_ONCE = 4
# Where a server says when it wants to be asked again, within reason (RFC 9110 10.2.3).
_RETRY_AFTER_AT_MOST_S = 3600

# Answers of the class "the request is wrong" that another moment, or other settings, may change.
_WORTH_ANOTHER_ATTEMPT = frozenset({401, 403, 407, 408, 409, 421, 423, 425, 429})
_GONE = 410


class Verdict(StrEnum):
    """`GONE`: nobody wants anything there any more."""

    DELIVERED = "delivered"
    TRY_AGAIN = "try_again"
    REFUSED = "refused"
    GONE = "gone"


def verdict_of(status_code: int | None) -> Verdict:
    """None is no answer at all. A redirect is followed by nobody and may be mended."""
    if status_code is None:
        return Verdict.TRY_AGAIN
    if 200 <= status_code < 300:
        return Verdict.DELIVERED
    if status_code == _GONE:
        return Verdict.GONE
    if 400 <= status_code < 500 and status_code not in _WORTH_ANOTHER_ATTEMPT:
        return Verdict.REFUSED
    return Verdict.TRY_AGAIN


def next_attempt_after_s(attempts: int, retry_after_s: int | None, chance: float) -> int | None:
    """After so many failed attempts; None: no more. `chance` (0 to 1) keeps a crowd from coming back together."""
    if attempts > len(RETRY_AFTER_S):
        return None
    planned = RETRY_AFTER_S[attempts - 1]
    spread = round(planned * (0.9 + 0.2 * chance))
    wished = min(retry_after_s or 0, _RETRY_AFTER_AT_MOST_S)
    return max(spread, wished)


def pause_after_s(failures_in_row: int) -> int:
    """How long the address is left alone after that many failures in a row."""
    if failures_in_row < PAUSED_AFTER_FAILURES:
        return 0
    return min(int(_PAUSE_S * 2 ** min(failures_in_row - PAUSED_AFTER_FAILURES, 10)), PAUSE_AT_MOST_S)


def is_to_be_switched_off(failing_for_s: float, failures_in_row: int) -> bool:
    return failing_for_s >= SWITCHED_OFF_AFTER_S and failures_in_row >= SWITCHED_OFF_AFTER_FAILURES


def at_once(failures_in_row: int, *, has_ever_answered: bool) -> int:
    """How many deliveries an address may hold open: one while nobody knows whether it answers."""
    return AT_ONCE if has_ever_answered and failures_in_row == 0 else 1
