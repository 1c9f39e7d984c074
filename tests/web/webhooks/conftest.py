"""Acme's event URLs at a server of the tests, in whose network a tenant may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import LazySettings

from callmanager.fleet.models import OpenCall, StoredCallEvent, WebhookDelivery
from callmanager.webhooks.delivering import webhooks_drain
from tenants.models import EventTopic, EventUrl, Tenant
from tenants.scope import across_tenants, tenant_scope
from tenants.services.event_url import event_url_set
from tests.pure.cdr.events import answered_call
from tests.web.hook_host import HookHost, running_hook_host


@pytest.fixture(autouse=True)
def _own_network(settings: LazySettings) -> None:
    settings.PBX_TENANT_NETWORKS = ("127.0.0.0/8",)


@pytest.fixture(autouse=True)
def announced(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """No task process runs here: tests send what is due themselves, and see which addresses were announced."""
    told: list[int] = []
    for module in ("outbox", "delivering", "replay", "sweep"):
        monkeypatch.setattr(f"callmanager.webhooks.{module}.drain_announce", told.append)
    return told


@pytest.fixture
def host() -> Iterator[HookHost]:
    with running_hook_host() as host:
        yield host


SetUrl = Callable[..., EventUrl]


@pytest.fixture
def set_url(acme: Tenant, host: HookHost) -> SetUrl:
    def make(topic: str = "extension", tenant: Tenant = acme, **fields: Any) -> EventUrl:
        with tenant_scope(tenant):
            return event_url_set(
                tenant=tenant, topic=EventTopic(topic), **{"url": host.url, "timeout_s": 5, **fields}
            )

    return make


def rows(tenant: Tenant) -> list[WebhookDelivery]:
    with tenant_scope(tenant):
        return list(WebhookDelivery.objects.order_by("id"))


def drain(event_url: EventUrl) -> int:
    return webhooks_drain(event_url_id=event_url.pk)


def store_call(tenant: Tenant, session_id: str = "s1") -> None:
    """As a worker does: the events, and that the call is over."""
    events = answered_call()
    with across_tenants():
        StoredCallEvent.objects.bulk_create(
            StoredCallEvent(
                session_id=session_id,
                sequence=event.sequence,
                at=datetime.fromtimestamp(event.at + 2e8, UTC),
                tenant_id=tenant.pk,
                kind=event.kind.value,
                worker=event.worker,
                data=dict(event.data),
            )
            for event in events
        )
        started_at = datetime.fromtimestamp(events[0].at + 2e8, UTC)
        OpenCall.objects.create(
            session_id=session_id, tenant_id=tenant.pk, worker="w", started_at=started_at, ended_at=started_at
        )
