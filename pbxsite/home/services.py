"""Every process and dependency: how it is, since when, which version, and why where it is not well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.db import Error as DatabaseError
from django.utils import timezone

from callmanager.fleet.models import WorkerNode
from callmanager.fleet.models.worker_node import WorkerState
from pbxsite.home.probes import (
    Answer,
    Probe,
    edge_link_probe,
    edge_probe,
    nginx_probe,
    postgres_probe,
    redis_probe,
    tasks_probe,
    webhooks_probe,
    ws_probe,
)
from pbxsite.home.process_runner import RunnerWord, runner_words
from pbxsite.home.system_figures import application_uptime_s

WORKER_SILENT_AFTER = timedelta(seconds=20)


class ServiceState(StrEnum):
    WELL = "well"
    WARNING = "warning"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class Service:
    """`reason` says in words why it is not well, and is empty when it is."""

    name: str
    title: str
    does: str
    state: ServiceState
    reason: str = ""
    since: datetime | None = None
    version: str = ""


# Name (the runner's too), title, what stops when it is gone, how it is asked.
_PROBED: tuple[tuple[str, str, str, Probe], ...] = (
    ("redis", "Redis", "live calls, commands and the queue of tasks", redis_probe),
    ("edge", "Edge (Kamailio)", "registrations, and who may call", edge_probe),
    ("edge-link", "Edge link", "registrations in the console, changes to the edge", edge_link_probe),
    ("ws", "Event socket", "pages that follow calls, events for programs", ws_probe),
    ("tasks", "Tasks", "call records, mails, clean-up", tasks_probe),
    ("webhooks", "Webhooks", "deliveries to event URLs", webhooks_probe),
    ("nginx", "Web front (nginx)", "the way from browsers to the console", nginx_probe),
)


def service_list() -> list[Service]:
    """The probes run side by side: one that hangs costs its own time-out and no more."""
    with ThreadPoolExecutor(max_workers=len(_PROBED) + 1) as pool:
        runner = pool.submit(runner_words, Path(settings.PBX_STATE_DIR) / "run" / "supervisor.sock")
        asked = [pool.submit(probe) for _, _, _, probe in _PROBED]
        answers = [one.result() for one in asked]
        words = runner.result()
    services = [
        _judge("postgres", "PostgreSQL", "everything that is kept", postgres_probe(), words.get("postgres")),
        *(
            _judge(name, title, does, answer, words.get(name))
            for (name, title, does, _), answer in zip(_PROBED, answers, strict=True)
        ),
        _web(),
        *_beat(words.get("beat"), answers[4]),
    ]
    return [*services, *_workers(words)]


def _judge(name: str, title: str, does: str, answer: Answer, word: RunnerWord | None) -> Service:
    since = answer.since or (word.since if word is not None and word.is_running else None)
    if answer.is_well:
        return Service(name, title, does, ServiceState.WELL, since=since, version=answer.version)
    reason = answer.problem
    if word is not None and not word.is_running:
        since = word.since
        reason = f"{reason} {_runner_says(word)}"
    return Service(name, title, does, ServiceState.DOWN, reason, since, answer.version)


def _web() -> Service:
    """Whoever reads this is answered by it."""
    since = timezone.now() - timedelta(seconds=application_uptime_s())
    return Service(
        "web", "Console and REST", "these pages", ServiceState.WELL, since=since, version=settings.PBX_VERSION
    )


def _beat(word: RunnerWord | None, tasks: Answer) -> list[Service]:
    """The clock of the tasks has no ears: that tasks run is its sign of life, and the runner's word."""
    problem = "" if tasks.is_well and (word is None or word.is_running) else tasks.problem
    if word is not None and not word.is_running:
        problem = _runner_says(word)
    since = word.since if word is not None else None
    state = ServiceState.DOWN if problem else ServiceState.WELL
    return [
        Service(
            "beat",
            "Task clock",
            "everything that is done regularly",
            state,
            problem,
            since,
            settings.PBX_VERSION,
        )
    ]


def _workers(words: dict[str, RunnerWord]) -> list[Service]:
    try:
        nodes = list(WorkerNode.objects.all())
    except DatabaseError:
        return []
    if not nodes:
        return [
            Service(
                "workers",
                "Workers",
                "every call",
                ServiceState.DOWN,
                "No worker has ever reported: nobody can call.",
            )
        ]
    return [_worker(node, words.get(node.worker)) for node in nodes]


def _worker(node: WorkerNode, word: RunnerWord | None) -> Service:
    state, reason = ServiceState.WELL, ""
    silence = timezone.now() - node.last_seen_at
    if node.state == WorkerState.DOWN:
        state, reason = ServiceState.DOWN, "It was stopped."
    elif silence > WORKER_SILENT_AFTER:
        state, reason = (
            ServiceState.DOWN,
            f"It has not reported for {round(silence.total_seconds())} seconds.",
        )
    elif node.state == WorkerState.DRAINING:
        state, reason = ServiceState.WARNING, "It takes no new calls and finishes the running ones."
    if word is not None and not word.is_running and state is not ServiceState.WARNING:
        state, reason = ServiceState.DOWN, f"{reason} {_runner_says(word)}"
    title, does = f"Worker {node.worker}", "calls and their sound"
    return Service(node.worker, title, does, state, reason.strip(), node.started_at, settings.PBX_VERSION)


def _runner_says(word: RunnerWord) -> str:
    return f"The process runner says: {word.state.lower()}, {word.description}."
