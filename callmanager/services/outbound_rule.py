"""Outbound rules of the tenant in scope: made, changed, put in order and deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Max

from callmanager.domain.outbound_rules import OutboundRoute
from callmanager.models import ExtensionGroup, OutboundRule, OutboundRuleGroup
from callmanager.models import OutboundRoute as RouteRow
from callmanager.models.extension import lock_tenant
from callmanager.selectors.outbound_rule import outbound_routes
from callmanager.services.outbound_rule_checks import OutboundRuleChecks
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.integrity import refusing_duplicates

OUTBOUND_RULE_FIELDS = (
    "name",
    "prefixes",
    "callers",
    "digit_lengths",
    "hours",
    "week",
    "also_next_on",
    "is_least_cost",
    "is_enabled",
)
_NEW = 0


@routing_guarded
def outbound_rule_create(
    *,
    routes: Sequence[OutboundRoute] = (),
    groups: Collection[int] = (),
    position: int | None = None,
    **fields: Any,
) -> OutboundRule:
    """`groups` are ids. Without a position it becomes the last one."""
    _require(fields)
    rule = OutboundRule(**fields)
    with refusing_duplicates():
        lock_tenant()
        checks = OutboundRuleChecks.read(group_ids=groups, callers=[rule.callers])
        checks.check(rule, key=_NEW, routes=routes, groups=groups)
        rule.position = (OutboundRule.objects.aggregate(last=Max("position"))["last"] or 0) + 1
        rule.save()
        _write_routes(rule, (), routes)
        _write_groups(rule, set(groups))
        if position is not None:
            outbound_rule_move(rule=rule, position=position)
    return rule


@routing_guarded
def outbound_rule_update(
    *,
    rule: OutboundRule,
    routes: Sequence[OutboundRoute] | None = None,
    groups: Collection[int] | None = None,
    position: int | None = None,
    **changes: Any,
) -> OutboundRule:
    _require(changes)
    for name, value in changes.items():
        setattr(rule, name, value)
    with refusing_duplicates():
        lock_tenant()
        known = outbound_routes(rule)
        wanted_routes = known if routes is None else tuple(routes)
        wanted_groups = {group.pk for group in rule.groups.all()} if groups is None else set(groups)
        checks = OutboundRuleChecks.read(group_ids=wanted_groups, callers=[rule.callers])
        checks.check(rule, key=rule.pk, routes=wanted_routes, groups=wanted_groups, known_routes=known)
        if rule.is_enabled:
            rule.notice = ""
        rule.save(update_fields=[*OUTBOUND_RULE_FIELDS, "notice", "updated_at"])
        _write_routes(rule, known, wanted_routes)
        _write_groups(rule, wanted_groups)
        if position is not None:
            outbound_rule_move(rule=rule, position=position)
    return rule


@routing_guarded
def outbound_rule_move(*, rule: OutboundRule, position: int) -> None:
    """To this place among the others, 1 the first; beyond the end is the end."""
    lock_tenant()
    order = list(OutboundRule.objects.order_by("position").only("position", "name"))
    before = [one.pk for one in order]
    moved = next(one for one in order if one.pk == rule.pk)
    order.remove(moved)
    order.insert(min(max(position, 1), len(order) + 1) - 1, moved)
    _number(order)
    rule.position = moved.position
    if before != [one.pk for one in order]:
        audit_note(
            target=rule, name="position", before=before.index(rule.pk) + 1, after=order.index(moved) + 1
        )


@routing_guarded
def outbound_rule_delete(*, rule: OutboundRule) -> None:
    """The places of the others close up."""
    lock_tenant()
    rule.delete()
    _number(list(OutboundRule.objects.order_by("position").only("position")))


def outbound_callers_rename(*, old: str, new: str) -> None:
    """An extension that rules name has another number now."""
    if old == new:
        return
    for rule in OutboundRule.objects.filter(callers__contains=old):
        parts = rule.callers.split(";")
        if old in parts:
            rule.callers = ";".join(new if part == old else part for part in parts)
            rule.save(update_fields=["callers", "updated_at"])


def _number(order: Sequence[OutboundRule]) -> None:
    changed = []
    for place, one in enumerate(order, start=1):
        if one.position != place:
            one.position = place
            changed.append(one)
    if changed:
        OutboundRule.objects.bulk_update(changed, ["position"])


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - set(OUTBOUND_RULE_FIELDS):
        raise TypeError(f"An outbound rule has no {', '.join(sorted(unknown))} to set.")


def _write_routes(
    rule: OutboundRule, before: Sequence[OutboundRoute], routes: Sequence[OutboundRoute]
) -> None:
    if tuple(before) == tuple(routes):
        return
    if before:
        RouteRow.objects.filter(rule=rule).delete()
    rows = [
        RouteRow(
            rule=rule,
            position=place,
            trunk_id=route.trunk_id,
            strip_digits=route.strip_digits,
            prepend=route.prepend,
        )
        for place, route in enumerate(routes, start=1)
    ]
    RouteRow.objects.bulk_create(rows)
    words = [
        f"{place}: trunk {one.trunk_id}, strip {one.strip_digits}, prepend “{one.prepend}”"
        for place, one in enumerate(before, start=1)
    ]
    audit_note(target=rule, name="routes", before=words, after=[str(row) for row in rows])
    rule.__dict__.get("_prefetched_objects_cache", {}).pop("routes", None)


def _write_groups(rule: OutboundRule, groups: set[int]) -> None:
    present = set(OutboundRuleGroup.objects.filter(rule=rule).values_list("group_id", flat=True))
    if present == groups:
        return
    names = dict(ExtensionGroup.objects.filter(pk__in=present | groups).values_list("pk", "name"))
    OutboundRuleGroup.objects.filter(rule=rule, group_id__in=present - groups).delete()
    OutboundRuleGroup.objects.bulk_create(
        OutboundRuleGroup(rule=rule, group_id=group) for group in sorted(groups - present)
    )
    audit_note(
        target=rule,
        name="groups",
        before=sorted(names[one] for one in present),
        after=sorted(names[one] for one in groups),
    )
    rule.__dict__.get("_prefetched_objects_cache", {}).pop("groups", None)
