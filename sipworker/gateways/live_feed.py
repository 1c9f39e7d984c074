"""The live copy of call events: to Redis at once, at most once. Also what else goes from the worker to Redis.

Redis may be away: then live copies are lost (subscribers see a gap in the numbers), and the table of live
calls is written anew afterwards. Calls and the durable copy never wait for it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import redis
import structlog
from redis.client import Pipeline

from callmanager.domain.call_events import CallEvent
from callmanager.domain.conference_events import TALKING_EVERY_S, ConferenceFeed, TalkingFeed
from callmanager.domain.live_channel import PUBLISH, channel_of, publish_arguments
from callmanager.domain.live_events import LiveEventFeed
from callmanager.domain.queue_events import QueueFeed
from sipworker.gateways.cdr_announcer import CdrAnnouncer
from sipworker.gateways.event_store import EndedCalls
from sipworker.gateways.reconnecting import ReconnectingThread
from sipworker.ports import CommandReply

log = structlog.get_logger(__name__)

SOCKET_TIMEOUT_S = 2.0
WAIT_S = 0.5
GATHER_S = 0.01
# CDRs need not be assembled one by one.
ANNOUNCE_EVERY_S = 0.3
HEARTBEAT_S = 5.0
LIVE_EXPIRES_S = 15
REPLY_EXPIRES_S = 30
FIGURES_EXPIRE_S = 15


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A row of the table of live calls; `document` None = the call is over."""

    tenant_id: int
    session_id: str
    document: Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command, for the list that the asker waits on."""

    reply_to: str
    command_id: str
    result: CommandReply


class LiveFeed(ReconnectingThread[redis.Redis]):
    outages = (redis.RedisError, OSError)

    def __init__(
        self,
        redis_url: str,
        worker: str,
        announcer: CdrAnnouncer,
        is_worker_well: Callable[[], bool],
        figures: Callable[[], Mapping[str, object]],
    ) -> None:
        super().__init__("live-feed")
        self._redis_url = redis_url
        self._worker = worker
        self._announcer = announcer
        self._is_worker_well = is_worker_well
        self._figures = figures
        self._messages = LiveEventFeed()
        self._queues = QueueFeed()
        self._conferences = ConferenceFeed()
        self._talking = TalkingFeed()
        self._queue: SimpleQueue[CallEvent | LiveCall | Reply | EndedCalls] = SimpleQueue()
        self._live: dict[int, dict[str, str]] = {}
        self._ended: EndedCalls = []
        self._announced_at = 0.0
        self._heartbeat_at = 0.0

    def put(self, item: CallEvent | LiveCall | Reply | EndedCalls) -> None:
        self._queue.put(item)

    @contextmanager
    def open(self) -> Iterator[redis.Redis]:
        self._follow_only()
        with redis.Redis.from_url(
            self._redis_url, socket_timeout=SOCKET_TIMEOUT_S, socket_connect_timeout=SOCKET_TIMEOUT_S
        ) as client:
            self._write_table(client)
            yield client

    def _write_table(self, client: redis.Redis) -> None:
        """Replace what an earlier life of this worker, or one before an outage, left behind."""
        stale = list(client.scan_iter(f"pbx:live:*:{self._worker}", count=1000))
        pipeline = client.pipeline(transaction=True)
        if stale:
            pipeline.delete(*stale)
        for tenant_id, rows in self._live.items():
            if rows:
                pipeline.hset(self._key(tenant_id), mapping=rows)  # type: ignore[arg-type]  # its key type is invariant
        self._heartbeat(pipeline)
        pipeline.execute()

    def turn(self, link: redis.Redis) -> None:
        pipeline = link.pipeline(transaction=False)
        for item in self._take():
            if isinstance(item, list):
                self._ended += item
            else:
                self._add(pipeline, item)
        self._add_talking(pipeline)
        if time.monotonic() - self._heartbeat_at > HEARTBEAT_S:
            self._heartbeat(pipeline)
        if len(pipeline):
            pipeline.execute()
        if self._ended and time.monotonic() - self._announced_at > ANNOUNCE_EVERY_S:
            self._announce()

    def _announce(self) -> None:
        self._announced_at = time.monotonic()
        ended, self._ended = self._ended, []
        self._announcer.announce(ended)

    def finish(self, link: redis.Redis) -> None:
        """Let the last calls disappear from the console now instead of by expiry."""
        while not self._queue.empty():
            self.turn(link)
        if self._ended:
            self._announce()
        link.delete(f"pbx:figures:{self._worker}", *(self._key(tenant_id) for tenant_id in self._live))

    def pause(self, pause_s: float) -> None:
        super().pause(pause_s)
        self._follow_only()

    def _take(self) -> list[CallEvent | LiveCall | Reply | EndedCalls]:
        """The first item and what comes with it; a call's events come in twos and threes."""
        try:
            items = [self._queue.get(timeout=self._patience_s())]
        except Empty:
            return []
        self._stopping.wait(GATHER_S)
        while not self._queue.empty():
            items.append(self._queue.get())
        return items

    def _patience_s(self) -> float:
        if self._ended:
            return ANNOUNCE_EVERY_S
        return TALKING_EVERY_S / 2 if self._talking.is_due_later else WAIT_S

    def _add(self, pipeline: Pipeline, item: CallEvent | LiveCall | Reply) -> None:
        match item:
            case CallEvent():
                for message in self._messages_of(item):
                    if message is not None:
                        pipeline.eval(PUBLISH, 2, *publish_arguments(item.tenant_id, json.dumps(message)))
            case LiveCall():
                self._add_live(pipeline, item)
            case Reply(reply_to=reply_to):
                pipeline.rpush(reply_to, _reply_document(item))
                pipeline.expire(reply_to, REPLY_EXPIRES_S)

    def _messages_of(self, event: CallEvent) -> tuple[Mapping[str, object] | None, ...]:
        feeds = (self._messages, self._queues, self._conferences)
        return tuple(feed.message(event) for feed in feeds)

    def _add_talking(self, pipeline: Pipeline) -> None:
        """To those who listen now: not kept, since the next one says it all anew."""
        for message in self._talking.due(time.monotonic(), time.time()):
            pipeline.publish(channel_of(message["tenant_id"]), json.dumps(message))

    def _add_live(self, pipeline: Pipeline, call: LiveCall) -> None:
        self._remember(call)
        key = self._key(call.tenant_id)
        if call.document is None:
            pipeline.hdel(key, call.session_id)
        else:
            pipeline.hset(key, call.session_id, self._live[call.tenant_id][call.session_id])
            pipeline.expire(key, LIVE_EXPIRES_S)

    def _remember(self, call: LiveCall) -> None:
        self._talking.follow(call.tenant_id, call.session_id, call.document)
        rows = self._live.setdefault(call.tenant_id, {})
        if call.document is None:
            rows.pop(call.session_id, None)
        else:
            rows[call.session_id] = json.dumps(call.document)

    def _heartbeat(self, pipeline: Pipeline) -> None:
        """A worker whose SIP loop hangs has no live calls that anybody could rely on: let them expire."""
        self._heartbeat_at = time.monotonic()
        self._live = {tenant_id: rows for tenant_id, rows in self._live.items() if rows}
        # Those of a worker that hangs too: they say so.
        figures = json.dumps(self._figures())
        pipeline.set(f"pbx:figures:{self._worker}", figures, ex=FIGURES_EXPIRE_S)
        if self._is_worker_well():
            for tenant_id in self._live:
                pipeline.expire(self._key(tenant_id), LIVE_EXPIRES_S)

    def _follow_only(self) -> None:
        """Redis is away: keep our own table of live calls right, let the rest go."""
        while not self._queue.empty():
            item = self._queue.get()
            if isinstance(item, LiveCall):
                self._remember(item)
            elif isinstance(item, CallEvent):
                self._messages_of(item)

    def _key(self, tenant_id: int) -> str:
        return f"pbx:live:{tenant_id}:{self._worker}"


def _reply_document(reply: Reply) -> str:
    result = reply.result
    document: dict[str, object] = {"id": reply.command_id, "ok": result.ok, "result": dict(result.result)}
    if not result.ok:
        document |= {"code": result.code, "message": result.message}
    return json.dumps(document)
