"""The page of the company's own announcement of recordings: the file, to be heard, replaced and deleted."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from callmanager.selectors.recording_announcement import (
    recording_announcement_content,
    recording_announcement_find,
)
from callmanager.services.recording_announcement import (
    LENGTH_S_MAX,
    UPLOAD_BYTES_MAX,
    recording_announcement_remove,
    recording_announcement_set,
)
from tenants.acting import Actor
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.capabilities import Verb
from tenants.console_access import needs

SUBJECT = "callmanager.recordingannouncement"


@needs(SUBJECT, Verb.VIEW)
def recording_announcement_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    steps = {"add": _set, "delete": _delete}
    step = steps.get(request.POST.get("step", "")) if request.method == "POST" else None
    problems: list[str] = []
    if step is not None:
        try:
            return step(request)
        except ValidationError as error:
            problems = error.messages
            audit_request_failed(request, action="recording_announcement.update", reason="; ".join(problems))
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    context = {
        **site_context,
        "title": "Recording announcement",
        "announcement": recording_announcement_find(),
        "is_announced": actor.tenant is not None and bool(actor.tenant.recording_announcement),
        "problems": problems,
        "megabytes": UPLOAD_BYTES_MAX // 1_000_000,
        "seconds": int(LENGTH_S_MAX),
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/recording_announcement.html", context, status=400 if problems else 200)


@require_safe
@needs(SUBJECT, Verb.VIEW)
def recording_announcement_play(request: HttpRequest) -> FileResponse:
    content = recording_announcement_content()
    if content is None:
        raise Http404
    return content


@needs(SUBJECT, Verb.ADD)
def _set(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        raise ValidationError("Choose a file first.", code="required")
    with transaction.atomic():
        made = recording_announcement_set(
            source=upload.file, size_bytes=upload.size or 0, name=upload.name or ""
        )
        audit_request(request, action="recording_announcement.create", target=made)
    messages.success(request, f"“{made.name}” is heard from the next recorded call on.")
    return redirect("admin:recording_announcement")


@needs(SUBJECT, Verb.DELETE)
def _delete(request: HttpRequest) -> HttpResponse:
    announcement = recording_announcement_find()
    if announcement is not None:
        with transaction.atomic():
            recording_announcement_remove(announcement=announcement)
            audit_request(request, action="recording_announcement.delete", target=announcement)
    messages.success(request, "Deleted. What the profile says is heard again.")
    return redirect("admin:recording_announcement")
