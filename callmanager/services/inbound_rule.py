"""Inbound rules of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from callmanager.domain.destination import END_CALL, Destination
from callmanager.models import InboundDestination, InboundRule
from callmanager.models.extension import lock_tenant
from callmanager.models.inbound_rule import RuleHoursOf
from callmanager.selectors.inbound_rule import Destinations, inbound_destinations
from callmanager.services.inbound_rule_checks import Columns, InboundRuleChecks
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.integrity import refusing_duplicates

INBOUND_RULE_FIELDS = ("name", "trunk_id", "did", "caller_mask", "has_own_hours", "week", "is_enabled")
DESTINATION_FIELDS = tuple(at.value for at in RuleHoursOf)
_NEW = 0


@routing_guarded
def inbound_rule_create(**fields: Any) -> InboundRule:
    """`in_office_hours`, `outside_office_hours` and `on_holiday` are destinations.

    Outside of office hours as in them, and on holidays as outside, unless something else is said.
    """
    destinations, columns = _split(fields)
    given: Destinations = {
        at: destination
        for at, destination in destinations.items()
        if destination is not None or at == RuleHoursOf.HOLIDAY.value
    }
    given.setdefault(RuleHoursOf.OFFICE_HOURS.value, END_CALL)
    rule = InboundRule(**columns)
    with refusing_duplicates():
        lock_tenant()
        checked = InboundRuleChecks.read(given.values()).check(rule, given, key=_NEW)
        given.setdefault(RuleHoursOf.OUTSIDE.value, given[RuleHoursOf.OFFICE_HOURS.value])
        checked.setdefault(RuleHoursOf.OUTSIDE.value, checked[RuleHoursOf.OFFICE_HOURS.value])
        rule.save()
        _write_destinations(rule, {}, given, checked)
    return rule


@routing_guarded
def inbound_rule_update(*, rule: InboundRule, **changes: Any) -> InboundRule:
    destinations, columns = _split(changes)
    is_moved = any(name in columns and columns[name] != getattr(rule, name) for name in ("trunk_id", "did"))
    for name, value in columns.items():
        setattr(rule, name, value)
    with refusing_duplicates():
        lock_tenant()
        before = inbound_destinations(rule)
        wanted = {**before, **destinations}
        for at in (RuleHoursOf.OFFICE_HOURS.value, RuleHoursOf.OUTSIDE.value):
            wanted[at] = wanted[at] or END_CALL
        checks = InboundRuleChecks.read(wanted.values())
        checked = checks.check(rule, wanted, key=rule.pk, is_moved=is_moved)
        if rule.is_enabled:
            rule.notice = ""
        rule.save()
        _write_destinations(rule, before, wanted, checked)
    return rule


@routing_guarded
def inbound_rule_delete(*, rule: InboundRule) -> None:
    rule.delete()


def _split(fields: dict[str, Any]) -> tuple[Destinations, dict[str, Any]]:
    if unknown := fields.keys() - {*INBOUND_RULE_FIELDS, *DESTINATION_FIELDS}:
        raise TypeError(f"An inbound rule has no {', '.join(sorted(unknown))} to set.")
    destinations = {name: value for name, value in fields.items() if name in DESTINATION_FIELDS}
    return destinations, {name: value for name, value in fields.items() if name in INBOUND_RULE_FIELDS}


def _write_destinations(
    rule: InboundRule,
    before: Mapping[str, Destination | None],
    wanted: Mapping[str, Destination | None],
    columns: Columns,
) -> None:
    if before == wanted:
        return
    if before:
        InboundDestination.objects.filter(rule=rule).delete()
    InboundDestination.objects.bulk_create(
        InboundDestination(rule=rule, at=at, **row) for at, row in columns.items() if row is not None
    )
    for at, destination in wanted.items():
        audit_note(target=rule, name=at, before=_words(before.get(at)), after=_words(destination))
    rule.__dict__.get("_prefetched_objects_cache", {}).pop("destinations", None)


def _words(destination: Destination | None) -> str | None:
    return None if destination is None else f"{destination.kind.value} {destination.target}".strip()
