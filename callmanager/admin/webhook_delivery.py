"""What event URLs were told and what they answered; and telling it again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST
from unfold.contrib.filters.admin import ChoicesDropdownFilter, FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.fleet.models import DeliveryState, WebhookDelivery
from callmanager.selectors.webhook_delivery import webhook_delivery_list
from callmanager.webhooks.replay import NothingToSend, webhook_delivery_replay
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

SUBJECT = "fleet.webhookdelivery"
STATE_LABELS = {
    "Waiting": "info",
    "Being sent": "info",
    "Delivered": "success",
    "Given up": "danger",
    "Cancelled": "warning",
}
STATE_CLASSES = {
    DeliveryState.QUEUED: "td-info",
    DeliveryState.SENDING: "td-info",
    DeliveryState.DELIVERED: "td-good",
    DeliveryState.FAILED: "td-bad",
    DeliveryState.CANCELLED: "td-warn",
}
UNFINISHED = (DeliveryState.QUEUED, DeliveryState.SENDING)


class WebhookDeliveryAdmin(ReadOnlyModelAdmin):
    list_display = ("moment", "key", "ordering_key", "state_label", "answer", "tries")
    list_display_links = ("moment", "key")
    list_filter: tuple[Any, ...] = (
        ("state", ChoicesDropdownFilter),
        ("topic", ChoicesDropdownFilter),
        ("key", FieldTextFilter),
        ("created_at", RangeDateTimeFilter),
    )
    list_filter_submit = True
    search_fields = ("key", "ordering_key", "event_id")
    list_per_page = 50
    show_full_result_count = False
    actions = ("replay_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        return webhook_delivery_list()

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(require_POST(replay_view))
        return [
            path("<int:delivery_id>/replay/", again, name="fleet_webhookdelivery_replay"),
            *super().get_urls(),
        ]

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return _may_replay(request)

    @admin.action(description="Send again", permissions=["replay"])
    def replay_selected(self, request: HttpRequest, chosen: QuerySet[WebhookDelivery]) -> None:
        """Oldest first, as they happened."""
        sent, kept = 0, 0
        for delivery in chosen.order_by("id"):
            try:
                _replay(request, delivery)
                sent += 1
            except NothingToSend:
                kept += 1
        if sent:
            messages.success(request, f"Sent again: {sent}.")
        if kept:
            messages.warning(request, f"Not sent again, still on their way or with no address: {kept}.")

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        delivery = self.get_object(request, object_id)
        if delivery is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": f"Delivery of {delivery.key}",
            "opts": self.opts,
            "delivery": delivery,
            "state_class": STATE_CLASSES[delivery.state],
            "body": _pretty(delivery.body),
            "attempts": [{**one, "at": parse_datetime(one["at"])} for one in reversed(delivery.attempt_log)],
            "is_waiting": delivery.state in UNFINISHED,
            "may_replay": _may_replay(request),
        }
        return render(request, "pbxsite/webhook_delivery.html", context)

    @admin.display(description="Time", ordering="created_at")
    def moment(self, delivery: WebhookDelivery) -> str:
        return formats.date_format(timezone.localtime(delivery.created_at), "j M Y, H:i:s")

    @display(description="State", label=STATE_LABELS, ordering="state")  # type: ignore[untyped-decorator, unused-ignore]
    def state_label(self, delivery: WebhookDelivery) -> str:
        return DeliveryState(delivery.state).label

    @admin.display(description="Answer")
    def answer(self, delivery: WebhookDelivery) -> str:
        if delivery.status_code is not None:
            return f"{delivery.status_code} in {delivery.duration_ms} ms"
        return delivery.error or "–"

    @admin.display(description="Attempts", ordering="attempts")
    def tries(self, delivery: WebhookDelivery) -> int:
        return delivery.attempts


@needs(SUBJECT, Verb.CHANGE)
def replay_view(request: HttpRequest, delivery_id: int) -> HttpResponse:
    delivery = webhook_delivery_list().filter(pk=delivery_id).first()
    if delivery is None:
        raise Http404
    try:
        again = _replay(request, delivery)
    except NothingToSend as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(reverse("admin:fleet_webhookdelivery_change", args=[delivery_id]))
    messages.success(request, "It is on its way once more.")
    return redirect(reverse("admin:fleet_webhookdelivery_change", args=[again.pk]))


def _replay(request: HttpRequest, delivery: WebhookDelivery) -> WebhookDelivery:
    with transaction.atomic():
        again = webhook_delivery_replay(delivery=delivery)
        audit_request(request, action="webhook_delivery.replay", target=again)
    return again


def _may_replay(request: HttpRequest) -> bool:
    actor: Actor = request.actor  # type: ignore[attr-defined] # the tenant site has no other requests
    return actor.may(SUBJECT, Verb.CHANGE)


def _pretty(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
