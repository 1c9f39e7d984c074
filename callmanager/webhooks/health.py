"""How an address fares: left alone for a while after failures, switched off after a day of nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from callmanager.domain.webhook_rules import Verdict, is_to_be_switched_off, pause_after_s
from callmanager.fleet.models import DeliveryState, WebhookDelivery, WebhookHealth
from callmanager.webhooks.claim import health_locked
from tenants.models import EventSource, EventUrl, Rank, Role, Severity, Tenant, User
from tenants.services.event_log import event_record
from tenants.services.mail import mail_send

logger = structlog.get_logger(__name__)

FAILURES_TOLD_EVERY_S = 3600
# A success need not be written down each time.
_NOTED_EVERY = timedelta(seconds=60)
SWITCHED_OFF = "The address was switched off."


def success_note(*, event_url: EventUrl, now: datetime) -> None:
    """Across tenants, inside the transaction that notes the delivery."""
    known = WebhookHealth.objects.filter(pk=event_url.pk).first()
    if known is not None and _is_noted(known, event_url, now):
        return
    health = health_locked(event_url)
    if health.failures_in_row:
        if health.paused_until is not None:
            # What failed with it need not wait as if nothing had changed.
            _waiting(event_url).filter(next_attempt_at__gt=now).update(next_attempt_at=now)
        health.failures_in_row, health.failing_since, health.paused_until = 0, None, None
    health.answered_at = now
    health.save()


def _is_noted(health: WebhookHealth, event_url: EventUrl, now: datetime) -> bool:
    return (
        health.settings_of == event_url.updated_at
        and not health.failures_in_row
        and health.answered_at is not None
        and now - health.answered_at < _NOTED_EVERY
    )


def failure_note(*, event_url: EventUrl, verdict: Verdict, error: str, now: datetime) -> None:
    """The same. What the server refuses says nothing about other deliveries, so it makes no pause."""
    health = health_locked(event_url)
    health.failures_in_row += 1
    health.failing_since = health.failing_since or now
    if verdict is Verdict.TRY_AGAIN and (pause_s := pause_after_s(health.failures_in_row)):
        health.paused_until = now + timedelta(seconds=pause_s)
    health.save()
    failing_for_s = (now - health.failing_since).total_seconds()
    if verdict is Verdict.GONE:
        _switch_off(event_url, health, "It answered 410: nothing is wanted there any more.")
    elif is_to_be_switched_off(failing_for_s, health.failures_in_row):
        _switch_off(event_url, health, f"It failed for a day. The last time: {error}")
    else:
        _tell_failure(event_url, error)


def _switch_off(event_url: EventUrl, health: WebhookHealth, reason: str) -> None:
    EventUrl.objects.filter(pk=event_url.pk).update(is_enabled=False)
    cancelled = _waiting(event_url).update(
        state=DeliveryState.CANCELLED, finished_at=timezone.now(), error=SWITCHED_OFF
    )
    tenant = Tenant.objects.get(pk=event_url.tenant_id)
    words = f"The event URL for {_topic_words(event_url)} was switched off. {reason}"
    event_record(
        severity=Severity.ERROR,
        source=EventSource.TASKS,
        kind="webhook.switched_off",
        tenant=tenant,
        message=words,
        data={"topic": event_url.topic, "cancelled": cancelled, "failures": health.failures_in_row},
    )
    for address in _people_to_tell(tenant):
        mail_send(
            tenant=tenant,
            to=address,
            subject="An event URL was switched off",
            text=(
                f"{words}\n\nAddress: {event_url.url}\nNot delivered: {cancelled}\n\n"
                "Mend the server, then switch the address on again under Company, Event URLs. "
                "What was not delivered stands under Event deliveries and can be sent again there.\n"
            ),
        )
    logger.warning("webhooks.switched_off", event_url=event_url.pk, cancelled=cancelled)


def _people_to_tell(tenant: Tenant) -> list[str]:
    people = User.objects.filter(
        tenant=tenant, role=Role.TENANT, rank__in=[Rank.OWNER, Rank.MANAGER], is_active=True
    ).exclude(email="")
    return [address for address in people.values_list("email", flat=True)[:20] if address.isascii()]


def _tell_failure(event_url: EventUrl, error: str) -> None:
    event_record(
        severity=Severity.WARNING,
        source=EventSource.TASKS,
        kind="webhook.failing",
        tenant=Tenant.objects.get(pk=event_url.tenant_id),
        message=f"The event URL for {_topic_words(event_url)} fails. {error}",
        data={"topic": event_url.topic},
        at_most_every_s=FAILURES_TOLD_EVERY_S,
    )


def _topic_words(event_url: EventUrl) -> str:
    return "call records" if event_url.topic == "cdr" else "extension events"


def _waiting(event_url: EventUrl) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(event_url_id=event_url.pk, state=DeliveryState.QUEUED)
