"""The extensions of the tenant in scope."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from callmanager.domain.passwords import find_weakness
from callmanager.models import Extension, ExtensionException, ExtensionForward, GroupMembership
from callmanager.models.destination import OBJECT_COLUMNS


@dataclass(frozen=True, slots=True)
class WeakPassword:
    """An extension whose SIP password breaks `rule`, a sentence for people."""

    id: int
    number: str
    display_name: str
    rule: str


def extension_list() -> QuerySet[Extension]:
    """Without the password, which would be decrypted row by row and is nobody's to read in a list."""
    return Extension.objects.defer("sip_password", "ha1")


def exception_list(*, extension: Extension) -> QuerySet[ExtensionException]:
    return _exceptions().filter(extension=extension)


def _exceptions() -> QuerySet[ExtensionException]:
    return (
        ExtensionException.objects.select_related(*OBJECT_COLUMNS)
        .defer("target__sip_password", "target__ha1")
        .order_by("position")
    )


def forward_list(*, extension: Extension) -> QuerySet[ExtensionForward]:
    return _forwards().filter(extension=extension)


def _forwards() -> QuerySet[ExtensionForward]:
    return (
        ExtensionForward.objects.select_related(*OBJECT_COLUMNS)
        .defer("target__sip_password", "target__ha1")
        .order_by("pk")
    )


def extension_list_whole() -> QuerySet[Extension]:
    """With groups (the default one first), exceptions and forwarding: four queries for any number of extensions."""
    memberships = GroupMembership.objects.select_related("group").order_by(
        "-group__is_default", "group__name"
    )
    return extension_list().prefetch_related(
        Prefetch("memberships", memberships),
        Prefetch("exceptions", _exceptions()),
        Prefetch("forwards", _forwards()),
    )


def weak_password_list() -> list[WeakPassword]:
    """Decrypts all of them, and repeats none."""
    rows = Extension.objects.values_list("pk", "number", "display_name", "sip_password")
    return [
        WeakPassword(pk, number, display_name, rule)
        for pk, number, display_name, password in rows
        if (rule := find_weakness(password, number)) is not None
    ]


def extension_get(*, number: str) -> Extension:
    return Extension.objects.get(number=number)


def extension_find(*, number: str) -> Extension | None:
    return Extension.objects.filter(number=number).first()
