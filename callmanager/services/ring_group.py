"""Ring groups of the tenant in scope: made, changed and deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from callmanager.domain.destination import END_CALL, Destination
from callmanager.models import RingGroup, RingGroupMember
from callmanager.models.extension import lock_tenant
from callmanager.selectors.ring_group import Member, ring_group_members
from callmanager.selectors.usage import ring_group_usage
from callmanager.services.in_use import refuse_if_used
from callmanager.services.ring_group_checks import RingGroupChecks
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.capacity import refuse_above_limit
from tenants.integrity import refusing_duplicates

RING_GROUP_FIELDS = ("number", "name", "outbound_caller_id", "strategy", "ring_timeout_s", "skips_busy")


@routing_guarded
def ring_group_create(
    *, members: Sequence[Member] = (), no_answer: Destination = END_CALL, **fields: Any
) -> RingGroup:
    """LimitReached where the company has as many as it may."""
    _require(fields)
    group = RingGroup(**fields)
    with refusing_duplicates():
        tenant = lock_tenant()
        refuse_above_limit(
            limit=tenant.max_ring_groups, present=RingGroup.objects.count(), added=1, what="ring groups"
        )
        checks = RingGroupChecks.read(members, no_answer)
        checks.check(group, members, no_answer, number_before="")
        group.save()
        _write_members(group, (), checks.rows(members), members)
    return group


@routing_guarded
def ring_group_update(
    *,
    group: RingGroup,
    members: Sequence[Member] | None = None,
    no_answer: Destination | None = None,
    **changes: Any,
) -> RingGroup:
    """What is left out stays."""
    _require(changes)
    number_before, destination_before = group.number, group.destination
    for name, value in changes.items():
        setattr(group, name, value)
    with refusing_duplicates():
        lock_tenant()
        before = ring_group_members(group)
        wanted = before if members is None else tuple(members)
        destination = destination_before if no_answer is None else no_answer
        checks = RingGroupChecks.read(wanted, destination)
        checks.check(group, wanted, destination, number_before=number_before)
        group.save()
        if destination != destination_before:
            audit_note(
                target=group,
                name="no_answer",
                before=f"{destination_before.kind.value} {destination_before.target}".strip(),
                after=f"{destination.kind.value} {destination.target}".strip(),
            )
        if wanted != before:
            _write_members(group, before, checks.rows(wanted), wanted)
    return group


@routing_guarded
def ring_group_delete(*, group: RingGroup) -> None:
    """InUse while others send calls to it."""
    with refusing_duplicates():
        lock_tenant()
        refuse_if_used(ring_group_usage(ids=[group.pk]))
        group.delete()


def _require(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - set(RING_GROUP_FIELDS):
        raise TypeError(f"A ring group has no {', '.join(sorted(unknown))} to set.")


def _write_members(
    group: RingGroup, before: Sequence[Member], rows: Sequence[dict[str, Any]], wanted: Sequence[Member]
) -> None:
    if before:
        RingGroupMember.objects.filter(group=group).delete()
    RingGroupMember.objects.bulk_create(
        RingGroupMember(group=group, position=place, **row) for place, row in enumerate(rows, start=1)
    )
    audit_note(
        target=group,
        name="members",
        before=[member.words for member in before],
        after=[member.words for member in wanted],
    )
    group.__dict__.get("_prefetched_objects_cache", {}).pop("members", None)
