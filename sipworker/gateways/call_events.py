"""EventSink: each event goes two ways, the live one at once and the durable one for certain."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent
from sipworker.gateways.event_store import EventStore
from sipworker.gateways.live_feed import LiveCall, LiveFeed


class EventGateway:
    """Only puts into queues: the SIP thread never waits here."""

    def __init__(self, store: EventStore, feed: LiveFeed) -> None:
        self._store = store
        self._feed = feed

    def emit(self, event: CallEvent) -> None:
        self._store.put(event)
        self._feed.put(event)

    def update_live_call(self, tenant_id: int, session_id: str, live: Mapping[str, object] | None) -> None:
        self._feed.put(LiveCall(tenant_id, session_id, live))
