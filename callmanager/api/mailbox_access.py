"""Whose messages, mailboxes and greetings a request may see, and their sound as an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from rest_framework.request import Request

from callmanager.selectors.voicemail import stored_sound
from tenants.api.access import actor_of, tenant_of
from tenants.models import Role


def own_rows(request: Request, rows: Callable[[], QuerySet[Any]], field: str) -> QuerySet[Any]:
    """Of the extension that asks; all for its company. Asked for only where a tenant is acted in."""
    tenant_of(request)
    actor = actor_of(request)
    if actor.role != Role.EXTENSION:
        return rows()
    return rows().filter(**{field: actor.user.extension_number})


def sound_answer(request: Request, file_id: int) -> FileResponse:
    response = stored_sound(file_id=file_id, wanted=request.headers.get("Range", ""))
    if response is None:
        raise Http404
    return response
