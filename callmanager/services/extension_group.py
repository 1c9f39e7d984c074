"""Groups of extensions: made, changed, filled and emptied. Nobody is ever left without a group."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from callmanager.models import Extension, ExtensionGroup, GroupMembership, GroupMonitor
from callmanager.selectors.extension_group import extension_group_get_default
from callmanager.selectors.usage import group_usage
from callmanager.services.in_use import refuse_if_used
from callmanager.services.routing_guard import routing_guarded
from tenants.audit_changes import audit_note
from tenants.integrity import refusing_duplicates

GROUP_RIGHT_FIELDS = (
    "may_see_members",
    "may_see_member_calls",
    "may_use_console",
    "may_page",
    "may_call_external",
    "managers_may_change",
)
_CHANGEABLE = frozenset(
    {"name", "description", *GROUP_RIGHT_FIELDS, "is_monitoring_allowed", "monitor_scope"}
)


def extension_group_create(**fields: Any) -> ExtensionGroup:
    """In the tenant of the scope; without members."""
    _require_known(fields)
    group = ExtensionGroup(**fields)
    with refusing_duplicates():
        group.full_clean()
        group.save()
    return group


@routing_guarded
def extension_group_update(*, group: ExtensionGroup, **changes: Any) -> ExtensionGroup:
    _require_known(changes)
    if group.is_default and changes.get("name", group.name) != group.name:
        raise ValidationError(
            {"name": ValidationError("The default group keeps its name.", code="default_group")}
        )
    for field, value in changes.items():
        setattr(group, field, value)
    with refusing_duplicates():
        group.full_clean()
        if changes:
            group.save(update_fields=[*changes, "updated_at"])
    return group


@routing_guarded
def extension_group_delete(*, group: ExtensionGroup) -> None:
    """Members that belong to no other group go to the default group. InUse while rules name it."""
    if group.is_default:
        raise ValidationError("The default group can't be deleted.", code="default_group")
    with transaction.atomic():
        refuse_if_used(group_usage(ids=[group.pk]))
        _to_default_group(_belonging_only_to(group, _members(group)))
        group.delete()


@routing_guarded
def group_members_add(
    *, group: ExtensionGroup, extensions: Iterable[Extension], is_manager: bool | None = None
) -> None:
    """Who is in it already stays; `is_manager` None leaves what those are and makes the others ordinary."""
    extension_ids = [extension.pk for extension in extensions]
    with transaction.atomic():
        GroupMembership.objects.bulk_create(
            (
                GroupMembership(group=group, extension_id=extension_id, is_manager=bool(is_manager))
                for extension_id in extension_ids
            ),
            ignore_conflicts=True,
        )
        if is_manager is not None:
            GroupMembership.objects.filter(group=group, extension_id__in=extension_ids).exclude(
                is_manager=is_manager
            ).update(is_manager=is_manager)


@routing_guarded
def group_members_remove(*, group: ExtensionGroup, extensions: Iterable[Extension]) -> None:
    """Who belongs to no other group goes to the default group; out of that one nobody falls."""
    leaving = GroupMembership.objects.filter(
        group=group, extension_id__in=[extension.pk for extension in extensions]
    )
    with transaction.atomic():
        alone = _belonging_only_to(group, leaving)
        if alone and group.is_default:
            raise ValidationError(
                f"{len(alone)} of them would belong to no group: put them into another one first.",
                code="last_group",
            )
        _to_default_group(alone)
        leaving.delete()


@routing_guarded
def extension_set_groups(*, extension: Extension, groups: Collection[ExtensionGroup]) -> None:
    """Exactly these; in groups it stays in, it stays what it is."""
    if not groups:
        raise ValidationError(
            {"groups": ValidationError("An extension belongs to at least one group.", code="last_group")}
        )
    with transaction.atomic():
        before = sorted(extension.memberships.values_list("group__name", flat=True))
        GroupMembership.objects.bulk_create(
            (GroupMembership(group=group, extension=extension) for group in groups), ignore_conflicts=True
        )
        GroupMembership.objects.filter(extension=extension).exclude(
            group_id__in=[group.pk for group in groups]
        ).delete()
        audit_note(
            target=extension, name="groups", before=before, after=sorted(group.name for group in groups)
        )
    extension.__dict__.get("_prefetched_objects_cache", {}).pop("memberships", None)


def group_monitors_add(*, group: ExtensionGroup, extensions: Iterable[Extension]) -> None:
    GroupMonitor.objects.bulk_create(
        (GroupMonitor(group=group, extension_id=extension.pk) for extension in extensions),
        ignore_conflicts=True,
    )


def group_monitors_remove(*, group: ExtensionGroup, extensions: Iterable[Extension]) -> None:
    GroupMonitor.objects.filter(
        group=group, extension_id__in=[extension.pk for extension in extensions]
    ).delete()


def _members(group: ExtensionGroup) -> QuerySet[GroupMembership]:
    return GroupMembership.objects.filter(group=group)


def _belonging_only_to(group: ExtensionGroup, memberships: QuerySet[GroupMembership]) -> list[int]:
    """The extensions of these memberships that no other group has."""
    elsewhere = GroupMembership.objects.exclude(group=group).values("extension_id")
    alone = memberships.exclude(extension_id__in=elsewhere)
    return list(alone.values_list("extension_id", flat=True))


def _to_default_group(extension_ids: Collection[int]) -> None:
    if extension_ids:
        default = extension_group_get_default()
        GroupMembership.objects.bulk_create(
            (GroupMembership(group=default, extension_id=extension_id) for extension_id in extension_ids),
            ignore_conflicts=True,
        )


def _require_known(fields: dict[str, Any]) -> None:
    if unknown := fields.keys() - _CHANGEABLE:
        raise TypeError(f"A group's {', '.join(sorted(unknown))} can't be changed.")
