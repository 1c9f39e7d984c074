"""The same for many extensions, in a constant number of statements."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.extension import extension_list
from callmanager.selectors.usage import extension_usage
from callmanager.services.extension_group import group_members_add
from callmanager.services.extension_photo import photos_forget
from callmanager.services.in_use import refuse_if_used
from callmanager.services.routing_guard import routing_guarded


class BulkAction(StrEnum):
    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    ADD_TO_GROUP = "add_to_group"


@routing_guarded
def extensions_change(
    *, action: BulkAction, ids: Collection[int], group: ExtensionGroup | None = None
) -> list[str]:
    """The numbers of those there are; what is not there is passed over. Triggers keep directory and users in step."""
    with transaction.atomic():
        chosen = Extension.objects.filter(pk__in=ids)
        numbers = sorted(chosen.values_list("number", flat=True), key=lambda number: (len(number), number))
        match action:
            case BulkAction.ENABLE | BulkAction.DISABLE:
                wanted = action is BulkAction.ENABLE
                chosen.exclude(is_enabled=wanted).update(is_enabled=wanted, updated_at=timezone.now())
            case BulkAction.DELETE:
                refuse_if_used(extension_usage(ids=ids))
                photos_forget(extension_ids=ids)
                chosen.delete()
            case BulkAction.ADD_TO_GROUP:
                if group is None:
                    raise TypeError("Adding to a group needs the group.")
                group_members_add(group=group, extensions=extension_list().filter(pk__in=ids))
    return numbers
