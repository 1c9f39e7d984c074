"""The ring groups of the tenant in scope, and who is in them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from callmanager.models import RingGroup, RingGroupMember
from callmanager.models.destination import OBJECT_COLUMNS

_SECRETS = ("extension__sip_password", "extension__ha1")


@dataclass(frozen=True, slots=True)
class Member:
    """An extension, or a number outside."""

    number: str
    is_outside: bool = False
    display_name: str = ""

    @property
    def words(self) -> str:
        return self.number if self.is_outside else f"extension {self.number}"


def ring_group_list() -> QuerySet[RingGroup]:
    """With members and destination: two queries for any number of groups."""
    members = RingGroupMember.objects.select_related("extension").defer(*_SECRETS)
    return (
        RingGroup.objects.select_related(*OBJECT_COLUMNS)
        .defer("target__sip_password", "target__ha1")
        .prefetch_related(Prefetch("members", members))
    )


def ring_group_members(group: RingGroup) -> tuple[Member, ...]:
    """In their order; a group that is not stored has none."""
    rows = group.members.all() if group.pk else ()
    return tuple(
        Member(row.external_number, is_outside=True)
        if row.extension is None
        else Member(row.extension.number, display_name=row.extension.display_name)
        for row in rows
    )
