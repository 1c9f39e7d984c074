"""Recordings of the tenant in scope, and who may hear and delete them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path

from django.db.models import QuerySet
from django.http import FileResponse

from callmanager.fleet.models import Recording
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.file_ranges import ranged_response
from tenants.files import file_path, file_response
from tenants.models import Role, TenantFile

SUBJECT = "fleet.recording"


def recording_list() -> QuerySet[Recording]:
    rows: QuerySet[Recording] = Recording.objects.all()
    return rows


def own_recording_list(*, number: str) -> QuerySet[Recording]:
    """Of calls that this extension was in while they were recorded."""
    return recording_list().filter(parties__contains=[number])


def recording_list_for(*, actor: Actor) -> QuerySet[Recording]:
    """All for the company, its own for an extension."""
    if actor.role == Role.EXTENSION:
        return own_recording_list(number=actor.user.extension_number)
    return recording_list()


def may_delete_recordings(*, actor: Actor) -> bool:
    """Besides the table of capabilities, the tenant's switch for extensions."""
    if not actor.may(SUBJECT, Verb.DELETE):
        return False
    tenant = actor.tenant
    return actor.role != Role.EXTENSION or (tenant is not None and tenant.may_extensions_delete_recordings)


def recordings_of_call(*, actor: Actor, session_id: str) -> QuerySet[Recording]:
    return recording_list_for(actor=actor).filter(session_id=session_id).order_by("started_at", "id")


def recording_ids_by_call(*, actor: Actor, session_ids: Collection[str]) -> Mapping[str, list[str]]:
    """Of these calls, by session: the recordings that whoever asks may hear, in one query."""
    if not actor.may(SUBJECT, Verb.VIEW):
        return {}
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = recording_list_for(actor=actor).filter(session_id__in=session_ids).order_by("started_at", "id")
    for session_id, token in rows.values_list("session_id", "token"):
        found[session_id].append(token)
    return found


def recording_sound(*, recording: Recording, wanted_range: str, is_download: bool) -> FileResponse | None:
    """The sound, or the wanted part of it; None where it is not stored, or gone from the disk."""
    file = TenantFile.objects.filter(pk=recording.file_id).first() if recording.file_id else None
    if file is None:
        return None
    path: Path = file_path(file)
    if not path.is_file():
        return None
    return ranged_response(file_response(file, is_download=is_download), path, wanted_range)
