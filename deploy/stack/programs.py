"""The processes of the stack: what each is called, how it is started, how it is asked to leave."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.stack.children import postgres_user
from deploy.stack.config import CHECKOUT, StackConfig
from deploy.stack.postgres import PostgresCluster
from deploy.stack.redis_server import RedisServer

# In the order they start; they stop in the opposite order, so calls end while all they need still runs.
DATABASE, APPLICATION, EDGE, CALLS, FRONT = "database", "application", "edge", "calls", "front"
GROUPS = (DATABASE, APPLICATION, EDGE, CALLS, FRONT)

WEB_PROCESSES = 2
WEB_THREADS = 8
TASK_PROCESSES = 2
# Each waits for somebody's server most of the time.
WEBHOOK_THREADS = 32
# A worker that has drained still hangs up its last calls and stores their events.
WORKER_FAREWELL_S = 15


@dataclass(frozen=True, slots=True)
class Program:
    name: str
    group: str
    command: tuple[str, ...]
    stop_signal: str = "TERM"
    stop_wait_s: int = 15
    # A process counts as running when it has lived this long; a missing module is found out later than a wrong option.
    start_s: int = 3
    user: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


def stack_programs(config: StackConfig) -> tuple[Program, ...]:
    return (*_databases(config), *_application(config), _edge(config), *_workers(config), _nginx(config))


def own_postgres(config: StackConfig) -> PostgresCluster:
    return PostgresCluster(config.state_dir / "postgres", config.ports.postgres, config.is_durable)


def own_redis(config: StackConfig) -> RedisServer:
    return RedisServer(config.state_dir / "redis", config.ports.redis, config.is_durable)


def _databases(config: StackConfig) -> tuple[Program, ...]:
    programs = []
    if config.has_own_postgres:
        command = tuple(own_postgres(config).command())
        # INT: disconnect the clients, write a checkpoint, leave.
        programs.append(Program("postgres", DATABASE, command, "INT", 60, start_s=1, user=postgres_user()))
    if config.has_own_redis:
        programs.append(Program("redis", DATABASE, tuple(own_redis(config).command()), start_s=1))
    return tuple(programs)


def _application(config: StackConfig) -> tuple[Program, ...]:
    level = config.log_level
    return (
        Program("web", APPLICATION, _gunicorn(config, level)),
        Program("ws", APPLICATION, _uvicorn(config, level)),
        # TERM: take no new task, finish the running ones.
        Program(
            "tasks", APPLICATION, _celery("worker", level, f"--concurrency={TASK_PROCESSES}", *_QUIET_WORKER)
        ),
        Program("webhooks", APPLICATION, _celery("worker", level, *_WEBHOOK_WORKER, *_QUIET_WORKER)),
        Program("beat", APPLICATION, _celery("beat", level, "--pidfile=")),
        Program("edge-link", APPLICATION, _python(str(CHECKOUT / "manage.py"), "edge_link")),
    )


_QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat")
# A queue of its own: a server that hangs holds up nothing that calls need.
_WEBHOOK_WORKER = (
    *("--queues", "webhooks", "--pool", "threads", f"--concurrency={WEBHOOK_THREADS}"),
    *("--prefetch-multiplier", "1", "--hostname", "webhooks@%h"),
)


def _edge(config: StackConfig) -> Program:
    # -DD: stay in the foreground; -E: log to stderr.
    # -m, -M: shared and per-process memory in MiB, taken as needed; sipworker/edge/README.md has the sums.
    command = ("kamailio", "-DD", "-E", "-m", "512", "-M", "128", "-f", str(edge_file(config)))
    return Program(
        "edge", EDGE, (*command, "-P", str(config.run_dir / "edge.pid"), "-Y", str(config.run_dir))
    )


def _nginx(config: StackConfig) -> Program:
    return Program("nginx", FRONT, ("nginx", "-e", "stderr", "-c", str(nginx_file(config))), start_s=1)


def _workers(config: StackConfig) -> tuple[Program, ...]:
    return tuple(
        Program(
            f"worker-{index}",
            CALLS,
            _python("-m", "sipworker"),
            stop_wait_s=config.drain_timeout_s + WORKER_FAREWELL_S,
            environment={"PBX_WORKER_INDEX": str(index)},
        )
        for index in range(config.workers)
    )


def nginx_file(config: StackConfig) -> Path:
    return config.state_dir / "nginx" / "nginx.conf"


def edge_file(config: StackConfig) -> Path:
    return config.state_dir / "edge" / "local.cfg"


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)


def _gunicorn(config: StackConfig, level: str) -> tuple[str, ...]:
    return _python(
        *("-m", "gunicorn", "pbxsite.wsgi:application"),
        *("--bind", f"127.0.0.1:{config.ports.web}"),
        *("--worker-class", "gthread", "--workers", str(WEB_PROCESSES), "--threads", str(WEB_THREADS)),
        *("--graceful-timeout", "10", "--timeout", "60", "--keep-alive", "65"),
        # Imported once for all of them: a second of CPU each when the stack starts, and less memory.
        "--preload",
        *("--log-level", level, "--no-control-socket"),
    )


def _uvicorn(config: StackConfig, level: str) -> tuple[str, ...]:
    return _python(
        *("-m", "uvicorn", "pbxsite.asgi:application"),
        *("--host", "127.0.0.1", "--port", str(config.ports.ws)),
        *("--ws", "websockets-sansio", "--lifespan", "off", "--no-access-log", "--log-level", level),
        *("--timeout-graceful-shutdown", "3"),
    )


def _celery(command: str, level: str, *options: str) -> tuple[str, ...]:
    # Celery warns root of pickle; no task accepts it.
    quiet = ("-W", "ignore:You're running the worker with superuser")
    return _python(
        *quiet, "-m", "celery", "-A", "pbxsite.celery", "-q", command, f"--loglevel={level}", *options
    )
