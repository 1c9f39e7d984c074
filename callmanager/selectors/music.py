"""The music of the tenant in scope."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import FileResponse

from callmanager.models import MusicFile, MusicOnHold
from callmanager.models.music_on_hold import THE_ONLY_ONE
from tenants.files import file_response
from tenants.models import TenantFile


def music_on_hold_get() -> MusicOnHold:
    """As set, or as it is before anybody has set it."""
    return MusicOnHold.objects.filter(pk=THE_ONLY_ONE).first() or MusicOnHold()


def music_file_list() -> QuerySet[MusicFile]:
    return MusicFile.objects.all()


def music_file_content(*, file_id: int) -> FileResponse | None:
    """What the workers play, for a browser."""
    music = music_file_list().filter(pk=file_id).first()
    stored = TenantFile.objects.filter(pk=music.stored_file_id).first() if music is not None else None
    return file_response(stored) if stored is not None else None
