"""What was published lately, for clients that were away: read from Redis, which keeps it for a while."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import structlog
from redis import asyncio as redis_asyncio
from redis.exceptions import RedisError

from callmanager.domain.event_text import HeardEvent
from callmanager.domain.live_channel import history_of

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PAGE = 250
TIMEOUT_S = 5.0
# When everybody comes back at once, live events still have their turn.
READERS_AT_ONCE = 4


class HistoryUnreadable(RuntimeError):
    """Redis does not answer."""


class EventHistory:
    """Of one process and its loop."""

    def __init__(self, redis_url: str) -> None:
        self._client = redis_asyncio.Redis.from_url(
            redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        self._turns = asyncio.Semaphore(READERS_AT_ONCE)

    async def is_kept(self, tenant_id: int, event_id: str) -> bool:
        """If this one is, so is everything that followed it."""
        return bool(await self._range(tenant_id, event_id, event_id, count=1))

    async def page_after(self, tenant_id: int, event_id: str) -> list[HeardEvent]:
        """What followed, oldest first; empty when that is all."""
        entries = await self._range(tenant_id, f"({event_id}", "+", count=PAGE)
        return [_event(tenant_id, *entry) for entry in entries]

    async def _range(self, tenant_id: int, first: str, last: str, *, count: int) -> list[Any]:
        async with self._turns:
            try:
                found = await self._client.xrange(history_of(tenant_id), first, last, count=count)
            except (RedisError, OSError) as error:
                logger.warning("events.history.unreadable", error=type(error).__name__)
                raise HistoryUnreadable from error
        return found or []


def _event(tenant_id: int, entry_id: bytes, fields: dict[bytes, bytes]) -> HeardEvent:
    """What says it is another tenant's, or is unreadable, keeps its place and concerns nobody."""
    event_id = entry_id.decode("ascii")
    try:
        document = json.loads(fields[b"event"])
    except (KeyError, ValueError):
        return HeardEvent({"id": event_id})
    if not isinstance(document, dict) or document.get("tenant_id") != tenant_id:
        return HeardEvent({"id": event_id})
    return HeardEvent({**document, "id": event_id})
