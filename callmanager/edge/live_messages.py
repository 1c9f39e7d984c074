"""Live events of all tenants and the tables of live calls, for who follows them besides browsers."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

import redis
import structlog
from django.conf import settings

from callmanager.domain.live_call import LiveCall, LiveCallFormatError
from callmanager.domain.live_channel import channel_of

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

TIMEOUT_S = 2.0
RETRY_AFTER_S = 1.0
TABLES = "pbx:live:*"
ETAGS = "pbx:lamps"

Tables = Mapping[int, list[LiveCall]]


class LiveMessages:
    """Redis may be away: then nothing comes, and `is_new` says afterwards that something may have been missed."""

    def __init__(self) -> None:
        self._client: Any = redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
        self._heard: Any = None
        self._tried_at = 0.0
        self.is_new = False

    def close(self) -> None:
        if self._heard is not None:
            self._heard.close()
        self._client.close()

    def sockets(self) -> list[int]:
        """What to wait for; nothing while Redis is away."""
        if self._heard is None or self._heard.connection is None:
            return []
        return [self._heard.connection._sock.fileno()]

    def take(self) -> list[Mapping[str, Any]]:
        if self._heard is None and not self._open():
            return []
        messages: list[Mapping[str, Any]] = []
        try:
            while (heard := self._heard.get_message(ignore_subscribe_messages=True, timeout=0)) is not None:
                if isinstance(message := _json(heard["data"]), dict):
                    messages.append(message)
        except (redis.RedisError, OSError) as error:
            self._lose(error)
        return messages

    def tables(self) -> Tables | None:
        """All calls there are; None where nobody can tell."""
        tables: dict[int, list[LiveCall]] = {}
        try:
            for key in self._client.scan_iter(TABLES, count=1000):
                tenant_id = key.decode().split(":")[2]
                rows = self._client.hvals(key)
                calls = [call for row in rows if (call := _live_call(row)) is not None]
                tables.setdefault(int(tenant_id), []).extend(calls)
        except (redis.RedisError, OSError) as error:
            self._lose(error)
            return None
        return tables

    def etags(self) -> Mapping[str, str]:
        try:
            return {name.decode(): value.decode() for name, value in self._client.hgetall(ETAGS).items()}
        except (redis.RedisError, OSError) as error:
            self._lose(error)
            return {}

    def keep_etags(self, kept: Mapping[str, str], gone: list[str]) -> None:
        """Lost ones cost a state that is shown twice for some minutes, after another start of this process."""
        try:
            if kept:
                self._client.hset(ETAGS, mapping=dict(kept))
            if gone:
                self._client.hdel(ETAGS, *gone)
        except (redis.RedisError, OSError) as error:
            self._lose(error)

    def _open(self) -> bool:
        if time.monotonic() < self._tried_at + RETRY_AFTER_S:
            return False
        self._tried_at = time.monotonic()
        heard = self._client.pubsub()
        try:
            heard.psubscribe(channel_of("*"))
        except (redis.RedisError, OSError) as error:
            self._lose(error)
            return False
        self._heard, self.is_new = heard, True
        return True

    def _lose(self, error: Exception) -> None:
        log.info("lamps.redis_away", error=type(error).__name__)
        if self._heard is not None:
            self._heard.close()
        self._heard = None


def _json(text: str | bytes) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _live_call(row: bytes) -> LiveCall | None:
    try:
        return LiveCall.from_json(row)
    except LiveCallFormatError:
        return None
