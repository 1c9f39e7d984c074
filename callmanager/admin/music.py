"""The page of music on hold: which piece is played, and the pieces, to be heard, ordered and deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from callmanager.domain.music import MUSIC_FILES_MAX
from callmanager.models import MusicFile, MusicOnHold
from callmanager.selectors.music import music_file_content, music_file_list, music_on_hold_get
from callmanager.services.music import (
    LENGTH_S_MAX,
    UPLOAD_BYTES_MAX,
    music_file_add,
    music_file_delete,
    music_files_reorder,
    music_on_hold_set,
)
from tenants.acting import Actor
from tenants.audit_trail import audit_request, audit_request_failed
from tenants.capabilities import Verb
from tenants.console_access import needs

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[MusicOnHold]
else:
    _ModelForm = forms.ModelForm

SUBJECT, FILES = "callmanager.musiconhold", "callmanager.musicfile"


class MusicForm(_ModelForm):
    class Meta:
        model = MusicOnHold
        fields = ("is_enabled", "order")


@needs(SUBJECT, Verb.VIEW)
def music_page(request: HttpRequest, site_context: dict[str, Any]) -> HttpResponse:
    steps = {"settings": _set, "add": _add, "delete": _delete, "up": _up}
    step = steps.get(request.POST.get("step", "")) if request.method == "POST" else None
    problems: list[str] = []
    if step is not None:
        try:
            return step(request)
        except ValidationError as error:
            problems = error.messages
            audit_request_failed(request, action="music.update", reason="; ".join(problems))
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        **site_context,
        "title": "Music on hold",
        "form": MusicForm(instance=music_on_hold_get()),
        "files": music_file_list(),
        "problems": problems,
        "files_max": MUSIC_FILES_MAX,
        "megabytes": UPLOAD_BYTES_MAX // 1_000_000,
        "minutes": int(LENGTH_S_MAX // 60),
        "may_change": actor.may(SUBJECT, Verb.CHANGE),
    }
    return render(request, "pbxsite/music.html", context, status=400 if problems else 200)


@require_safe
@needs(FILES, Verb.VIEW)
def music_play(request: HttpRequest, file_id: int) -> FileResponse:
    content = music_file_content(file_id=file_id)
    if content is None:
        raise Http404
    return content


@needs(SUBJECT, Verb.CHANGE)
def _set(request: HttpRequest) -> HttpResponse:
    form = MusicForm(request.POST)
    if not form.is_valid():
        raise ValidationError([message for errors in form.errors.values() for message in errors])
    with transaction.atomic():
        music = music_on_hold_set(**form.cleaned_data)
        audit_request(request, action="music_on_hold.update", target=music)
    messages.success(request, "Saved. It holds for calls that begin from now on.")
    return redirect("admin:music")


@needs(FILES, Verb.ADD)
def _add(request: HttpRequest) -> HttpResponse:
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        raise ValidationError("Choose a file first.", code="required")
    with transaction.atomic():
        file = music_file_add(source=upload.file, size_bytes=upload.size or 0, name=upload.name or "")
        audit_request(request, action="music_file.create", target=file)
    messages.success(request, f"“{file.name}” is added.")
    return redirect("admin:music")


@needs(FILES, Verb.DELETE)
def _delete(request: HttpRequest) -> HttpResponse:
    file = _chosen(request)
    with transaction.atomic():
        audit_request(request, action="music_file.delete", target=file)
        music_file_delete(file=file)
    messages.success(request, f"“{file.name}” is deleted.")
    return redirect("admin:music")


@needs(FILES, Verb.CHANGE)
def _up(request: HttpRequest) -> HttpResponse:
    file = _chosen(request)
    order = [one.pk for one in music_file_list()]
    number = order.index(file.pk)
    if number:
        order[number - 1], order[number] = order[number], order[number - 1]
    with transaction.atomic():
        music_files_reorder(file_ids=order)
        audit_request(request, action="music_file.reorder", target=file)
    return redirect("admin:music")


def _chosen(request: HttpRequest) -> MusicFile:
    number = request.POST.get("file", "")
    file = music_file_list().filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
    if file is None:
        raise ValidationError("This piece is gone already.", code="gone")
    return file
