"""The extensions of the tenant in scope."""

from __future__ import annotations

from django.db.models import QuerySet

from callmanager.models import Extension


def extension_list() -> QuerySet[Extension]:
    """Without the password, which would be decrypted row by row and is nobody's to read in a list."""
    return Extension.objects.defer("sip_password", "ha1")


def extension_get(*, number: str) -> Extension:
    return Extension.objects.get(number=number)


def extension_find(*, number: str) -> Extension | None:
    return Extension.objects.filter(number=number).first()
