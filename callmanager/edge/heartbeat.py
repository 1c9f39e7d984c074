"""The edge link says that it lives, for the page of services; the key expires when it does not."""

from __future__ import annotations

import time

import structlog
from redis.exceptions import RedisError

from callmanager.live_redis import live_redis

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

EDGE_LINK_KEY = "pbx:alive:edge-link"
BEAT_S = 5.0
EXPIRES_S = 20


class Heartbeat:
    def __init__(self) -> None:
        self._beat_at = 0.0

    def beat(self) -> None:
        """Cheap to call often."""
        now = time.monotonic()
        if now - self._beat_at < BEAT_S:
            return
        self._beat_at = now
        try:
            live_redis().set(EDGE_LINK_KEY, "1", ex=EXPIRES_S)
        except RedisError as error:
            log.info("edge_link.heartbeat_lost", error=type(error).__name__)
