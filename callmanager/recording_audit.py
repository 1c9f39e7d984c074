"""Who heard which recording: written down when somebody begins to, not for every piece a player fetches."""

from __future__ import annotations

from django.http import HttpRequest

from callmanager.fleet.models import Recording
from tenants.audit_trail import audit_request

_FROM_THE_BEGINNING = ("", "bytes=0-")


def audit_listening(
    request: HttpRequest, recording: Recording, *, wanted_range: str, is_download: bool
) -> None:
    if is_download:
        audit_request(request, action="recording.download", target=recording)
    elif wanted_range.strip() in _FROM_THE_BEGINNING or wanted_range.strip().startswith("bytes=0-"):
        audit_request(request, action="recording.listen", target=recording)
