"""Publishing to subscribers. At most once: what must not be lost is in PostgreSQL before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

_TIMEOUT_S = 2.0


def live_events_publish(messages: Iterable[Mapping[str, object]]) -> None:
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for message in messages:
                pipeline.publish(
                    f"pbx:events:{message['tenant_id']}", json.dumps(message, separators=(",", ":"))
                )
            pipeline.execute()
    except RedisError as error:
        logger.warning("live_events.lost", error=type(error).__name__)


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
