"""Is it up? Each question is asked again until it is answered or the deadline has passed."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg2
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from deploy.stack.errors import StackError

POLL_INTERVAL_S = 0.1
TASKS_PATIENCE_S = 2.0


def wait_until(what: str, is_true: Callable[[], bool], *, timeout_s: float, log_hint: str = "") -> None:
    deadline = time.monotonic() + timeout_s
    while not is_true():
        if time.monotonic() > deadline:
            raise StackError(f"{what} did not come up within {timeout_s:.0f} s.{log_hint}")
        time.sleep(POLL_INTERVAL_S)


def is_postgres_ready(database_url: str) -> bool:
    try:
        psycopg2.connect(database_url, connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def is_redis_ready(redis_url: str) -> bool:
    client = redis.Redis.from_url(redis_url, socket_connect_timeout=3, socket_timeout=3)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def are_tasks_answering(redis_url: str) -> bool:
    """Asked as any program would ask them; one answer is enough."""
    with Celery(broker=redis_url, set_as_current=False) as celery:
        try:
            return bool(
                # Not those for webhooks.
                celery.control.ping(timeout=TASKS_PATIENCE_S, limit=1, pattern="celery@*", matcher="glob")
            )
        except (OperationalError, redis.RedisError):
            return False
