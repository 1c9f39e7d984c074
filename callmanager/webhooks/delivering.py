"""Sending what is due for one address, and noting what came of it. May run twice or late; nothing is lost."""

from __future__ import annotations

import base64
import random
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils import timezone

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.webhook_body import call_event_body
from callmanager.domain.webhook_rules import Verdict, next_attempt_after_s, verdict_of
from callmanager.fleet.models import DeliveryState, StoredCallEvent, WebhookDelivery
from callmanager.webhooks.claim import delivery_claim
from callmanager.webhooks.health import failure_note, success_note
from callmanager.webhooks.outbox import drain_announce
from callmanager.webhooks.post import Answer, EventPoster
from tenants.models import EventUrl, Tenant
from tenants.scope import across_tenants

logger = structlog.get_logger(__name__)

# Then others have their turn.
TURN_S = 20.0
ATTEMPTS_LISTED = 30


def webhooks_drain(*, event_url_id: int) -> int:
    """One after the other until nothing is due; the number of attempts."""
    until = time.monotonic() + TURN_S
    attempts = 0
    poster: EventPoster | None = None
    try:
        while time.monotonic() < until:
            with across_tenants():
                claimed = delivery_claim(event_url_id=event_url_id)
                if claimed is None:
                    return attempts
                event_url, delivery = claimed
                if not _write_body(delivery):
                    continue
            if poster is None or poster.event_url.updated_at != event_url.updated_at:
                if poster is not None:
                    poster.close()
                poster = EventPoster(event_url)
            answer = poster.post(event_id=delivery.event_id, body=delivery.body)
            _note(event_url, delivery, answer)
            attempts += 1
    finally:
        if poster is not None:
            poster.close()
    drain_announce(event_url_id)
    return attempts


def _write_body(delivery: WebhookDelivery) -> bool:
    """Of a call event that the database noted: once, so that all attempts send the same. False: nobody can."""
    if delivery.body or not isinstance(delivery.source, dict):
        return True
    tenant = Tenant.objects.get(pk=delivery.tenant_id)
    try:
        event = _told(delivery.tenant_id, delivery.source)
    except (KeyError, ValueError, TypeError):
        delivery.state, delivery.finished_at = DeliveryState.FAILED, timezone.now()
        delivery.error = "This version does not know such an event."
        delivery.save(update_fields=["state", "finished_at", "error"])
        return False
    delivery.body = call_event_body(
        event, _start_of(event), tenant_name=tenant.name, domain=tenant.sip_domain
    )
    delivery.save(update_fields=["body"])
    return True


def _told(tenant_id: int, source: dict[str, Any]) -> CallEvent:
    return CallEvent(
        tenant_id,
        str(source["session_id"]),
        int(source["sequence"]),
        CallEventKind(source["kind"]),
        float(source["at"]),
        "",
        source["data"],
    )


def _start_of(event: CallEvent) -> CallEvent | None:
    if event.kind is CallEventKind.CALL_START:
        return event
    stored = StoredCallEvent.objects.filter(
        session_id=event.session_id, tenant_id=event.tenant_id, kind=CallEventKind.CALL_START
    ).first()
    return stored.to_event() if stored is not None else None


def _note(event_url: EventUrl, delivery: WebhookDelivery, answer: Answer) -> None:
    verdict = verdict_of(answer.status_code)
    now = timezone.now()
    answer = replace(answer, error=_masked(answer.error, event_url))
    with across_tenants(), transaction.atomic():
        # Whoever took so long that another one has it now has nothing to say any more.
        current = WebhookDelivery.objects.select_for_update().filter(pk=delivery.pk).first()
        if current is None or current.state != DeliveryState.SENDING or current.attempts != delivery.attempts:
            return
        _write_answer(delivery, event_url, answer, now)
        if verdict is Verdict.TRY_AGAIN:
            wait_s = next_attempt_after_s(delivery.attempts, answer.retry_after_s, random.random())  # noqa: S311
        else:
            wait_s = None
        if wait_s is not None:
            delivery.state = DeliveryState.QUEUED
            delivery.next_attempt_at = now + timedelta(seconds=wait_s)
        else:
            is_good = verdict is Verdict.DELIVERED
            delivery.state = DeliveryState.DELIVERED if is_good else DeliveryState.FAILED
            delivery.finished_at = now
        delivery.save()
        if verdict is Verdict.DELIVERED:
            success_note(event_url=event_url, now=now)
        else:
            failure_note(event_url=event_url, verdict=verdict, error=answer.error, now=now)
    logger.info("webhooks.attempted", delivery=delivery.pk, verdict=verdict.value, took_ms=answer.duration_ms)


def _write_answer(delivery: WebhookDelivery, event_url: EventUrl, answer: Answer, now: datetime) -> None:
    delivery.attempts += 1
    delivery.url = event_url.url
    delivery.status_code = answer.status_code
    delivery.error = answer.error[:500]
    delivery.duration_ms = answer.duration_ms
    delivery.request_headers = dict(answer.request_headers)
    delivery.response_headers = {name: _masked(value, event_url) for name, value in answer.headers.items()}
    delivery.response_body = _masked(answer.body, event_url)
    delivery.attempt_log = [
        *delivery.attempt_log[-(ATTEMPTS_LISTED - 1) :],
        {
            "at": now.isoformat(timespec="milliseconds"),
            "status_code": answer.status_code,
            "error": delivery.error,
            "duration_ms": answer.duration_ms,
        },
    ]


def _masked(text: str, event_url: EventUrl) -> str:
    """A server may say back what it was sent."""
    signs_in = base64.b64encode(f"{event_url.username}:{event_url.password}".encode()).decode()
    for secret in (event_url.password, event_url.signing_secret, signs_in):
        if len(secret) >= 4:
            text = text.replace(secret, "***")
    return text
