"""Which rule an inbound call falls under: by trunk, DID and the caller's number (manual 5.7).

A rule for the very number goes before an extension's own DID, that before a rule for `*`; among the rules of one DID
the one whose caller mask fits goes before the one without a mask. Two rules that could both claim a call are refused
when they are stored, so the order in which they were made never matters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.did_pool import ANY_NUMBER, DidPool
from callmanager.domain.number_range import (
    NumberPatternError,
    NumberRange,
    number_key,
    parse_number_range,
)
from callmanager.domain.schedule import Interval


@dataclass(frozen=True, slots=True)
class InboundRule:
    """`did` is a number without `+`, or `*`; `caller_mask` None means every caller, also an anonymous one.

    `own_intervals` None: the company's office hours. `on_holiday` None: as outside of office hours.
    """

    rule_id: int
    name: str
    trunk_id: int
    did: str
    caller_mask: NumberRange | None = None
    in_office_hours: Destination = END_CALL
    outside_office_hours: Destination = END_CALL
    on_holiday: Destination | None = None
    own_intervals: tuple[Interval, ...] | None = None
    is_enabled: bool = True


def parse_did(text: str) -> str:
    """One number or a single `*`: ranges and masks are no DID of a rule. Raises NumberPatternError."""
    written = text.strip()
    if written == ANY_NUMBER:
        return ANY_NUMBER
    if number_key(written) is None:
        raise NumberPatternError("did", "One number such as 00442012345678, or a single * for every number.")
    return written.removeprefix("+")


def parse_caller_mask(text: str) -> NumberRange | None:
    """Empty: every caller. Raises NumberPatternError."""
    written = text.strip()
    if not written:
        return None
    if written == ANY_NUMBER:
        raise NumberPatternError(
            "caller_mask", "Each * stands for one digit; leave the mask empty for every caller."
        )
    return parse_number_range(written)


def check_in_pool(did: str, pool: DidPool) -> None:
    """A rule may use only numbers of the tenant's pool; `*` is every number of that pool. Raises NumberPatternError."""
    if not pool:
        raise NumberPatternError(
            "pool_empty", "This trunk has no DID numbers for you: it is for outbound calls only."
        )
    if did != ANY_NUMBER and did not in pool:
        raise NumberPatternError("did_outside_pool", f"{did} is not among your DID numbers on this trunk.")


def find_conflict(rule: InboundRule, others: Iterable[InboundRule]) -> str | None:
    """Why this rule can't stand beside the others, naming the rule and an example; None when it can."""
    for other in others:
        if other.rule_id == rule.rule_id or (other.trunk_id, other.did) != (rule.trunk_id, rule.did):
            continue
        if rule.caller_mask is None or other.caller_mask is None:
            return f"“{other.name}” has the same DID: both rules need a caller mask."
        if shared := rule.caller_mask.overlap(other.caller_mask):
            return f"“{other.name}” has the same DID and would also take callers such as {shared.example}."
    return None


class InboundRules:
    """A tenant's enabled rules, found by dictionary and bisection."""

    def __init__(self, rules: Iterable[InboundRule] = ()) -> None:
        self.rules = tuple(rules)
        self._masked: dict[tuple[int, str], list[tuple[NumberRange, InboundRule]]] = {}
        self._unmasked: dict[tuple[int, str], InboundRule] = {}
        for rule in self.rules:
            if not rule.is_enabled:
                continue
            if rule.caller_mask is None:
                self._unmasked[rule.trunk_id, rule.did] = rule
            else:
                self._masked.setdefault((rule.trunk_id, rule.did), []).append((rule.caller_mask, rule))
        for masked in self._masked.values():
            masked.sort(key=_mask_start)

    def find_exact(self, trunk_id: int, did: str, caller: str) -> InboundRule | None:
        """The rule for this very number."""
        return self._find((trunk_id, did.removeprefix("+")), caller)

    def find_any(self, trunk_id: int, caller: str) -> InboundRule | None:
        """The rule for `*`; whoever asks has checked the pool."""
        return self._find((trunk_id, ANY_NUMBER), caller)

    def _find(self, key: tuple[int, str], caller: str) -> InboundRule | None:
        masked, caller_key = self._masked.get(key), number_key(caller)
        if masked and caller_key is not None:
            position = bisect_right(masked, caller_key, key=_mask_start)
            if position and caller in masked[position - 1][0]:
                return masked[position - 1][1]
        return self._unmasked.get(key)


def _mask_start(masked: tuple[NumberRange, InboundRule]) -> tuple[int, int]:
    return masked[0].digits, masked[0].first
