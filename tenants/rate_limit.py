"""How often something may be tried. Counted in Redis; while Redis is away nothing is refused for it."""

from __future__ import annotations

from django.core.cache import cache
from redis.exceptions import RedisError


class RateLimited(RuntimeError):
    """Tried too often; `retry_after_s` at the latest it may be tried again."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many attempts")
        self.retry_after_s = retry_after_s


def rate_limit(key: str, *, at_most: int, per_s: int) -> None:
    """Count one attempt; RateLimited if it is one too many."""
    name = f"rate_limit:{key}"
    try:
        cache.add(name, 0, timeout=per_s)
        count = cache.incr(name)
    except (RedisError, ValueError):
        # Away, or it expired between the two.
        return
    if count > at_most:
        raise RateLimited(per_s)
