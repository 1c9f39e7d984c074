"""Processor, memory and disk of this machine. Sampled by a task, because a load needs two looks; kept in Redis."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass

import psutil
import redis
import structlog
from django.conf import settings

from callmanager.live_redis import live_redis

logger: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

KEY = "pbx:system"
EXPIRES_S = 30
SAMPLE_S = 0.3


@dataclass(frozen=True, slots=True)
class SystemFigures:
    cpu_percent: float
    memory_percent: float
    memory_used_bytes: int
    memory_total_bytes: int
    disk_percent: float
    disk_used_bytes: int
    disk_total_bytes: int
    at: float


def system_figures_sample() -> SystemFigures:
    """Looks for a moment, and keeps what it saw for the pages."""
    figures = _look()
    try:
        live_redis().set(KEY, json.dumps(asdict(figures)), ex=EXPIRES_S)
    except redis.RedisError as error:
        logger.warning("system_figures.not_kept", error=type(error).__name__)
    return figures


def system_figures_get() -> SystemFigures:
    """The last sample; a look of our own where nobody samples."""
    try:
        kept = live_redis().get(KEY)
    except redis.RedisError:
        kept = None
    return SystemFigures(**json.loads(kept)) if kept else _look()


def application_uptime_s() -> int:
    """Since the process started that holds this one: gunicorn's, where there is one."""
    own = psutil.Process()
    parent = own.parent()
    has_same_program = parent is not None and parent.pid != 1 and parent.cmdline()[:1] == own.cmdline()[:1]
    oldest = parent if parent is not None and has_same_program else own
    return max(0, int(time.time() - oldest.create_time()))


def application_version() -> str:
    return str(settings.PBX_VERSION)


def _look() -> SystemFigures:
    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(settings.PBX_STATE_DIR))
    return SystemFigures(
        cpu_percent=psutil.cpu_percent(SAMPLE_S),
        memory_percent=memory.percent,
        memory_used_bytes=memory.total - memory.available,
        memory_total_bytes=memory.total,
        disk_percent=disk.percent,
        disk_used_bytes=disk.used,
        disk_total_bytes=disk.total,
        at=time.time(),
    )
