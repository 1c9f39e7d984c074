"""Which rule an outbound call falls under, and what number each of its routes dials (manual 5.7).

A rule applies when every kind of criterion it names is met; a kind it does not name does not matter. The first rule in
the tenant's order that applies is the only one used: its office hours may still refuse the call.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from callmanager.domain.number_range import NumberPatternError, NumberSet, number_key, parse_number_range
from callmanager.domain.schedule import Interval

MAX_ROUTES = 3
MAX_LIST_PARTS = 500
MAX_PREFIX_DIGITS = 20
MAX_STRIP = 20
MAX_DIALLED = 64
_PREFIX = re.compile(rf"\+?[0-9]{{1,{MAX_PREFIX_DIGITS}}}|\+")
_PREPEND = re.compile(rf"\+?[0-9*#]{{0,{MAX_PREFIX_DIGITS}}}")
_EXTENSION = re.compile(r"[A-Za-z0-9]{1,20}")
_DIALLED = re.compile(r"\+?[0-9*#]+")


@dataclass(frozen=True, slots=True)
class Callers:
    """Extensions that a rule names: single ones (letters allowed) and ranges of numbers."""

    names: frozenset[str] = frozenset()
    ranges: NumberSet = field(default_factory=NumberSet)

    def __contains__(self, extension: str) -> bool:
        return extension in self.names or extension in self.ranges

    def __bool__(self) -> bool:
        return bool(self.names or self.ranges)


@dataclass(frozen=True, slots=True)
class OutboundRoute:
    """One try: the trunk, how many leading characters go, what comes before the rest."""

    trunk_id: int
    strip_digits: int = 0
    prepend: str = ""

    def number_to_dial(self, dialled: str) -> str:
        """A leading + counts as a character, as people see it; stripping more than there is leaves nothing."""
        return self.prepend + dialled[self.strip_digits :]


class RuleHours(StrEnum):
    """When calls of a rule go out. Outside of these hours they are refused, not taken to the next rule."""

    ANY_TIME = "any_time"
    OFFICE_HOURS = "office_hours"
    OWN_HOURS = "own_hours"


@dataclass(frozen=True, slots=True)
class OutboundRule:
    """`rule_id` names it to people; the order of the rules is their priority.

    `also_next_on` are SIP answers on which the next route is tried beside the usual ones (5xx, 408).
    `is_least_cost` orders the routes by what the number costs there, where rates are known.
    """

    rule_id: int
    name: str
    prefixes: tuple[str, ...] = ()
    callers: Callers = field(default_factory=Callers)
    digit_lengths: frozenset[int] = frozenset()
    group_ids: frozenset[int] = frozenset()
    routes: tuple[OutboundRoute, ...] = ()
    hours: RuleHours = RuleHours.ANY_TIME
    own_intervals: tuple[Interval, ...] = ()
    also_next_on: frozenset[int] = frozenset()
    is_least_cost: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class OutboundCall:
    """`caller` is an extension, `group_ids` its groups, `dialled` what it dialled."""

    caller: str
    group_ids: frozenset[int]
    dialled: str


@dataclass(frozen=True, slots=True)
class RuleLost:
    """A rule that was considered, and the first thing that kept it from applying."""

    rule: OutboundRule
    reason: str


def is_dialable(dialled: str) -> bool:
    """A telephone number as a person may dial it; everything else never reaches a trunk."""
    return len(dialled) <= MAX_DIALLED and _DIALLED.fullmatch(dialled) is not None


def reason_lost(rule: OutboundRule, call: OutboundCall) -> str | None:
    """Why this rule does not apply, as a sentence; None when it does."""
    if not rule.is_enabled:
        return "The rule is switched off."
    if rule.prefixes and not call.dialled.startswith(rule.prefixes):
        return f"The number does not begin with {' or '.join(rule.prefixes[:5])}."
    if rule.digit_lengths and len(call.dialled.removeprefix("+")) not in rule.digit_lengths:
        lengths = " or ".join(str(n) for n in sorted(rule.digit_lengths)[:5])
        return f"The number does not have {lengths} digits."
    if rule.callers and call.caller not in rule.callers:
        return f"Extension {call.caller} is not among the rule's extensions."
    if rule.group_ids and not rule.group_ids & call.group_ids:
        return f"Extension {call.caller} is in none of the rule's groups."
    return None


class OutboundRules:
    """A tenant's rules in their order, found by prefix: dialling does not walk through all of them."""

    def __init__(self, rules: Iterable[OutboundRule] = ()) -> None:
        self.rules = tuple(rules)
        self._by_prefix: dict[str, list[int]] = {}
        for position, rule in enumerate(self.rules):
            for prefix in set(rule.prefixes) or {""}:
                self._by_prefix.setdefault(prefix, []).append(position)
        self._longest = max(map(len, self._by_prefix), default=0)

    def find(self, call: OutboundCall) -> OutboundRule | None:
        """The first rule that applies; None: no rule, or nothing a trunk could dial."""
        if not is_dialable(call.dialled):
            return None
        for position in self._candidates(call.dialled):
            if reason_lost(self.rules[position], call) is None:
                return self.rules[position]
        return None

    def explain(self, call: OutboundCall) -> Iterator[RuleLost]:
        """The rules before the one `find` takes, each with its reason; for people, not for calls."""
        for rule in self.rules:
            reason = reason_lost(rule, call)
            if reason is None:
                return
            yield RuleLost(rule, reason)

    def _candidates(self, dialled: str) -> list[int]:
        found: set[int] = set()
        for length in range(min(len(dialled), self._longest) + 1):
            found.update(self._by_prefix.get(dialled[:length], ()))
        return sorted(found)


