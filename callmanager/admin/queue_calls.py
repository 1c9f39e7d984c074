"""Everybody who waited in a queue, in one list: the lost calls to call back are among them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter

from callmanager.admin.click_to_call import NUMBER, CallableAdmin
from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.fleet.models import QueueStay
from callmanager.selectors.queue_stay import queue_stay_list


class QueueStayAdmin(CallableAdmin, ReadOnlyModelAdmin):
    change_list_template = "pbxsite/colleague_list.html"
    list_display = ("moment", "where", "from_whom", "waited", "state", "agent", "sla")
    list_display_links = ("moment",)
    fields = ("moment", "where", "from_whom", "waited", "state", "agent", "sla", "session_id")
    readonly_fields = ("moment", "where", "from_whom", "waited", "state", "sla")
    list_filter: tuple[Any, ...] = (
        "is_lost",
        "is_sla_breached",
        ("queue", FieldTextFilter),
        ("outcome", ChoicesDropdownFilter),
        ("entered_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("caller", "caller_name", "agent", "queue")
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[QueueStay]:
        return queue_stay_list()

    @admin.display(description="Call back")
    def call_button(self, row: Any) -> str:
        return call_back_button(row)

    @admin.display(description="Time", ordering="entered_at")
    def moment(self, stay: QueueStay) -> str:
        return formats.date_format(timezone.localtime(stay.entered_at), "j M Y, H:i:s")

    @admin.display(description="Queue", ordering="queue")
    def where(self, stay: QueueStay) -> SafeString:
        return format_html(
            '<span class="td-party td-num">{}</span> <span class="td-subtle">{}</span>',
            stay.queue,
            stay.queue_name,
        )

    @admin.display(description="Caller", ordering="caller")
    def from_whom(self, stay: QueueStay) -> SafeString:
        return format_html(
            '<span class="td-party td-num">{}</span> <span class="td-subtle">{}</span>',
            stay.caller,
            stay.caller_name,
        )

    @admin.display(description="Waited", ordering="waited_ms")
    def waited(self, stay: QueueStay) -> str:
        return waited_words(stay)

    @admin.display(description="Outcome", ordering="outcome")
    def state(self, stay: QueueStay) -> SafeString:
        look = "td-bad" if stay.is_lost else "td-good" if stay.outcome == "answered" else "td-info"
        return format_html('<span class="td-pill {}">{}</span>', look, stay.get_outcome_display())

    @admin.display(description="SLA", ordering="is_sla_breached")
    def sla(self, stay: QueueStay) -> SafeString | str:
        if not stay.is_sla_breached:
            return "–"
        return format_html('<span class="td-pill td-warn">Over {} s</span>', stay.sla_s)


def call_back_button(stay: QueueStay) -> SafeString:
    """Nobody can be called who did not say a number."""
    if not NUMBER.fullmatch(stay.caller):
        return format_html('<span class="td-subtle">no number</span>')
    return format_html(
        '<button type="button" class="td-button td-call-button" data-call="{}" aria-label="Call {} back">'
        '<span class="material-symbols-outlined" aria-hidden="true">call</span></button>',
        stay.caller,
        stay.caller,
    )


def waited_words(stay: QueueStay) -> str:
    if stay.waited_ms is None:
        return "waits now"
    minutes, seconds = divmod(round(stay.waited_ms / 1000), 60)
    return f"{minutes}:{seconds:02d}"
