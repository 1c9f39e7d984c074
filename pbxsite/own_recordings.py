"""A person's own recordings: the calls that they were in from the recording's beginning to its end."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from callmanager.admin.call_words import duration_words
from callmanager.admin.recording import answer_sound
from callmanager.admin.recording_player import player_of
from callmanager.selectors.recording import may_delete_recordings, own_recording_list
from callmanager.services.recording import recording_delete
from pbxsite.console.sites import platform_site
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.models import Role

PER_PAGE = 20


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_recordings(request: HttpRequest) -> HttpResponse:
    actor = _own(request)
    if actor is None:
        return redirect("sign_in")
    may_delete = may_delete_recordings(actor=actor)
    if request.method == "POST" and may_delete:
        _delete(request, actor.user.extension_number)
        return redirect(request.path)
    rows = own_recording_list(number=actor.user.extension_number)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        **platform_site.each_context(request),
        "title": "My recordings",
        "page": page,
        "recordings": [
            (
                one,
                player_of(one, reverse("own_recording_play", args=[one.token])),
                duration_words(one.talk_duration_ms),
            )
            for one in page
        ],
        "may_delete": may_delete,
    }
    return render(request, "pbxsite/own_recordings.html", context)


@require_safe
def own_recording_play(request: HttpRequest, token: str) -> FileResponse:
    actor = _own(request)
    number = actor.user.extension_number if actor is not None else ""
    found = own_recording_list(number=number).filter(token=token).first() if number else None
    if found is None:
        raise Http404
    return answer_sound(request, found)


def _delete(request: HttpRequest, number: str) -> None:
    recording = own_recording_list(number=number).filter(token=request.POST.get("token", "")[:32]).first()
    if recording is None:
        messages.error(request, "This recording is gone already.")
        return
    with transaction.atomic():
        audit_request(request, action="recording.delete", target=recording)
        recording_delete(recording=recording)
    messages.success(request, "The recording is deleted.")


def _own(request: HttpRequest) -> Actor | None:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or actor.role != Role.EXTENSION or actor.tenant is None:
        return None
    return actor
