"""The company's own announcement of recordings, in the tenant in scope."""

from __future__ import annotations

from django.http import FileResponse

from callmanager.models import RecordingAnnouncement
from tenants.files import file_response
from tenants.models import TenantFile


def recording_announcement_find() -> RecordingAnnouncement | None:
    return RecordingAnnouncement.objects.first()


def recording_announcement_content() -> FileResponse | None:
    """What the workers play, for a browser."""
    announcement = recording_announcement_find()
    if announcement is None:
        return None
    stored = TenantFile.objects.filter(pk=announcement.stored_file_id).first()
    return file_response(stored) if stored is not None else None
