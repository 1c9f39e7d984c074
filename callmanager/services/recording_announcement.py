"""The company's own announcement of recordings: one file, played in place of the tone or the system's words."""

from __future__ import annotations

from typing import IO

from django.db import transaction

from callmanager.models import RecordingAnnouncement
from callmanager.wav_upload import shown_name, wav_store
from tenants.audit_changes import audit_note
from tenants.files import file_delete
from tenants.models import FileKind, TenantFile

# Nobody talks while it is heard.
UPLOAD_BYTES_MAX, LENGTH_S_MAX = 10_000_000, 30.0


def recording_announcement_set(*, source: IO[bytes], size_bytes: int, name: str) -> RecordingAnnouncement:
    """Of a WAV file of any usual kind; takes the place of the one before, from the next call on."""
    with transaction.atomic():
        stored, length_s = wav_store(
            source=source,
            size_bytes=size_bytes,
            name=name,
            kind=FileKind.PROMPT,
            bytes_max=UPLOAD_BYTES_MAX,
            length_s_max=LENGTH_S_MAX,
            field="file",
        )
        former = RecordingAnnouncement.objects.select_for_update().first()
        if former is not None:
            recording_announcement_remove(announcement=former)
        announcement = RecordingAnnouncement(
            name=shown_name(name, "Announcement"),
            length_s=length_s,
            stored_file_id=stored.pk,
            stored_name=stored.name,
        )
        announcement.full_clean(validate_constraints=False)
        announcement.save(force_insert=True)
        return announcement


def recording_announcement_remove(*, announcement: RecordingAnnouncement) -> None:
    """What the profile chose is played again."""
    with transaction.atomic():
        audit_note(target=announcement, name="name", before=announcement.name, after=None)
        stored = TenantFile.objects.filter(pk=announcement.stored_file_id).first()
        RecordingAnnouncement.objects.filter(pk=announcement.pk).delete()
        if stored is not None:
            file_delete(file=stored)
