"""One private Tandem for all tests of this folder, and what a test may do to it."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from deploy.stack.config import StackConfig
from deploy.stack.health import is_edge_healthy, is_web_healthy, is_worker_healthy
from deploy.stack.stack import Stack
from tests.phones.demo_system import DemoSystem
from tests.phones.waiting import until

WORKERS = 2
MEMORY_DISK = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
HEALTHY_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class RunningSystem:
    stack: Stack
    demo: DemoSystem

    @property
    def websocket_url(self) -> str:
        return f"ws://{urlsplit(self.demo.url).netloc}/ws/events"

    @property
    def sip_udp(self) -> tuple[str, int]:
        return self.demo.sip_host, self.demo.sip_ports["udp"]

    def wait_healthy(self) -> None:
        """Every process runs and answers; a test that broke something ends with this."""
        config = self.stack.config
        until(lambda: is_web_healthy(config) and is_edge_healthy(config), HEALTHY_TIMEOUT_S, "web and edge")
        for index in range(config.workers):
            until(lambda: is_worker_healthy(config, index), HEALTHY_TIMEOUT_S, f"worker {index}")  # noqa: B023
        until(self._are_all_running, HEALTHY_TIMEOUT_S, "all processes run")

    def _are_all_running(self) -> bool:
        return all(process.state == "RUNNING" for process in self.stack.supervision.processes())

    @contextmanager
    def stopped(self, *names: str) -> Iterator[None]:
        """These processes are down inside the block."""
        for name in names:
            self.stack.stop_process(name)
        try:
            yield
        finally:
            for name in reversed(names):
                self.stack.start_process(name)

    def frozen(self, name: str) -> FrozenProcess:
        return FrozenProcess(self.stack.pid_of(name))


@dataclass(frozen=True, slots=True)
class FrozenProcess:
    """Stopped in its tracks, as a machine that hangs: connections stay open, nothing answers."""

    pid: int

    def __enter__(self) -> None:
        os.kill(self.pid, signal.SIGSTOP)

    def __exit__(self, *_exception: object) -> None:
        os.kill(self.pid, signal.SIGCONT)


@contextmanager
def running_system(workers: int = WORKERS) -> Iterator[RunningSystem]:
    """Started, healthy, and gone afterwards without a trace."""
    parent = MEMORY_DISK if os.access(MEMORY_DISK, os.W_OK) else Path(tempfile.gettempdir())
    state_dir = Path(tempfile.mkdtemp(prefix=f"tandem-live-{os.getpid()}-", dir=parent))
    # PostgreSQL runs as its own user and must be able to enter.
    state_dir.chmod(0o711)
    try:
        with Stack(StackConfig.for_tests(state_dir, workers=workers)) as stack:
            yield RunningSystem(stack, DemoSystem.load(state_dir))
    except BaseException:
        _keep_logs(state_dir)
        raise
    finally:
        shutil.rmtree(state_dir, ignore_errors=True)


def _keep_logs(state_dir: Path) -> None:
    kept = Path(tempfile.mkdtemp(prefix="tandem-live-logs-"))
    if (state_dir / "log").is_dir():
        shutil.copytree(state_dir / "log", kept, dirs_exist_ok=True)
        print(f"logs of the stack: {kept}")
