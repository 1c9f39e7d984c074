"""Which numbers of a trunk are one tenant's: `*` for all, or a semicolon list of numbers, masks and ranges."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from callmanager.domain.number_range import (
    NumberPatternError,
    NumberRange,
    NumberSet,
    number_key,
    parse_number_range,
)

ANY_NUMBER = "*"
MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class DidPool:
    """`is_any` excludes every other tenant; an empty pool allows outbound calls only (manual 5.6, notes 13-17)."""

    numbers: NumberSet = field(default_factory=NumberSet)
    is_any: bool = False

    def __contains__(self, number: str) -> bool:
        return number_key(number) is not None if self.is_any else number in self.numbers

    def __bool__(self) -> bool:
        return self.is_any or bool(self.numbers)

    def covers(self, numbers: NumberRange) -> bool:
        return self.is_any or self.numbers.covers(numbers)

    def conflict(self, other: DidPool) -> str | None:
        """A number (or `*`) that both pools claim; None when they can stand on one trunk."""
        if not self or not other:
            return None
        if self.is_any or other.is_any:
            return ANY_NUMBER
        shared = self.numbers.overlap(other.numbers)
        return shared.example if shared else None


def parse_did_pool(text: str) -> DidPool:
    """Raises NumberPatternError for the first part that can't be read or repeats another."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if ANY_NUMBER in parts:
        if len(parts) > 1:
            raise NumberPatternError("any_number_alone", "“*” stands for all numbers and can't be combined.")
        return DidPool(is_any=True)
    if len(parts) > MAX_PARTS:
        raise NumberPatternError("pool_length", f"A pool has at most {MAX_PARTS} parts.")
    ranges = [_of_pool(part) for part in parts]
    _refuse_repeated(parts, ranges)
    return DidPool(NumberSet(ranges))


def _of_pool(part: str) -> NumberRange:
    if part.lstrip("+").startswith("*"):
        raise NumberPatternError(
            "mask_prefix", f"The mask {part[:40]} must begin with digits, such as 44*****."
        )
    numbers = parse_number_range(part)
    if not numbers.has_common_prefix:
        raise NumberPatternError("range_prefix", f"The two ends of {part} must begin with the same digit.")
    return numbers


def _refuse_repeated(parts: list[str], ranges: list[NumberRange]) -> None:
    """If any two overlap, two neighbours of the sorted list do."""
    order = sorted(range(len(ranges)), key=ranges.__getitem__)
    for before, after in pairwise(order):
        if ranges[before].overlap(ranges[after]):
            raise NumberPatternError(
                "pool_overlap", f"{parts[before]} and {parts[after]} contain the same numbers."
            )
