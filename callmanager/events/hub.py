"""One Redis subscription per process, handed out to the sockets that watch a tenant. It decides no rights."""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

import structlog
from redis import asyncio as redis_asyncio
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from callmanager.domain.event_text import HeardEvent

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

EVENT_CHANNEL_PATTERN = "pbx:events:*"
RECONNECT_DELAYS_S = (0.2, 0.5, 1.0, 2.0)
# Redis is asked now and then whether it is still there: a cut cable would otherwise look like silence.
HEALTH_CHECK_INTERVAL_S = 5.0
MAX_TRACKED_SESSIONS = 20_000


class EventSocket(Protocol):
    """What the hub knows of a client. Neither method may block."""

    def offer_event(self, event: HeardEvent) -> None: ...

    def offer_resync(self, reason: str) -> None: ...


class SequenceGaps:
    """Remembers how far each call's story was heard, so that a lost chapter is noticed."""

    def __init__(self) -> None:
        self._last: OrderedDict[tuple[int, str], int] = OrderedDict()

    def is_gap(self, event: Mapping[str, object]) -> bool:
        """Whether events of the same call are missing just before this one."""
        data = event.get("data")
        session_id = data.get("session_id") if isinstance(data, Mapping) else None
        tenant_id, sequence = event.get("tenant_id"), event.get("sequence")
        if not isinstance(session_id, str) or not isinstance(tenant_id, int) or not isinstance(sequence, int):
            return False
        if event.get("topic") != "extension_events":
            return False
        story = (tenant_id, session_id)
        last = self._last.get(story)
        self._last[story] = sequence if last is None else max(last, sequence)
        self._last.move_to_end(story)
        if event.get("key") == "call_ended":
            del self._last[story]
        elif len(self._last) > MAX_TRACKED_SESSIONS:
            self._last.popitem(last=False)
        return last is not None and sequence > last + 1


class EventHub:
    """Lives as long as its process; lost connections are made again and every watcher is told to resync."""

    def __init__(self, redis_url: str) -> None:
        self._redis_url = redis_url
        self._watchers: defaultdict[int, set[EventSocket]] = defaultdict(set)
        self._gaps = SequenceGaps()
        self._task: asyncio.Task[None] | None = None
        self._is_connected = asyncio.Event()

    def watch(self, socket: EventSocket, tenant_ids: Iterable[int]) -> None:
        """From now on the socket is offered the events of exactly these tenants."""
        wanted = set(tenant_ids)
        for tenant_id in [known for known, sockets in self._watchers.items() if socket in sockets]:
            if tenant_id not in wanted:
                self._watchers[tenant_id].discard(socket)
                if not self._watchers[tenant_id]:
                    del self._watchers[tenant_id]
        for tenant_id in wanted:
            self._watchers[tenant_id].add(socket)
        self._start()

    def forget(self, socket: EventSocket) -> None:
        self.watch(socket, ())

    async def wait_connected(self, timeout_s: float) -> bool:
        """True once the subscription to Redis stands; whoever watches only then misses nothing."""
        self._start()
        try:
            await asyncio.wait_for(self._is_connected.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="event-hub")

    async def _run(self) -> None:
        failures = 0
        while True:
            try:
                async with redis_asyncio.Redis.from_url(self._redis_url, socket_timeout=None) as client:
                    await self._listen(client)
            except (RedisError, OSError) as error:
                failures = 0 if self._is_connected.is_set() else failures + 1
                self._is_connected.clear()
                logger.warning("events.redis.lost", error=type(error).__name__)
            await asyncio.sleep(RECONNECT_DELAYS_S[min(failures, len(RECONNECT_DELAYS_S) - 1)])

    async def _listen(self, client: redis_asyncio.Redis) -> None:
        async with client.pubsub() as subscription:
            await subscription.psubscribe(EVENT_CHANNEL_PATTERN)
            is_pong_due = False
            while True:
                message = await subscription.get_message(timeout=HEALTH_CHECK_INTERVAL_S)
                if message is None and is_pong_due:
                    raise RedisConnectionError("no answer to PING")
                is_pong_due = message is None
                if message is None:
                    await subscription.ping()
                elif message["type"] == "psubscribe":
                    self._is_connected.set()
                    # Whoever watched before this moment may have missed something.
                    self._resync_all("reconnected")
                elif message["type"] == "pmessage":
                    self._hand_out(message["channel"], message["data"])

    def _hand_out(self, channel: bytes, payload: bytes) -> None:
        try:
            event = json.loads(payload)
            tenant_id = int(channel.rsplit(b":", 1)[1])
        except ValueError:
            logger.warning("events.payload.unreadable", bytes=len(payload))
            return
        # The channel names the tenant; a payload that says otherwise is believed by nobody.
        if not isinstance(event, dict) or event.get("tenant_id") != tenant_id:
            logger.warning("events.payload.foreign", tenant_id=tenant_id)
            return
        is_gap = self._gaps.is_gap(event)
        heard = HeardEvent(event)
        for socket in tuple(self._watchers.get(tenant_id, ())):
            if is_gap:
                socket.offer_resync("events_lost")
            socket.offer_event(heard)

    def _resync_all(self, reason: str) -> None:
        for socket in {socket for sockets in self._watchers.values() for socket in sockets}:
            socket.offer_resync(reason)
