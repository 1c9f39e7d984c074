"""Inbound rules as a table: written by an export, read by an import."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from callmanager.domain.destination import END_CALL, Destination
from callmanager.domain.rule_table import (
    INBOUND_COLUMNS,
    INBOUND_SAMPLE,
    CellInvalid,
    read_destination,
    read_switch,
    read_week,
    write_destination,
    write_week,
)
from callmanager.models import InboundDestination, InboundRule
from callmanager.models.inbound_rule import RuleHoursOf
from callmanager.selectors.inbound_rule import Destinations, inbound_destinations, inbound_rule_list
from callmanager.services.extension_rows import Existing
from callmanager.services.inbound_rule import DESTINATION_FIELDS
from callmanager.services.inbound_rule_checks import Columns, InboundRuleChecks
from callmanager.services.table_import import (
    RowOutcome,
    RowRefused,
    RuleTable,
    problems_of,
    read_cell,
    table_register,
)
from tenants.csv_reading import CsvRow

_PLAIN = ("did", "caller_mask")


class InboundRows:
    def __init__(self, rows: Sequence[CsvRow], existing: Existing) -> None:
        self._existing = existing
        self._known = {rule.name.lower(): rule for rule in inbound_rule_list()}
        self._lines: dict[str, int] = {}
        wanted: list[Destination | None] = [
            destination
            for rule in self._known.values()
            for destination in inbound_destinations(rule).values()
        ]
        for row in rows:
            for name in DESTINATION_FIELDS:
                try:
                    wanted.append(read_destination(row.values.get(name, "")))
                except CellInvalid:
                    continue  # told when the row is read
        self._checks = InboundRuleChecks.read(wanted)
        self._trunk_ids = {trunk.name.lower(): trunk.trunk_id for trunk in self._checks.trunks.values()}
        self._made: list[tuple[InboundRule, Columns]] = []
        self._changed: list[tuple[InboundRule, Columns]] = []

    def read(self, row: CsvRow) -> RowOutcome:
        name = row.values["name"].strip()
        known = self._known.get(name.lower())
        problems: list[tuple[str, str, str]] = []
        if name.lower() in self._lines:
            line = self._lines[name.lower()]
            problems.append(("name", "duplicate", f"Line {line} has this name, too."))
        self._lines.setdefault(name.lower(), row.line)
        if known is not None and self._existing is Existing.REFUSE:
            problems.append(("name", "unique", "There is an inbound rule of this name."))
        if known is not None and self._existing is Existing.SKIP and not problems:
            return RowOutcome.SKIPPED
        key = known.pk if known is not None else -row.line
        rule = known or InboundRule(name=name)
        destinations = self._destinations(row, rule, problems)
        place = (rule.trunk_id, rule.did)
        self._fill(rule, row, problems)
        if problems:
            raise RowRefused(problems)
        try:
            columns = self._checks.check(
                rule, destinations, key=key, is_moved=place != (rule.trunk_id, rule.did)
            )
        except ValidationError as error:
            raise RowRefused(problems_of(error, {"week": "hours"})) from error
        self._checks.take(rule, key)
        (self._made if known is None else self._changed).append((rule, columns))
        return RowOutcome.CREATED if known is None else RowOutcome.UPDATED

    def write(self) -> None:
        InboundRule.objects.bulk_create([rule for rule, _ in self._made])
        now = timezone.now()
        for rule, _ in self._changed:
            rule.updated_at = now
            if rule.is_enabled:
                rule.notice = ""
        fields = [
            "trunk_id",
            "did",
            "caller_mask",
            "has_own_hours",
            "week",
            "is_enabled",
            "notice",
            "updated_at",
        ]
        if self._changed:
            InboundRule.objects.bulk_update([rule for rule, _ in self._changed], fields, batch_size=500)
            InboundDestination.objects.filter(rule__in=[rule for rule, _ in self._changed]).delete()
        InboundDestination.objects.bulk_create(
            InboundDestination(rule=rule, at=at, **row)
            for rule, columns in (*self._made, *self._changed)
            for at, row in columns.items()
            if row is not None
        )

    def _destinations(
        self, row: CsvRow, rule: InboundRule, problems: list[tuple[str, str, str]]
    ) -> Destinations:
        """What a column that is left out says stays; outside of office hours, empty is as in them."""
        destinations = inbound_destinations(rule)
        for name in DESTINATION_FIELDS:
            if name in row.values:
                destinations[name] = read_cell(name, partial(read_destination, row.values[name]), problems)
        inside = RuleHoursOf.OFFICE_HOURS.value
        destinations[inside] = destinations[inside] or END_CALL
        outside = RuleHoursOf.OUTSIDE.value
        if destinations[outside] is None or (outside not in row.values and rule.pk is None):
            destinations[outside] = destinations[inside]
        return destinations

    def _fill(self, rule: InboundRule, row: CsvRow, problems: list[tuple[str, str, str]]) -> None:
        values = row.values
        for column in _PLAIN:
            if column in values:
                setattr(rule, column, values[column])
        if "trunk" in values or rule.pk is None:
            trunk_id = self._trunk_ids.get(values.get("trunk", "").strip().lower())
            if trunk_id is None:
                problems.append(("trunk", "not_found", "This is none of your trunks."))
            else:
                rule.trunk_id = trunk_id
        if "hours" in values:
            rule.has_own_hours = bool(values["hours"])
            if rule.has_own_hours:
                rule.week = read_cell("hours", partial(read_week, values["hours"]), problems) or rule.week
        if "is_enabled" in values:
            switch = read_cell(
                "is_enabled", partial(read_switch, values["is_enabled"], otherwise=rule.is_enabled), problems
            )
            rule.is_enabled = rule.is_enabled if switch is None else switch


def inbound_rule_rows(rules: QuerySet[InboundRule]) -> Iterator[list[object]]:
    """In the order of `INBOUND_COLUMNS`; from `inbound_rule_list`."""
    for rule in rules:
        destinations = inbound_destinations(rule)
        yield [
            rule.name,
            getattr(rule, "trunk_name", None) or "",
            rule.did,
            rule.caller_mask,
            *(write_destination(destinations[name]) for name in DESTINATION_FIELDS),
            write_week(rule.week) if rule.has_own_hours else "",
            rule.is_enabled,
        ]


INBOUND_TABLE: RuleTable = table_register(
    RuleTable(
        kind="inbound_rules.import",
        words="inbound rules",
        audit_name="inbound_rule",
        file_name="inbound-rules",
        columns=INBOUND_COLUMNS,
        required=("name", "trunk", "did"),
        sample=INBOUND_SAMPLE,
        open=InboundRows,
        write=inbound_rule_rows,
        hint="Name, trunk and DID are required. Destinations read “extension 101”, “external_number 0044201234567” or "
        "“end_call”; hours of a rule's own “monday 09:00-12:00, 13:00-17:00; saturday 10:00-12:00”.",
    )
)
