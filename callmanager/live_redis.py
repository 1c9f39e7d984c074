"""The web side's connection to Redis for live calls: short timeouts, because a person waits."""

from __future__ import annotations

from functools import cache

import redis
from django.conf import settings

TIMEOUT_S = 1.5
# A blocking read waits longer than that on purpose.
BLOCKING_TIMEOUT_S = 5.0


class LiveCallsUnavailable(RuntimeError):
    """Redis does not answer: what runs right now is not known."""


@cache
def live_redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=TIMEOUT_S,
        socket_timeout=BLOCKING_TIMEOUT_S,
        health_check_interval=10,
    )
