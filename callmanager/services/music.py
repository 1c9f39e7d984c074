"""Music on hold of the tenant in scope: settings, and files that are converted before they are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.domain.music import MUSIC_FILES_MAX
from callmanager.models import MusicFile, MusicOnHold
from callmanager.selectors.music import music_file_list, music_on_hold_get
from callmanager.wav_upload import shown_name, stored_row_delete, wav_store
from tenants.models import FileKind, TenantFile

UPLOAD_BYTES_MAX = 30_000_000
LENGTH_S_MAX = 600.0


def music_on_hold_set(*, is_enabled: bool | None = None, order: str | None = None) -> MusicOnHold:
    """None leaves as it is."""
    music = music_on_hold_get()
    if is_enabled is not None:
        music.is_enabled = is_enabled
    if order is not None:
        music.order = order
    music.full_clean()
    music.save()
    return music


def music_file_add(*, source: IO[bytes], size_bytes: int, name: str) -> MusicFile:
    """Of a WAV file of any usual kind; played from the next call on."""
    _require_room()
    with transaction.atomic():
        stored, length_s = wav_store(
            source=source,
            size_bytes=size_bytes,
            name=name,
            kind=FileKind.MUSIC,
            bytes_max=UPLOAD_BYTES_MAX,
            length_s_max=LENGTH_S_MAX,
        )
        return _record(stored, name, length_s)


def music_file_rename(*, file: MusicFile, name: str) -> MusicFile:
    file.name = name
    file.full_clean(validate_constraints=False)
    file.save(update_fields=["name"])
    return file


def music_files_reorder(*, file_ids: Sequence[int]) -> None:
    """All of them, in the wanted order."""
    with transaction.atomic():
        files = {file.pk: file for file in music_file_list().select_for_update()}
        if sorted(file_ids) != sorted(files):
            raise ValidationError("Name every piece once.", code="order")
        for position, file_id in enumerate(file_ids, start=1):
            files[file_id].position = position
        MusicFile.objects.bulk_update(files.values(), ["position"])


def music_file_delete(*, file: MusicFile) -> None:
    with transaction.atomic():
        stored_row_delete(file)
        left = list(music_file_list().select_for_update())
        for position, one in enumerate(left, start=1):
            one.position = position
        MusicFile.objects.bulk_update(left, ["position"])


def _record(stored: TenantFile, name: str, length_s: float) -> MusicFile:
    """Under the lock of the quota, which `file_store` holds until the end: two uploads do not become the ninth."""
    _require_room()
    file = MusicFile(
        position=music_file_list().count() + 1,
        name=shown_name(name, "Music", longest=200),
        length_s=length_s,
        stored_file_id=stored.pk,
        stored_name=stored.name,
    )
    file.full_clean()
    file.save()
    return file


def _require_room() -> None:
    if music_file_list().count() >= MUSIC_FILES_MAX:
        raise ValidationError(f"There can be {MUSIC_FILES_MAX} pieces. Delete one first.", code="limit")
