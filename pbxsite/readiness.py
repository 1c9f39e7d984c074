"""What calls and the console need, part by part: asked seldom, however often somebody wants to know."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import redis
from celery.exceptions import CeleryError
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.utils import timezone
from kombu.exceptions import KombuError

from callmanager.edge.rpc import EdgeAwayError, EdgeRefusedError, EdgeRpc
from callmanager.fleet.models import WorkerNode
from callmanager.fleet.models.worker_node import WorkerState
from callmanager.live_redis import live_redis
from pbxsite.celery import app as celery_app
from tenants.schema_migration import find_behind
from tenants.scope import no_scope

WORKER_IS_LOST_AFTER = timedelta(seconds=30)
TASKS_ANSWER_WITHIN_S = 1.0
# However many load balancers ask, the parts are asked once in this time by each process.
REMEMBERED_FOR_S = 3.0


class NotWell(Exception):
    """Its text is shown to whoever asks: a sentence without names, addresses or secrets."""


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    reason: str

    @property
    def is_well(self) -> bool:
        return not self.reason


@dataclass(frozen=True, slots=True)
class Readiness:
    parts: tuple[Part, ...]

    @property
    def is_ready(self) -> bool:
        return all(part.is_well for part in self.parts)


class ReadinessMemory:
    """One answer for all who ask within a short time; while it is made, the others wait for it."""

    def __init__(self, look: Callable[[], Readiness], remembered_for_s: float = REMEMBERED_FOR_S) -> None:
        self._look = look
        self._remembered_for_s = remembered_for_s
        self._lock = threading.Lock()
        self._found: tuple[float, Readiness] | None = None

    def get(self) -> Readiness:
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > self._remembered_for_s:
                readiness = self._look()
                self._found = (time.monotonic(), readiness)
            return self._found[1]

    def forget(self) -> None:
        with self._lock:
            self._found = None


def readiness_look() -> Readiness:
    """Ask every part now. Each question has a deadline of its own."""
    database = _part("database", _ask_database)
    store = _part("redis", _ask_redis)
    return Readiness(
        (
            database,
            _part("migrations", _ask_migrations, needs=database),
            store,
            _part("workers", _ask_workers, needs=database),
            _part("edge", _ask_edge),
            _part("tasks", _ask_tasks, needs=store),
        )
    )


def _part(name: str, ask: Callable[[], None], needs: Part | None = None) -> Part:
    if needs is not None and not needs.is_well:
        return Part(name, f"Not known while the {needs.name} part is not well.")
    try:
        ask()
    except NotWell as problem:
        return Part(name, str(problem))
    return Part(name, "")


def _ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        raise NotWell("PostgreSQL does not answer.") from None


# New schemas are made from a template that is current, so a process that found all current need not look again.
_are_migrations_current = threading.Event()


def _ask_migrations() -> None:
    if _are_migrations_current.is_set():
        return
    try:
        with no_scope(), transaction.atomic():
            behind = find_behind()
    except DatabaseError:
        raise NotWell("The database cannot be read.") from None
    if behind:
        raise NotWell(f"{behind} database schemas lack a migration.")
    _are_migrations_current.set()


def _ask_redis() -> None:
    try:
        live_redis().ping()
    except redis.RedisError:
        raise NotWell("Redis does not answer.") from None


def _ask_workers() -> None:
    latest = timezone.now() - WORKER_IS_LOST_AFTER
    try:
        is_one_up = WorkerNode.objects.filter(state=WorkerState.UP, last_seen_at__gt=latest).exists()
    except DatabaseError:
        raise NotWell("The database cannot be read.") from None
    if not is_one_up:
        seconds = int(WORKER_IS_LOST_AFTER.total_seconds())
        raise NotWell(f"No worker that takes calls has been heard of for {seconds} s.")


def _ask_edge() -> None:
    try:
        EdgeRpc(settings.PBX_EDGE_RPC_PORT).uptime_s()
    except EdgeAwayError:
        raise NotWell("The edge does not answer.") from None
    except EdgeRefusedError:
        raise NotWell("The edge is starting.") from None


# Not those for webhooks, which answer as well and do nothing for calls.
TASKS_ALONE = {"pattern": "celery@*", "matcher": "glob"}


def _ask_tasks() -> None:
    """The first answer is enough; the process answers while its children work."""
    try:
        answers = celery_app.control.broadcast(
            "ping", arguments={}, reply=True, timeout=TASKS_ANSWER_WITHIN_S, limit=1, **TASKS_ALONE
        )
    except (CeleryError, KombuError, redis.RedisError, OSError):
        raise NotWell("The task queue cannot be reached.") from None
    if not answers:
        raise NotWell("No task process answers.")


readiness = ReadinessMemory(readiness_look)
