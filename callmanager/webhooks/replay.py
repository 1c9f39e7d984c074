"""Sending something again because a person or a program asks for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from callmanager.fleet.models import DeliveryState, WebhookDelivery
from callmanager.webhooks.outbox import drain_announce
from tenants.models import EventUrl


class NothingToSend(ValidationError):
    """It waits already, or there is nowhere to send it."""


def webhook_delivery_replay(*, delivery: WebhookDelivery) -> WebhookDelivery:
    """In the tenant of the scope: a delivery of its own with the same id and body, to the address as it is now.

    It waits for no other of its call: whoever asks for it wants it now.
    """
    if delivery.state in (DeliveryState.QUEUED, DeliveryState.SENDING):
        raise NothingToSend("It has not been given up: it is still on its way.", code="still_waiting")
    event_url = EventUrl.objects.filter(topic=delivery.topic, is_enabled=True).first()
    if event_url is None:
        raise NothingToSend("The event URL of this topic is missing or switched off.", code="switched_off")
    with transaction.atomic():
        again = WebhookDelivery.objects.create(
            tenant_id=delivery.tenant_id,
            event_url_id=event_url.pk,
            topic=delivery.topic,
            key=delivery.key,
            event_id=delivery.event_id,
            ordering_key=delivery.ordering_key,
            source=delivery.source,
            body=delivery.body,
            is_replay=True,
        )
        transaction.on_commit(lambda: drain_announce(event_url.pk))
    return again
