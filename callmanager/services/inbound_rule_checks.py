"""What an inbound rule is checked against before it is stored, read once for any number of rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError

from callmanager.domain.destination import Destination
from callmanager.domain.inbound_rules import (
    InboundRule as DomainRule,
)
from callmanager.domain.inbound_rules import (
    check_in_pool,
    find_conflict,
    parse_caller_mask,
    parse_did,
)
from callmanager.domain.number_range import NumberPatternError
from callmanager.domain.week_hours import document_of, parse_intervals
from callmanager.models import InboundRule
from callmanager.models.inbound_rule import RULES_MAX, RuleHoursOf
from callmanager.selectors.trunk_lent import LentTrunk, trunk_lent_list
from callmanager.services.destination import TargetIds, destination_columns, target_ids

_AS_INSIDE = frozenset({RuleHoursOf.OUTSIDE.value})

# What each set of hours has: its columns; None where it has no row.
Columns = dict[str, dict[str, Any] | None]


@dataclass(slots=True)
class InboundRuleChecks:
    """Rules that are checked one after the other and taken see each other, too."""

    trunks: Mapping[int, LentTrunk]
    ids: TargetIds
    names: dict[str, int] = field(default_factory=dict)
    enabled: defaultdict[tuple[int, str], dict[int, DomainRule]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    places: dict[int, tuple[int, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, destinations: Iterable[Destination | None]) -> InboundRuleChecks:
        checks = cls(trunks=trunk_lent_list(), ids=target_ids(destinations))
        rules = InboundRule.objects.only("name", "trunk_id", "did", "caller_mask", "is_enabled")
        for rule in rules.order_by("pk"):
            checks.take(rule, rule.pk)
        return checks

    def take(self, rule: InboundRule, key: int) -> None:
        """From now on others must stand beside it. `key` is its id, or another number while it has none."""
        self.names[rule.name.lower()] = key
        if (place := self.places.pop(key, None)) is not None:
            self.enabled[place].pop(key, None)
        if rule.is_enabled:
            self.enabled[rule.trunk_id, rule.did][key] = _plain(rule, key)
            self.places[key] = rule.trunk_id, rule.did

    def check(
        self,
        rule: InboundRule,
        destinations: Mapping[str, Destination | None],
        *,
        key: int,
        is_moved: bool = True,
    ) -> Columns:
        """Raises ValidationError with all that is wrong. `is_moved`: the trunk or the number is another one."""
        problems: dict[str, list[ValidationError]] = {}
        try:
            rule.clean_fields()
        except ValidationError as error:
            problems.update(error.error_dict)
        else:
            _write_plainly(rule)
        for name, problem in self._problems(rule, key, is_moved=is_moved, is_readable=not problems):
            problems.setdefault(name, []).append(problem)
        columns: Columns = {}
        for at, destination in destinations.items():
            try:
                columns[at] = None if destination is None else destination_columns(destination, self.ids)
            except ValidationError as error:
                # One that is as in office hours is told once.
                if destination != destinations.get(RuleHoursOf.OFFICE_HOURS) or at not in _AS_INSIDE:
                    problems[at] = error.error_list
        if problems:
            raise ValidationError(problems)
        return columns

    def _problems(
        self, rule: InboundRule, key: int, *, is_moved: bool, is_readable: bool
    ) -> Iterator[tuple[str, ValidationError]]:
        rule.name = rule.name.strip()
        if not rule.name:
            yield "name", ValidationError("This field is required.", code="required")
        if self.names.get(rule.name.lower(), key) != key:
            yield "name", ValidationError("There is an inbound rule of this name.", code="unique")
        if len(self.names) >= RULES_MAX and key not in self.names.values():
            yield "name", ValidationError(f"There can be {RULES_MAX} inbound rules.", code="limit")
        # A rule whose trunk was taken away may be renamed, but not switched on.
        if not is_readable or not (is_moved or rule.is_enabled):
            return
        trunk = self.trunks.get(rule.trunk_id)
        if trunk is None:
            yield "trunk", ValidationError("This is none of your trunks.", code="not_found")
            return
        try:
            check_in_pool(rule.did, trunk.pool)
        except NumberPatternError as error:
            yield "did", ValidationError(str(error), code=error.code)
            return
        others = self.enabled[rule.trunk_id, rule.did].values() if rule.is_enabled else ()
        if conflict := find_conflict(_plain(rule, key), others):
            yield "caller_mask", ValidationError(conflict, code="conflict")


def _write_plainly(rule: InboundRule) -> None:
    rule.did = parse_did(rule.did)
    rule.caller_mask = "".join(rule.caller_mask.split())
    rule.week = document_of(parse_intervals(rule.week))


def _plain(rule: InboundRule, key: int) -> DomainRule:
    return DomainRule(key, rule.name, rule.trunk_id, rule.did, parse_caller_mask(rule.caller_mask))
