"""Is this process alive, and can it do its work? For the process runner, load balancers and people."""

from __future__ import annotations

from datetime import timedelta

import redis
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from callmanager.fleet.models import WorkerNode
from callmanager.fleet.models.worker_node import WorkerState
from callmanager.live_redis import live_redis

WORKER_IS_LOST_AFTER = timedelta(seconds=30)


@never_cache
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """503 if something is missing that calls or this console need; says what, and never why."""
    parts = {"database": _is_database_ready(), "redis": _is_redis_ready(), "workers": _is_a_worker_up()}
    is_ready = all(parts.values())
    return JsonResponse(
        {
            "status": "ok" if is_ready else "unavailable",
            **{name: "ok" if is_well else "unavailable" for name, is_well in parts.items()},
        },
        status=200 if is_ready else 503,
    )


def _is_database_ready() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _is_redis_ready() -> bool:
    try:
        return bool(live_redis().ping())
    except redis.RedisError:
        return False


def _is_a_worker_up() -> bool:
    try:
        return WorkerNode.objects.filter(
            state=WorkerState.UP, last_seen_at__gt=timezone.now() - WORKER_IS_LOST_AFTER
        ).exists()
    except DatabaseError:
        return False
