"""What an outbound rule is checked against before it is stored, read once for any number of rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.outbound_rules import (
    MAX_ROUTES,
    OutboundRoute,
    check_route,
    parse_callers,
    parse_digit_lengths,
    parse_prefixes,
)
from callmanager.domain.week_hours import document_of, parse_intervals
from callmanager.models import Extension, ExtensionGroup, OutboundRule
from callmanager.models.outbound_rule import OUTBOUND_RULES_MAX
from callmanager.selectors.trunk_lent import LentTrunk, trunk_lent_list


@dataclass(slots=True)
class OutboundRuleChecks:
    """Rules that are checked one after the other and taken see each other's names, too."""

    trunks: Mapping[int, LentTrunk]
    group_ids: frozenset[int]
    extensions: frozenset[str]
    names: dict[str, int] = field(default_factory=dict)

    @classmethod
    def read(cls, *, group_ids: Collection[int], callers: Collection[str]) -> OutboundRuleChecks:
        """`callers` are what the rules name, as it is written."""
        named: set[str] = set()
        for text in callers:
            try:
                named |= parse_callers(text).names
            except NumberPatternError:
                continue  # the rule's own check says what is wrong
        known = Extension.objects.filter(number__in=named).values_list("number", flat=True) if named else ()
        groups = (
            ExtensionGroup.objects.filter(pk__in=group_ids) if group_ids else ExtensionGroup.objects.none()
        )
        return cls(
            trunks=trunk_lent_list(),
            group_ids=frozenset(groups.values_list("pk", flat=True)) if group_ids else frozenset(),
            extensions=frozenset(known),
            names={name.lower(): pk for name, pk in OutboundRule.objects.values_list("name", "pk")},
        )

    def take(self, rule: OutboundRule, key: int) -> None:
        self.names[rule.name.lower()] = key

    def check(
        self,
        rule: OutboundRule,
        *,
        key: int,
        routes: Sequence[OutboundRoute],
        groups: Collection[int],
        known_routes: Sequence[OutboundRoute] = (),
    ) -> None:
        """Raises ValidationError with all that is wrong. `known_routes` is what the rule has already."""
        problems: dict[str, list[ValidationError]] = {}
        try:
            rule.clean_fields(exclude=["position"])
        except ValidationError as error:
            problems.update(error.error_dict)
        else:
            _write_plainly(rule)
        found = [
            *self._problems(rule, key, groups),
            *self._route_problems(rule, routes, known_routes),
        ]
        for name, problem in found:
            problems.setdefault(name, []).append(problem)
        if problems:
            raise ValidationError(problems)

    def _problems(
        self, rule: OutboundRule, key: int, groups: Collection[int]
    ) -> Iterator[tuple[str, ValidationError]]:
        rule.name = rule.name.strip()
        if not rule.name:
            yield "name", ValidationError("This field is required.", code="required")
        if self.names.get(rule.name.lower(), key) != key:
            yield "name", ValidationError("There is an outbound rule of this name.", code="unique")
        if len(self.names) >= OUTBOUND_RULES_MAX and key not in self.names.values():
            yield "name", ValidationError(f"There can be {OUTBOUND_RULES_MAX} outbound rules.", code="limit")
        if set(groups) - self.group_ids:
            yield "groups", ValidationError("There is no such group.", code="not_found")
        try:
            unknown = parse_callers(rule.callers).names - self.extensions
        except NumberPatternError:
            unknown = frozenset()
        if unknown:
            named = ", ".join(sorted(unknown)[:5])
            yield "callers", ValidationError(f"There is no extension {named}.", code="not_found")

    def _route_problems(
        self, rule: OutboundRule, routes: Sequence[OutboundRoute], known: Sequence[OutboundRoute]
    ) -> Iterator[tuple[str, ValidationError]]:
        if len(routes) > MAX_ROUTES:
            yield "routes", ValidationError(f"At most {MAX_ROUTES} routes.", code="max_length")
        if not routes and rule.is_enabled:
            yield "routes", ValidationError("Choose a trunk to call on.", code="required")
        for place, route in enumerate(routes[:MAX_ROUTES], start=1):
            if route.trunk_id not in self.trunks and (rule.is_enabled or route not in known):
                message = f"Route {place}: this is none of your trunks."
                yield "routes", ValidationError(message, code="not_found")
            try:
                check_route(route.strip_digits, route.prepend)
            except NumberPatternError as error:
                yield "routes", ValidationError(f"Route {place}: {error}", code=error.code)


def _write_plainly(rule: OutboundRule) -> None:
    rule.prefixes = ";".join(parse_prefixes(rule.prefixes))
    parse_callers(rule.callers)
    parse_digit_lengths(rule.digit_lengths)
    rule.callers, rule.digit_lengths = _joined(rule.callers), _joined(rule.digit_lengths)
    rule.also_next_on = sorted(set(rule.also_next_on))
    rule.week = document_of(parse_intervals(rule.week))


def _joined(text: str) -> str:
    parts = ("".join(part.split()) for part in text.split(";"))
    return ";".join(dict.fromkeys(part for part in parts if part))
