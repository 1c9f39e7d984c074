"""Outbound rules as a table: written by an export, read by an import. New ones come last, in the file's order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import Max, QuerySet
from django.utils import timezone

from callmanager.domain.extension_table import group_names
from callmanager.domain.outbound_rules import MAX_ROUTES, OutboundRoute, RuleHours
from callmanager.domain.rule_table import (
    OUTBOUND_COLUMNS,
    OUTBOUND_SAMPLE,
    read_codes,
    read_count,
    read_switch,
    read_week,
    write_week,
)
from callmanager.models import ExtensionGroup, OutboundRule, OutboundRuleGroup
from callmanager.models import OutboundRoute as RouteRow
from callmanager.selectors.outbound_rule import outbound_routes, outbound_rule_list
from callmanager.services.extension_rows import Existing
from callmanager.services.outbound_rule import OUTBOUND_RULE_FIELDS
from callmanager.services.outbound_rule_checks import OutboundRuleChecks
from callmanager.services.table_import import (
    RowOutcome,
    RowRefused,
    RuleTable,
    problems_of,
    read_cell,
    table_register,
)
from tenants.csv_reading import CsvRow

Problems = list[tuple[str, str, str]]
Ready = tuple[OutboundRule, tuple[OutboundRoute, ...], frozenset[int]]
_PLAIN = ("prefixes", "callers", "digit_lengths")
_PLACES = range(1, MAX_ROUTES + 1)


class OutboundRows:
    def __init__(self, rows: Sequence[CsvRow], existing: Existing) -> None:
        self._existing = existing
        self._known = {rule.name.lower(): rule for rule in outbound_rule_list()}
        self._groups = {name.lower(): pk for name, pk in ExtensionGroup.objects.values_list("name", "pk")}
        self._lines: dict[str, int] = {}
        callers = [rule.callers for rule in self._known.values()]
        callers += [row.values.get("callers", "") for row in rows]
        self._checks = OutboundRuleChecks.read(group_ids=self._groups.values(), callers=callers)
        self._trunk_ids = {trunk.name.lower(): trunk.trunk_id for trunk in self._checks.trunks.values()}
        self._made: list[Ready] = []
        self._changed: list[Ready] = []

    def read(self, row: CsvRow) -> RowOutcome:
        name = row.values["name"].strip()
        known = self._known.get(name.lower())
        problems: Problems = []
        if name.lower() in self._lines:
            line = self._lines[name.lower()]
            problems.append(("name", "duplicate", f"Line {line} has this name, too."))
        self._lines.setdefault(name.lower(), row.line)
        if known is not None and self._existing is Existing.REFUSE:
            problems.append(("name", "unique", "There is an outbound rule of this name."))
        if known is not None and self._existing is Existing.SKIP and not problems:
            return RowOutcome.SKIPPED
        key = known.pk if known is not None else -row.line
        rule = known or OutboundRule(name=name)
        before = outbound_routes(rule)
        routes = self._routes(row, before, problems)
        groups = self._group_ids(row, rule, problems)
        self._fill(rule, row, problems)
        if problems:
            raise RowRefused(problems)
        try:
            self._checks.check(rule, key=key, routes=routes, groups=groups, known_routes=before)
        except ValidationError as error:
            raise RowRefused(problems_of(error, {"week": "hours", "routes": "route_1"})) from error
        self._checks.take(rule, key)
        (self._made if known is None else self._changed).append((rule, routes, groups))
        return RowOutcome.CREATED if known is None else RowOutcome.UPDATED

    def write(self) -> None:
        last = OutboundRule.objects.aggregate(last=Max("position"))["last"] or 0
        for place, (rule, _, _) in enumerate(self._made, start=last + 1):
            rule.position = place
        OutboundRule.objects.bulk_create([rule for rule, _, _ in self._made])
        now, changed = timezone.now(), [rule for rule, _, _ in self._changed]
        for rule in changed:
            rule.updated_at = now
            if rule.is_enabled:
                rule.notice = ""
        if changed:
            fields = [*(field for field in OUTBOUND_RULE_FIELDS if field != "name"), "notice", "updated_at"]
            OutboundRule.objects.bulk_update(changed, fields, batch_size=500)
            RouteRow.objects.filter(rule__in=changed).delete()
            OutboundRuleGroup.objects.filter(rule__in=changed).delete()
        ready = (*self._made, *self._changed)
        RouteRow.objects.bulk_create(
            RouteRow(
                rule=rule,
                position=place,
                trunk_id=route.trunk_id,
                strip_digits=route.strip_digits,
                prepend=route.prepend,
            )
            for rule, routes, _ in ready
            for place, route in enumerate(routes, start=1)
        )
        OutboundRuleGroup.objects.bulk_create(
            OutboundRuleGroup(rule=rule, group_id=group)
            for rule, _, groups in ready
            for group in sorted(groups)
        )

    def _routes(
        self, row: CsvRow, before: tuple[OutboundRoute, ...], problems: Problems
    ) -> tuple[OutboundRoute, ...]:
        if not any(f"route_{place}" in row.values for place in _PLACES):
            return before
        routes = []
        for place in _PLACES:
            trunk = row.values.get(f"route_{place}", "").strip()
            if not trunk:
                continue
            if trunk.lower() not in self._trunk_ids:
                problems.append((f"route_{place}", "not_found", "This is none of your trunks."))
                continue
            digits = row.values.get(f"strip_{place}", "")
            strip = read_cell(f"strip_{place}", partial(read_count, digits), problems)
            prepend = row.values.get(f"prepend_{place}", "")
            routes.append(OutboundRoute(self._trunk_ids[trunk.lower()], strip or 0, prepend))
        return tuple(routes)

    def _group_ids(self, row: CsvRow, rule: OutboundRule, problems: Problems) -> frozenset[int]:
        if "groups" not in row.values:
            return frozenset(group.pk for group in rule.groups.all()) if rule.pk else frozenset()
        names = group_names(row.values["groups"])
        problems += [
            ("groups", "not_found", f"There is no group {name[:64]}.")
            for name in names
            if name.lower() not in self._groups
        ]
        return frozenset(self._groups[name.lower()] for name in names if name.lower() in self._groups)

    def _fill(self, rule: OutboundRule, row: CsvRow, problems: Problems) -> None:
        values = row.values
        for column in _PLAIN:
            if column in values:
                setattr(rule, column, values[column])
        if "hours" in values:
            self._fill_hours(rule, values["hours"].strip(), problems)
        if "also_next_on" in values:
            codes = read_cell("also_next_on", partial(read_codes, values["also_next_on"]), problems)
            rule.also_next_on = codes or []
        for column in ("is_least_cost", "is_enabled"):
            if column in values:
                present, text = getattr(rule, column), values[column]
                switch = read_cell(
                    column,
                    partial(read_switch, text, otherwise=present),
                    problems,
                )
                setattr(rule, column, present if switch is None else switch)

    def _fill_hours(self, rule: OutboundRule, text: str, problems: Problems) -> None:
        known = {"": RuleHours.ANY_TIME, **{hours.value: hours for hours in RuleHours}}
        if (hours := known.get(text.lower())) is not None:
            rule.hours = hours.value
            return
        week = read_cell("hours", partial(read_week, text), problems)
        if week is not None:
            rule.hours, rule.week = RuleHours.OWN_HOURS.value, week


def outbound_rule_rows(rules: QuerySet[OutboundRule]) -> Iterator[list[object]]:
    """In the order of `OUTBOUND_COLUMNS`; from `outbound_rule_list`."""
    for rule in rules:
        cells: list[object] = []
        routes = list(rule.routes.all())
        for place in _PLACES:
            route = routes[place - 1] if place <= len(routes) else None
            cells += (
                [getattr(route, "trunk_name", None) or "", route.strip_digits, route.prepend]
                if route is not None
                else ["", "", ""]
            )
        yield [
            rule.name,
            rule.prefixes,
            rule.callers,
            rule.digit_lengths,
            ";".join(group.name for group in rule.groups.all()),
            *cells,
            write_week(rule.week) if rule.hours == RuleHours.OWN_HOURS else rule.hours,
            ";".join(str(code) for code in rule.also_next_on),
            rule.is_least_cost,
            rule.is_enabled,
        ]


OUTBOUND_TABLE: RuleTable = table_register(
    RuleTable(
        kind="outbound_rules.import",
        words="outbound rules",
        audit_name="outbound_rule",
        file_name="outbound-rules",
        columns=OUTBOUND_COLUMNS,
        required=("name", "route_1"),
        sample=OUTBOUND_SAMPLE,
        open=OutboundRows,
        write=outbound_rule_rows,
        hint="Name and route_1 (a trunk's name) are required. Hours are any_time, office_hours, or hours of the rule's "
        "own such as “monday 09:00-17:00; saturday 10:00-12:00”. New rules come last, in the order of the file.",
    )
)
