"""A throw-away PostgreSQL and Redis around one command: `python -m deploy.stack services -- COMMAND`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.children import postgres_user, signal_on_parent_death, start_child
from deploy.stack.config import StackConfig
from deploy.stack.environment import stack_environment
from deploy.stack.keys import keys_load_or_make
from deploy.stack.postgres import PostgresCluster
from deploy.stack.readiness import is_postgres_ready, is_redis_ready, wait_until
from deploy.stack.redis_server import RedisServer
from deploy.stack.signals import signals_as_exit

PREFIX = "tandem-services-"
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
MEMORY_NEEDED_BYTES = 2 * 1024**3
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20


@dataclass(frozen=True, slots=True)
class Service:
    child: subprocess.Popen[bytes]
    stop_signal: signal.Signals


@contextmanager
def throw_away_services() -> Iterator[dict[str, str]]:
    """Yields the environment a program needs to use them."""
    _remove_leftovers()
    directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_parent_directory()))
    directory.chmod(0o711)
    running: list[Service] = []
    try:
        yield _start(StackConfig.for_tests(directory), running)
    finally:
        for service in reversed(running):
            _end(service.child, service.stop_signal)
        shutil.rmtree(directory, ignore_errors=True)


def run_with_services(command: Sequence[str]) -> int:
    """Its exit code. A signal to us goes on to the command; the services end after it."""
    with signals_as_exit(), throw_away_services() as services:
        child = subprocess.Popen(
            command,
            env={**os.environ, **services},
            preexec_fn=signal_on_parent_death(signal.SIGTERM),
        )
        try:
            return child.wait()
        finally:
            _end(child, signal.SIGTERM)


def _start(config: StackConfig, running: list[Service]) -> dict[str, str]:
    keys = keys_load_or_make(config.state_dir)
    environment = stack_environment(config, keys, {})
    cluster = PostgresCluster(config.state_dir / "postgres", config.ports.postgres, is_durable=False)
    cluster.prepare(password=keys.postgres_password, edge_password=keys.edge_postgres_password)
    redis_server = RedisServer(config.state_dir / "redis", config.ports.redis, is_durable=False)
    redis_server.prepare(password=keys.redis_password)
    with (config.state_dir / "services.log").open("wb") as log:
        # SIGINT: PostgreSQL does not wait for its clients to leave.
        postgres = start_child(cluster.command(), user=postgres_user(), output=log, dies_by=signal.SIGINT)
        running.append(Service(postgres, signal.SIGINT))
        running.append(Service(start_child(redis_server.command(), output=log), signal.SIGTERM))
    wait_until(
        "PostgreSQL", lambda: is_postgres_ready(environment["DATABASE_URL"]), timeout_s=START_TIMEOUT_S
    )
    wait_until("Redis", lambda: is_redis_ready(environment["REDIS_URL"]), timeout_s=START_TIMEOUT_S)
    return environment


def _end(child: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    if child.poll() is not None:
        return
    child.send_signal(stop_signal)
    try:
        child.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _parent_directory() -> Path:
    try:
        free_bytes = shutil.disk_usage(MEMORY_DISK).free
    except OSError:
        free_bytes = 0
    if free_bytes > MEMORY_NEEDED_BYTES and os.access(MEMORY_DISK, os.W_OK):
        return MEMORY_DISK
    return Path(tempfile.gettempdir())


def _remove_leftovers() -> None:
    """Directories of runs that were killed before they could clean up."""
    for directory in _parent_directory().glob(f"{PREFIX}*"):
        owner = directory.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(directory, ignore_errors=True)
