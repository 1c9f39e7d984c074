"""Deliveries to event URLs of the tenant in scope."""

from __future__ import annotations

from django.db.models import QuerySet

from callmanager.fleet.models import WebhookDelivery


def webhook_delivery_list() -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.all()
