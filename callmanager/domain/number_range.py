"""Sets of telephone numbers as people write them: one number, a mask (44*****), a range (1100-1200), a list of these.

A mask is length-exact: each `*` stands for one digit. So a number, a mask and a range are the same thing, an interval
among the numbers of one length, and sets are compared by comparing intervals. A leading `+` is read past, in patterns
and in numbers: providers send the same number with and without it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

# E.164 allows 15 digits; providers add prefixes of their own.
MAX_DIGITS = 32
_DIGITS = re.compile(r"\+?([0-9]+)")
_MASK = re.compile(r"\+?([0-9]*)(\*+)")
_RANGE = re.compile(r"\+?([0-9]+)\s*-\s*\+?([0-9]+)")


class NumberPatternError(ValueError):
    """A pattern that can't be read; `code` names the rule and the message says it to the person who typed it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """All numbers of `digits` digits from `first` to `last`, both included. Ordered by length, then by value."""

    digits: int
    first: int
    last: int

    def __contains__(self, number: str) -> bool:
        key = number_key(number)
        return key is not None and (self.digits, self.first) <= key <= (self.digits, self.last)

    def overlap(self, other: NumberRange) -> NumberRange | None:
        """What both contain; None when they share no number."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return (
            NumberRange(self.digits, first, last) if self.digits == other.digits and first <= last else None
        )

    @property
    def example(self) -> str:
        return f"{self.first:0{self.digits}d}"

    @property
    def has_common_prefix(self) -> bool:
        """Whether all of the numbers begin with the same digit."""
        return self.example[0] == f"{self.last:0{self.digits}d}"[0]


def number_key(number: str) -> tuple[int, int] | None:
    """(number of digits, value), the order of all patterns; None for what is not a telephone number."""
    match = _DIGITS.fullmatch(number)
    if match is None or len(match[1]) > MAX_DIGITS:
        return None
    return len(match[1]), int(match[1])


def parse_number_range(text: str) -> NumberRange:
    """One number, mask or range; raises NumberPatternError."""
    written = text.strip()
    if match := _DIGITS.fullmatch(written):
        return NumberRange(len(match[1]), _value(match[1]), _value(match[1]))
    if match := _MASK.fullmatch(written):
        head, stars = match[1], len(match[2])
        return NumberRange(len(head) + stars, _value(head + "0" * stars), _value(head + "9" * stars))
    if match := _RANGE.fullmatch(written):
        return _range(match[1], match[2])
    raise NumberPatternError(
        "number_pattern",
        f"“{written[:40]}” is not a number (442012345678), a mask (44*****) or a range (1100-1200).",
    )


def _range(first: str, last: str) -> NumberRange:
    if len(first) != len(last):
        raise NumberPatternError(
            "range_length", f"The two ends of {first[:40]}-{last[:40]} must have the same number of digits."
        )
    if _value(first) >= _value(last):
        raise NumberPatternError("range_order", f"{first} must be less than {last}.")
    return NumberRange(len(first), _value(first), _value(last))


def _value(digits: str) -> int:
    """Python itself refuses to read thousands of digits, and with another error."""
    if len(digits) > MAX_DIGITS:
        raise NumberPatternError("number_length", f"A number has at most {MAX_DIGITS} digits.")
    return int(digits)


class NumberSet:
    """Ranges that may touch and overlap; asks in O(log n)."""

    def __init__(self, ranges: Iterable[NumberRange] = ()) -> None:
        self.ranges = tuple(_merged(sorted(ranges)))
        self._starts = [(each.digits, each.first) for each in self.ranges]

    def __contains__(self, number: str) -> bool:
        key = number_key(number)
        if key is None:
            return False
        position = bisect_right(self._starts, key)
        return position > 0 and number in self.ranges[position - 1]

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NumberSet) and self.ranges == other.ranges

    def __hash__(self) -> int:
        return hash(self.ranges)

    def covers(self, numbers: NumberRange) -> bool:
        """Whether every one of these numbers is in the set."""
        position = bisect_right(self._starts, (numbers.digits, numbers.first))
        return position > 0 and self.ranges[position - 1].overlap(numbers) == numbers

    def overlap(self, other: NumberSet) -> NumberRange | None:
        """The first numbers that both contain; None when they share none."""
        mine, theirs = 0, 0
        while mine < len(self.ranges) and theirs < len(other.ranges):
            left, right = self.ranges[mine], other.ranges[theirs]
            if shared := left.overlap(right):
                return shared
            if (left.digits, left.last) < (right.digits, right.last):
                mine += 1
            else:
                theirs += 1
        return None


def _merged(ranges: Iterable[NumberRange]) -> Iterable[NumberRange]:
    current: NumberRange | None = None
    for each in ranges:
        if current is not None and each.digits == current.digits and each.first <= current.last + 1:
            current = NumberRange(current.digits, current.first, max(current.last, each.last))
            continue
        if current is not None:
            yield current
        current = each
    if current is not None:
        yield current
