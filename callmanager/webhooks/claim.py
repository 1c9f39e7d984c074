"""Which delivery is next for an address, if it may be sent any now: decided by one process at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from callmanager.domain.webhook_rules import at_once
from callmanager.fleet.models import DeliveryState, WebhookDelivery, WebhookHealth
from tenants.models import EventUrl

# Longer than any exchange lasts, with the name looked up first.
LEASE = timedelta(seconds=90)

# The oldest that is due and waits for none before it of its call or phone.
_NEXT_SQL = """
    SELECT delivery.id FROM webhook_delivery AS delivery
     WHERE delivery.event_url_id = %(url)s AND delivery.next_attempt_at <= %(now)s
       AND (delivery.state = 'queued' OR delivery.state = 'sending')
       AND NOT EXISTS (
           SELECT FROM webhook_delivery AS earlier
            WHERE earlier.event_url_id = %(url)s AND earlier.ordering_key = delivery.ordering_key
              AND earlier.id < delivery.id AND NOT delivery.is_replay AND NOT earlier.is_replay
              AND (earlier.state = 'queued' OR earlier.state = 'sending')
       )
     ORDER BY delivery.next_attempt_at, delivery.id
     LIMIT 1
"""


def delivery_claim(*, event_url_id: int) -> tuple[EventUrl, WebhookDelivery] | None:
    """Across tenants. None: nothing is due, the address is paused, or as much as it may have is on its way."""
    now = timezone.now()
    with transaction.atomic():
        event_url = EventUrl.objects.filter(pk=event_url_id, is_enabled=True).first()
        if event_url is None:
            return None
        health = health_locked(event_url)
        if health.paused_until is not None and health.paused_until > now:
            return None
        most = at_once(health.failures_in_row, has_ever_answered=health.answered_at is not None)
        if _on_their_way(event_url_id, now) >= most:
            return None
        delivery_id = _next(event_url_id, now)
        if delivery_id is None:
            return None
        delivery = WebhookDelivery.objects.get(pk=delivery_id)
        delivery.state, delivery.next_attempt_at = DeliveryState.SENDING, now + LEASE
        delivery.save(update_fields=["state", "next_attempt_at"])
    return event_url, delivery


def health_locked(event_url: EventUrl) -> WebhookHealth:
    """How the address answered with the settings it has; nobody else claims or notes until the transaction ends."""
    fresh = {"tenant_id": event_url.tenant_id, "settings_of": event_url.updated_at}
    WebhookHealth.objects.bulk_create(
        [WebhookHealth(event_url_id=event_url.pk, **fresh)], ignore_conflicts=True
    )
    health: WebhookHealth = WebhookHealth.objects.select_for_update().get(pk=event_url.pk)
    if health.settings_of != event_url.updated_at:
        health = WebhookHealth(event_url_id=event_url.pk, **fresh)
        health.save(force_update=True)
    return health


def _on_their_way(event_url_id: int, now: datetime) -> int:
    sending = WebhookDelivery.objects.filter(event_url_id=event_url_id, state=DeliveryState.SENDING)
    return sending.filter(next_attempt_at__gt=now).count()


def _next(event_url_id: int, now: datetime) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_SQL, {"url": event_url_id, "now": now})
        row = cursor.fetchone()
    return int(row[0]) if row else None
