"""Setting where a tenant wants to be told of events."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from tenants.event_kinds import EVENT_KINDS
from tenants.integrity import refusing_duplicates
from tenants.models.event_url import EventAuthentication, EventTopic, EventUrl
from tenants.models.tenant import Tenant
from tenants.signing_secret import new_signing_secret

_FIELDS = frozenset(
    {"is_enabled", "url", "events", "format", "authentication", "username", "password", "timeout_s"}
)


def event_url_list(*, tenant: Tenant) -> QuerySet[EventUrl]:
    """In the scope of that tenant."""
    return EventUrl.objects.filter(tenant_id=tenant.pk)


def event_url_find(*, tenant: Tenant, topic: EventTopic) -> EventUrl | None:
    return event_url_list(tenant=tenant).filter(topic=topic).first()


def event_url_set(*, tenant: Tenant, topic: EventTopic, **fields: Any) -> EventUrl:
    """A password goes with its sign-in: without one it is forgotten."""
    if unknown := fields.keys() - _FIELDS:
        raise TypeError(f"An event URL has no {', '.join(sorted(unknown))} to set.")
    event_url = event_url_find(tenant=tenant, topic=topic) or EventUrl(tenant_id=tenant.pk, topic=topic)
    for name, value in fields.items():
        setattr(event_url, name, value)
    if isinstance(event_url.events, list):
        # In the order of the list, each once.
        event_url.events = [name for name in EVENT_KINDS[topic] if name in event_url.events] + [
            name for name in event_url.events if name not in EVENT_KINDS[topic]
        ]
    if event_url.authentication == EventAuthentication.NONE:
        event_url.username = event_url.password = ""
    with refusing_duplicates():
        event_url.full_clean()
        event_url.save()
    return event_url


def event_url_new_secret(*, event_url: EventUrl) -> EventUrl:
    event_url.signing_secret = new_signing_secret()
    event_url.save(update_fields=["signing_secret", "updated_at"])
    return event_url


def event_url_remove(*, event_url: EventUrl) -> None:
    event_url.delete()
