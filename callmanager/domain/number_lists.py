"""Lists of numbers that must not be called or must not call, as people write them."""

from __future__ import annotations

import re

from callmanager.domain.number_range import NumberPatternError, parse_number_range

MAX_CODE_DIGITS = 20
_CODE = re.compile(rf"\+?[0-9]{{1,{MAX_CODE_DIGITS}}}")
_EMERGENCY = re.compile(r"[0-9]{2,10}")


def parse_code(text: str) -> str:
    """A beginning of numbers that is not called, as it is stored. Raises NumberPatternError."""
    code = "".join(text.split())
    if _CODE.fullmatch(code) is None:
        raise NumberPatternError(
            "code",
            f"“{text[:40]}” is no beginning of a number: 1 to {MAX_CODE_DIGITS} digits, + in front or not.",
        )
    return code


def parse_blocked(text: str) -> str:
    """A number, mask or range as it is stored. Raises NumberPatternError."""
    written = "".join(text.split())
    numbers = parse_number_range(written)
    if set(written) <= {"*", "+"}:
        raise NumberPatternError(
            "too_wide",
            f"{written[:40]} would block every number of {numbers.digits} digits: begin with digits.",
        )
    return written


def parse_emergency(text: str) -> str:
    """A number that is dialled in need, such as 112. Raises NumberPatternError."""
    written = "".join(text.split())
    if _EMERGENCY.fullmatch(written) is None:
        raise NumberPatternError("emergency_number", f"“{text[:40]}” is not a number of 2 to 10 digits.")
    return written
