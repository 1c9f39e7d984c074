"""Publishing to subscribers. At most once: what must not be lost is in PostgreSQL before."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from functools import cache

import structlog
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from callmanager.domain.live_channel import PUBLISH, channel_of, publish_arguments
from callmanager.domain.subscriptions import FLEET_EVENTS
from tenants.models import EventSource, Severity
from tenants.services.event_log import event_record

logger = structlog.get_logger(__name__)

_TIMEOUT_S = 2.0
# Several processes notice the same outage.
TOLD_ONCE_FOR_S = 30


def live_events_publish(messages: Iterable[Mapping[str, object]]) -> None:
    try:
        with _redis().pipeline(transaction=False) as pipeline:
            for message in messages:
                text = json.dumps(message, separators=(",", ":"))
                if message["topic"] == FLEET_EVENTS:
                    # Every five seconds the whole of them: nobody misses the old ones.
                    pipeline.publish(channel_of(message["tenant_id"]), text)
                else:
                    pipeline.eval(PUBLISH, 2, *publish_arguments(message["tenant_id"], text))
            pipeline.execute()
    except RedisError as error:
        logger.warning("live_events.lost", error=type(error).__name__)
        _tell_away()
    else:
        _tell_back()


class _Outage:
    """Of this process's connection; only its beginning and its end are told."""

    since: float | None = None


def _tell_away() -> None:
    if _Outage.since is not None:
        return
    _Outage.since = time.time()
    event_record(
        severity=Severity.ERROR,
        source=EventSource.REDIS,
        kind="redis.away",
        message="Redis does not answer: pages do not follow calls, and calls can't be ended from here.",
        at_most_every_s=TOLD_ONCE_FOR_S,
    )


def _tell_back() -> None:
    if _Outage.since is None:
        return
    away_s, _Outage.since = round(time.time() - _Outage.since), None
    event_record(
        severity=Severity.INFO,
        source=EventSource.REDIS,
        kind="redis.back",
        message="Redis answers again.",
        data={"away_s": away_s},
        at_most_every_s=TOLD_ONCE_FOR_S,
    )


@cache
def _redis() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S)
