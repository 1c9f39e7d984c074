"""A person's own mailbox: messages to hear, greetings and settings."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from callmanager.admin.mailbox_page import mailbox_page
from callmanager.models import Extension
from callmanager.selectors.voicemail import greeting_list, own_voicemail_list, stored_sound
from pbxsite.console.sites import platform_site
from pbxsite.own_person import own_person


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own_mailbox(request: HttpRequest) -> HttpResponse:
    extension = _own(request)
    if extension is None:
        return redirect("sign_in")
    return mailbox_page(
        request,
        extension,
        here=request.path,
        template="pbxsite/own_mailbox.html",
        context={**platform_site.each_context(request), "title": "My mailbox"},
        sounds=("own_voicemail_play", "own_greeting_play"),
        may_change=True,
    )


@require_safe
def own_voicemail_play(request: HttpRequest, voicemail_id: int) -> FileResponse:
    extension = _own(request)
    number = extension.number if extension is not None else ""
    found = own_voicemail_list(number=number).filter(pk=voicemail_id).first() if extension else None
    return _sound(request, found.file_id if found is not None else 0)


@require_safe
def own_greeting_play(request: HttpRequest, greeting_id: int) -> FileResponse:
    extension = _own(request)
    found = greeting_list().filter(extension=extension, pk=greeting_id).first() if extension else None
    return _sound(request, found.stored_file_id if found is not None else 0)


def _own(request: HttpRequest) -> Extension | None:
    person = own_person(request)
    return person.extension if person is not None else None


def _sound(request: HttpRequest, file_id: int) -> FileResponse:
    wanted, is_download = request.headers.get("Range", ""), "download" in request.GET
    response = stored_sound(file_id=file_id, wanted=wanted, is_download=is_download) if file_id else None
    if response is None:
        raise Http404
    return response
