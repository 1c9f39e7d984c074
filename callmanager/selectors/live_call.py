"""The calls that run right now, from the tables the workers keep in Redis."""

from __future__ import annotations

from collections.abc import Iterable

import redis
import structlog

from callmanager.domain.live_call import LiveCall, LiveCallFormatError
from callmanager.fleet.models import WorkerNode
from callmanager.live_redis import LiveCallsUnavailable, live_redis

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def live_call_list(*, tenant_id: int) -> list[LiveCall]:
    """Oldest first; LiveCallsUnavailable when nobody can tell."""
    rows = _read([f"pbx:live:{tenant_id}:{worker}" for worker in _workers()], "hvals")
    calls = [call for values in rows for call in map(_readable, values) if call is not None]
    return sorted(calls, key=lambda call: call.started_at)


def live_call_find(*, tenant_id: int, session_id: str) -> LiveCall | None:
    return next((call for call in live_call_list(tenant_id=tenant_id) if call.session_id == session_id), None)


def live_call_counts(*, tenant_ids: Iterable[int]) -> dict[int, int]:
    """One round trip for all tenants."""
    wanted, workers = list(tenant_ids), _workers()
    lengths = _read([f"pbx:live:{tenant_id}:{worker}" for tenant_id in wanted for worker in workers], "hlen")
    width = len(workers)
    return {
        tenant_id: sum(lengths[place * width : (place + 1) * width]) for place, tenant_id in enumerate(wanted)
    }


def _workers() -> list[str]:
    return list(WorkerNode.objects.values_list("worker", flat=True))


def _read(keys: list[str], command: str) -> list:  # type: ignore[type-arg] # as the command answers
    if not keys:
        return []
    try:
        pipeline = live_redis().pipeline(transaction=False)
        for key in keys:
            getattr(pipeline, command)(key)
        answers: list = pipeline.execute()  # type: ignore[type-arg]
    except redis.RedisError as error:
        raise LiveCallsUnavailable("Live calls are not known at the moment.") from error
    return answers


def _readable(text: bytes) -> LiveCall | None:
    try:
        return LiveCall.from_json(text)
    except LiveCallFormatError as error:
        logger.warning("live_call.unreadable", error=str(error))
        return None
