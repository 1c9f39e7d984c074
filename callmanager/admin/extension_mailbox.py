"""The tab Voicemail of an extension in the console: a page of its own, with the messages and greetings to be heard."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from unfold.admin import ModelAdmin

from callmanager.admin.mailbox_page import mailbox_page
from callmanager.models import Extension
from callmanager.selectors.extension import extension_list
from callmanager.selectors.voicemail import greeting_list, stored_sound, voicemail_list
from tenants.acting import Actor
from tenants.capabilities import Verb
from tenants.console_access import needs

SUBJECT = "callmanager.mailbox"


class ExtensionMailboxAdmin(ModelAdmin):
    """Mixed into the page of extensions."""

    @admin.display(description="PIN, greetings, messages")
    def mailbox_link(self, extension: Extension) -> str:
        if not extension.pk:
            return "Once the extension is saved."
        return format_html(
            '<a class="td-button" href="{}">Open the mailbox</a>',
            reverse("admin:extension_mailbox", args=[extension.pk]),
        )

    def mailbox_urls(self) -> list[URLPattern]:
        page = require_http_methods(["GET", "HEAD", "POST"])(self.mailbox_view)
        return [
            path(
                "<int:extension_id>/mailbox/",
                self.admin_site.admin_view(needs(SUBJECT, Verb.VIEW)(never_cache(page))),
                name="extension_mailbox",
            ),
            path(
                "mailbox/messages/<int:voicemail_id>/play/",
                self.admin_site.admin_view(needs("fleet.voicemail", Verb.VIEW)(voicemail_play)),
                name="voicemail_play",
            ),
            path(
                "mailbox/greetings/<int:greeting_id>/play/",
                self.admin_site.admin_view(needs("callmanager.greeting", Verb.VIEW)(greeting_play)),
                name="greeting_play",
            ),
        ]

    def mailbox_view(self, request: HttpRequest, extension_id: int) -> HttpResponse:
        extension = extension_list().filter(pk=extension_id).first()
        if extension is None:
            raise Http404
        actor: Actor = request.actor  # type: ignore[attr-defined]
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": f"Mailbox of {extension}",
        }
        return mailbox_page(
            request,
            extension,
            here=request.path,
            template="pbxsite/extension_mailbox.html",
            context=context,
            sounds=("admin:voicemail_play", "admin:greeting_play"),
            may_change=actor.may(SUBJECT, Verb.CHANGE),
        )


@require_safe
def voicemail_play(request: HttpRequest, voicemail_id: int) -> FileResponse:
    found = voicemail_list().filter(pk=voicemail_id).first()
    return _sound(request, found.file_id if found is not None else 0)


@require_safe
def greeting_play(request: HttpRequest, greeting_id: int) -> FileResponse:
    found = greeting_list().filter(pk=greeting_id).first()
    return _sound(request, found.stored_file_id if found is not None else 0)


def _sound(request: HttpRequest, file_id: int) -> FileResponse:
    response = stored_sound(
        file_id=file_id, wanted=request.headers.get("Range", ""), is_download="download" in request.GET
    )
    if response is None:
        raise Http404
    return response
