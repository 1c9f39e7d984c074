"""All messages of a company in one list: to find, hear, take along, mark and delete."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter

from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.fleet.models import Voicemail
from callmanager.selectors.voicemail import voicemail_list
from callmanager.services.voicemail_message import HEARD, NEW, voicemails_change, voicemails_delete
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb

SUBJECT = "fleet.voicemail"


class VoicemailAdmin(ReadOnlyModelAdmin):
    list_display = ("moment", "state", "for_whom", "from_whom", "length", "sound")
    list_display_links = ("moment",)
    fields = ("mailbox", "caller", "caller_name", "left_at", "length", "is_new", "is_urgent", "sound")
    readonly_fields = ("length", "sound")
    list_filter: tuple[Any, ...] = (
        "is_new",
        "is_urgent",
        ("mailbox", FieldTextFilter),
        ("left_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("caller", "caller_name", "mailbox")
    list_per_page = 50
    show_full_result_count = False
    actions = ("mark_heard", "mark_new", "delete_chosen")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Voicemail]:
        return voicemail_list()

    def has_mark_permission(self, request: HttpRequest) -> bool:
        return _may(request, Verb.CHANGE)

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return _may(request, Verb.DELETE)

    @admin.action(description="Mark as heard", permissions=["mark"])
    def mark_heard(self, request: HttpRequest, chosen: QuerySet[Voicemail]) -> None:
        _mark(request, chosen, HEARD, "heard")

    @admin.action(description="Mark as new", permissions=["mark"])
    def mark_new(self, request: HttpRequest, chosen: QuerySet[Voicemail]) -> None:
        _mark(request, chosen, NEW, "new")

    @admin.action(description="Delete", permissions=["remove"])
    def delete_chosen(self, request: HttpRequest, chosen: QuerySet[Voicemail]) -> None:
        audit_request(
            request,
            action="voicemail.delete",
            target=None,
            object_type="voicemail",
            changes={"messages": {"before": sorted(chosen.values_list("pk", flat=True)), "after": None}},
        )
        messages.success(request, f"Deleted: {voicemails_delete(voicemails=chosen)}.")

    @admin.display(description="Left", ordering="left_at")
    def moment(self, voicemail: Voicemail) -> str:
        return formats.date_format(timezone.localtime(voicemail.left_at), "j M Y, H:i")

    @admin.display(description="State")
    def state(self, voicemail: Voicemail) -> SafeString:
        new = format_html('<span class="td-pill td-good">New</span>') if voicemail.is_new else ""
        urgent = format_html('<span class="td-pill td-bad">Urgent</span>') if voicemail.is_urgent else ""
        return format_html("{} {}", new, urgent)

    @admin.display(description="Mailbox", ordering="mailbox")
    def for_whom(self, voicemail: Voicemail) -> SafeString:
        return format_html('<span class="td-party td-num">{}</span>', voicemail.mailbox)

    @admin.display(description="Caller", ordering="caller")
    def from_whom(self, voicemail: Voicemail) -> SafeString:
        if not voicemail.caller_name:
            return format_html('<span class="td-party td-num">{}</span>', voicemail.caller)
        return format_html(
            '<span class="td-party">{}</span> <span class="td-subtle td-num">{}</span>',
            voicemail.caller_name,
            voicemail.caller,
        )

    @admin.display(description="Length", ordering="duration_s")
    def length(self, voicemail: Voicemail) -> str:
        minutes, seconds = divmod(round(voicemail.duration_s), 60)
        return f"{minutes}:{seconds:02d}"

    @admin.display(description="Sound")
    def sound(self, voicemail: Voicemail) -> SafeString:
        url = reverse("admin:voicemail_play", args=[voicemail.pk])
        return format_html(
            '<span class="td-sound"><audio controls preload="none" src="{}" aria-label="Message of {}"></audio>'
            '<a class="td-icon-link" href="{}?download" aria-label="Download the message of {}">'
            '<span class="material-symbols-outlined" aria-hidden="true">download</span></a></span>',
            url,
            voicemail.caller,
            url,
            voicemail.caller,
        )


def _mark(request: HttpRequest, chosen: QuerySet[Voicemail], action: str, words: str) -> None:
    changed = voicemails_change(voicemails=chosen, action=action)
    audit_request(
        request,
        action=f"voicemail.{action}",
        target=None,
        object_type="voicemail",
        changes={"messages": {"before": None, "after": sorted(chosen.values_list("pk", flat=True))}},
    )
    messages.success(request, f"Marked as {words}: {changed}.")


def _may(request: HttpRequest, verb: Verb) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor.may(SUBJECT, verb)