def parse_prefixes(text: str) -> tuple[str, ...]:
    """`00;123;88`; raises NumberPatternError."""
    prefixes = _parts(text)
    for prefix in prefixes:
        if _PREFIX.fullmatch(prefix) is None:
            raise NumberPatternError(
                "prefix", f"“{prefix[:40]}” is not a prefix: digits only, + first if at all."
            )
    return tuple(dict.fromkeys(prefixes))


def parse_callers(text: str) -> Callers:
    """`101;reception;200-220`; raises NumberPatternError."""
    names, ranges = set(), []
    for part in _parts(text):
        if "-" in part:
            ranges.append(parse_number_range(part))
        elif _EXTENSION.fullmatch(part):
            names.add(part)
        else:
            raise NumberPatternError(
                "extension", f"“{part[:40]}” is not an extension or a range such as 100-120."
            )
    return Callers(frozenset(names), NumberSet(ranges))


def parse_digit_lengths(text: str) -> frozenset[int]:
    """`8;10-12`; raises NumberPatternError."""
    lengths: set[int] = set()
    for part in _parts(text):
        first, _, last = part.partition("-")
        ends = [number_key(end.strip()) for end in (first, last or first)]
        values = [end[1] for end in ends if end is not None]
        if len(values) != len(ends) or not 1 <= values[0] <= values[1] <= MAX_DIALLED:
            raise NumberPatternError(
                "digit_length", f"“{part[:40]}” is not a number of digits, 1 to {MAX_DIALLED}."
            )
        lengths.update(range(values[0], values[1] + 1))
    return frozenset(lengths)


def check_route(strip_digits: int, prepend: str) -> None:
    """Raises NumberPatternError."""
    if not 0 <= strip_digits <= MAX_STRIP:
        raise NumberPatternError("strip_digits", f"0 to {MAX_STRIP} digits can be stripped.")
    if _PREPEND.fullmatch(prepend) is None:
        raise NumberPatternError("prepend", "Only digits, * and #, and + at the beginning, can be prepended.")


def _parts(text: str) -> list[str]:
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > MAX_LIST_PARTS:
        raise NumberPatternError("list_length", f"At most {MAX_LIST_PARTS} parts.")
    return parts
