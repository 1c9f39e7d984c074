"""The lost calls of a queue on its page, to call back by a click."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from callmanager.admin.click_to_call import may_call, own_number
from callmanager.admin.queue_calls import call_back_button, waited_words
from callmanager.fleet.models import QueueStay
from callmanager.models import CallQueue
from callmanager.selectors.queue_stay import lost_call_list

SHOWN = 25


class LostCallsAdmin(ModelAdmin):
    change_form_outer_after_template = "pbxsite/lost_calls_dialog.html"

    @admin.display(description="Lost calls")
    def lost_calls(self, queue: CallQueue) -> SafeString:
        return _table(queue, has_buttons=True)

    @admin.display(description="Lost calls")
    def lost_calls_only(self, queue: CallQueue) -> SafeString:
        """For who may look and not call."""
        return _table(queue, has_buttons=False)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if may_call(request):
            return fieldsets
        return tuple(
            (title, {**options, "fields": ("lost_calls_only",)} if title == "Lost calls" else options)
            for title, options in fieldsets
        )

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {
            "may_call": may_call(request),
            "own_number": own_number(request),
            "make_call_url": reverse("admin:live_calls_make"),
        }
        response: HttpResponse = super().change_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )
        return response


def _table(queue: CallQueue, *, has_buttons: bool) -> SafeString:
    lost = list(lost_call_list(number=queue.number)[:SHOWN]) if queue.pk else []
    if not lost:
        return format_html('<span class="td-subtle">None so far.</span>')
    asked = urlencode({"is_lost__exact": "1", "queue__icontains": queue.number})
    return format_html(
        '<table class="td-table" aria-label="Lost calls"><thead><tr><th scope="col">Time</th>'
        '<th scope="col">Caller</th><th scope="col">Waited</th><th scope="col">Why</th>'
        '<th scope="col">Call back</th></tr></thead><tbody>{}</tbody></table>'
        '<p><a class="td-link" href="{}?{}">All lost calls of this queue</a></p>',
        format_html_join("", _ROW, (_cells(stay, has_buttons) for stay in lost)),
        reverse("admin:fleet_queuestay_changelist"),
        asked,
    )


_ROW = (
    '<tr><td data-label="Time" class="td-num">{}</td><td data-label="Caller"><span class="td-party td-num">{}</span> '
    '<span class="td-subtle">{}</span></td><td data-label="Waited" class="td-num">{}</td>'
    '<td data-label="Why">{}</td><td>{}</td></tr>'
)


def _cells(stay: QueueStay, has_buttons: bool) -> tuple[Any, ...]:
    at = formats.date_format(timezone.localtime(stay.entered_at), "j M Y, H:i:s")
    why = stay.get_outcome_display()
    return (
        at,
        stay.caller,
        stay.caller_name,
        waited_words(stay),
        why,
        call_back_button(stay) if has_buttons else "",
    )
