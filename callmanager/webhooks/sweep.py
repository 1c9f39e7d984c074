"""What announcements missed, and what need not be kept: looked after by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from callmanager.fleet.models import WebhookDelivery
from callmanager.webhooks.health import SWITCHED_OFF
from callmanager.webhooks.outbox import drain_announce
from tenants.scope import across_tenants

KEPT_FOR = timedelta(days=14)
# For one address. Beyond that the oldest are cancelled: a server that is away must not fill the disk.
WAITING_MAX = 200_000
BATCH = 20_000

# One look into the index for each address, however much waits.
_DUE_SQL = """
    SELECT event_url.id FROM tenants_eventurl AS event_url
      LEFT JOIN webhook_health AS health ON health.event_url_id = event_url.id
     WHERE event_url.is_enabled
       AND (health.paused_until IS NULL OR health.paused_until <= %(now)s
            OR health.settings_of <> event_url.updated_at)
       AND EXISTS (
           SELECT FROM webhook_delivery AS delivery
            WHERE delivery.event_url_id = event_url.id AND delivery.next_attempt_at <= %(now)s
              AND (delivery.state = 'queued' OR delivery.state = 'sending')
       )
"""
_CANCEL_SQL = """
    UPDATE webhook_delivery AS delivery SET state = 'cancelled', finished_at = %(now)s, error = %(error)s
     WHERE delivery.state = 'queued'
       AND NOT EXISTS (
           SELECT FROM tenants_eventurl AS event_url
            WHERE event_url.id = delivery.event_url_id AND event_url.is_enabled
       )
"""
_CUT_SQL = """
    UPDATE webhook_delivery SET state = 'cancelled', finished_at = %(now)s, error = %(error)s
     WHERE id IN (
        SELECT ranked.id FROM tenants_eventurl AS event_url
         CROSS JOIN LATERAL (
            SELECT delivery.id FROM webhook_delivery AS delivery
             WHERE delivery.event_url_id = event_url.id
               AND (delivery.state = 'queued' OR delivery.state = 'sending')
             ORDER BY delivery.id DESC OFFSET %(most)s LIMIT %(batch)s
         ) AS ranked
     ) AND state = 'queued'
"""


def webhooks_sweep() -> int:
    """Announce every address for which something is due; how many."""
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute(_DUE_SQL, {"now": timezone.now()})
        due = [event_url_id for (event_url_id,) in cursor.fetchall()]
    for event_url_id in due:
        drain_announce(event_url_id)
    return len(due)


def webhooks_overdue(*, for_s: int = 60) -> int:
    """For how many addresses something waits that should have been sent so long ago."""
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute(_DUE_SQL, {"now": timezone.now() - timedelta(seconds=for_s)})
        return len(cursor.fetchall())


def webhooks_tend(*, now: datetime | None = None, waiting_max: int = WAITING_MAX) -> int:
    """Cancel what nobody waits for any more and what is too much, forget what is old; the number of rows forgotten."""
    now = now or timezone.now()
    with across_tenants(), connection.cursor() as cursor:
        cursor.execute(_CANCEL_SQL, {"now": now, "error": SWITCHED_OFF})
        too_many = f"More than {waiting_max:,} events waited for this address."
        cursor.execute(_CUT_SQL, {"now": now, "error": too_many, "most": waiting_max, "batch": BATCH})
        old = WebhookDelivery.objects.filter(created_at__lt=now - KEPT_FOR).order_by("created_at")
        gone = list(old.values_list("pk", flat=True)[:BATCH])
        return WebhookDelivery.objects.filter(pk__in=gone).delete()[0]
