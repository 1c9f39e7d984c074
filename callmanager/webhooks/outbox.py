"""Writing down what event URLs are to be told, in the transaction of what happened; then the task processes know."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

from callmanager.domain.cdr import CallDetail
from callmanager.domain.edge_events import EdgeRegistration
from callmanager.domain.subscriptions import EXTENSION_PRESENCE
from callmanager.domain.webhook_body import (
    CALL_CDR,
    cdr_body,
    contact_changes,
    presence_body,
    recording_body,
    registration_body,
)
from callmanager.fleet.models import WebhookDelivery
from tenants.models import EventTopic, EventUrl, Tenant
from tenants.scope import across_tenants

logger = structlog.get_logger(__name__)

DRAIN_TASK = "callmanager.drain_webhooks"
# Its own, with processes of its own: a server that hangs must not hold up what calls need.
QUEUE = "webhooks"
# What waits longer in the queue was announced again.
_ANNOUNCEMENT_VALID_S = 30


@dataclass(frozen=True, slots=True)
class Telling:
    """One event for the address that a tenant has for its topic, if it has one."""

    tenant_id: int
    topic: EventTopic
    key: str
    ordering_key: str
    body: str


def cdrs_tell(details: Iterable[CallDetail]) -> None:
    events_tell(
        [
            Telling(detail.tenant_id, EventTopic.CDR, CALL_CDR, detail.session_id, cdr_body(detail))
            for detail in details
        ]
    )


def registrations_tell(
    *,
    there: Iterable[EdgeRegistration],
    gone: Iterable[EdgeRegistration],
    tenants: Mapping[str, Tenant],
    at: float,
) -> None:
    """`tenants` by SIP domain."""
    events_tell(
        [
            Telling(
                tenants[one.domain].pk,
                EventTopic.EXTENSION,
                event_type,
                one.aor,
                registration_body(
                    event_type,
                    tenant_name=tenants[one.domain].name,
                    number=one.number,
                    registration=one,
                    at=at,
                ),
            )
            for event_type, one in contact_changes(there, gone)
            if one.domain in tenants
        ]
    )


def presence_tell(*, tenant: Tenant, number: str, status: str, at: float) -> None:
    body = presence_body(
        tenant_name=tenant.name, domain=tenant.sip_domain, number=number, status=status, at=at
    )
    aor = f"{number}@{tenant.sip_domain}"
    events_tell([Telling(tenant.pk, EventTopic.EXTENSION, EXTENSION_PRESENCE, aor, body)])


def recording_tell(*, tenant: Tenant, message: Mapping[str, Any]) -> None:
    """Behind the events of its call."""
    body = recording_body(message, tenant_name=tenant.name, domain=tenant.sip_domain)
    key = str(message["data"]["session_id"])
    events_tell([Telling(tenant.pk, EventTopic.EXTENSION, str(message["key"]), key, body)])


def drain_announce(event_url_id: int) -> None:
    """Something waits for this address."""
    try:
        current_app.send_task(
            DRAIN_TASK, [event_url_id], queue=QUEUE, expires=_ANNOUNCEMENT_VALID_S, retry=False
        )
    except OperationalError:
        # Written down already: the sweep finds it when the queue is back.
        logger.warning("webhooks.not_announced", event_url=event_url_id)


def events_tell(tellings: list[Telling]) -> None:
    """Inside the transaction of what they tell of."""
    if not tellings:
        return
    with across_tenants():
        wanted = EventUrl.objects.filter(
            is_enabled=True, tenant_id__in={one.tenant_id for one in tellings}
        ).values_list("tenant_id", "topic", "pk", "events")
        addresses = {(tenant_id, topic): (pk, events) for tenant_id, topic, pk, events in wanted}
        rows = [
            WebhookDelivery(
                tenant_id=one.tenant_id,
                event_url_id=addresses[one.tenant_id, one.topic][0],
                topic=one.topic,
                key=one.key,
                event_id=event_id_new(),
                ordering_key=one.ordering_key[:320],
                body=one.body,
            )
            for one in tellings
            if _is_wanted(one.key, addresses.get((one.tenant_id, one.topic)))
        ]
        if rows:
            WebhookDelivery.objects.bulk_create(rows, batch_size=500)
    for event_url_id in {row.event_url_id for row in rows}:
        transaction.on_commit(lambda told=event_url_id: drain_announce(told))  # type: ignore[misc]


def _is_wanted(key: str, address: tuple[int, list[str]] | None) -> bool:
    """No choice of single events is all of them."""
    return address is not None and (not address[1] or key in address[1])


def event_id_new() -> str:
    return f"msg_{uuid.uuid4().hex}"
