"""The groups of the tenant in scope, who is in them, and what an extension has from them."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Length

from callmanager.domain.rights import Membership
from callmanager.models import Extension, ExtensionGroup, GroupMembership, GroupMonitor
from callmanager.selectors.extension import extension_list


def extension_group_list() -> QuerySet[ExtensionGroup]:
    """With `member_count` and `monitor_count`, in one query for any number of groups."""
    groups: QuerySet[ExtensionGroup] = ExtensionGroup.objects.annotate(
        member_count=_count(GroupMembership.objects.all()), monitor_count=_count(GroupMonitor.objects.all())
    )
    return groups


def extension_group_get_default() -> ExtensionGroup:
    return ExtensionGroup.objects.get(is_default=True)


def group_member_list(*, group: ExtensionGroup) -> QuerySet[GroupMembership]:
    """With the extension of each, without its secrets."""
    return (
        GroupMembership.objects.filter(group=group)
        .select_related("extension")
        .defer("extension__sip_password", "extension__ha1")
        .order_by(Length("extension__number"), "extension__number")
    )


def group_monitor_list(*, group: ExtensionGroup) -> QuerySet[GroupMonitor]:
    return (
        GroupMonitor.objects.filter(group=group)
        .select_related("extension")
        .defer("extension__sip_password", "extension__ha1")
        .order_by(Length("extension__number"), "extension__number")
    )


def extension_list_outside(*, group: ExtensionGroup) -> QuerySet[Extension]:
    """Who could still be added to the group."""
    inside = GroupMembership.objects.filter(group=group).values("extension_id")
    return extension_list().exclude(pk__in=inside)


def extension_list_not_monitoring(*, group: ExtensionGroup) -> QuerySet[Extension]:
    monitoring = GroupMonitor.objects.filter(group=group).values("extension_id")
    return extension_list().exclude(pk__in=monitoring)


def membership_list(*, number: str) -> tuple[Membership, ...]:
    """An extension's places in its groups, the default group first; nothing for an unknown number."""
    rows = (
        GroupMembership.objects.filter(extension__number=number)
        .select_related("group")
        .order_by("-group__is_default", "group__name")
    )
    return tuple(
        Membership(
            group_id=row.group_id,
            group_name=row.group.name,
            rights=row.group.rights,
            is_manager=row.is_manager,
            may_change=row.group.managers_may_change,
        )
        for row in rows
    )


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = (
        rows.filter(group_id=OuterRef("pk"))
        .order_by()
        .values("group_id")
        .annotate(counted=Count("pk"))
        .values("counted")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
