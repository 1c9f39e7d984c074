"""Processes of a stack whose runner was killed: found by what only our processes have, then stopped."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

# PostgreSQL, Redis and nginx overwrite their environment; working directory or title tells whose they are.
DATABASE_DIRECTORIES = {"postgres": "postgres/data", "redis-server": "redis/data"}
STOP_TIMEOUT_S = 15
POLL_INTERVAL_S = 0.1


def leftovers_stop(state_dir: Path) -> int:
    """How many there were."""
    found = set(leftovers_find(state_dir))
    for pid in found:
        _signal(pid, signal.SIGINT if _name(pid) == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while (left := found & set(leftovers_find(state_dir))) and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL_S)
    for pid in left:
        _signal(pid, signal.SIGKILL)
    return len(found)


def leftovers_find(state_dir: Path) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid() and _is_ours(entry, state_dir):
            yield int(entry.name)


def _is_ours(process: Path, state_dir: Path) -> bool:
    try:
        environment = (process / "environ").read_bytes().split(b"\0")
        if f"PBX_STATE_DIR={state_dir}".encode() in environment and b"SUPERVISOR_ENABLED=1" in environment:
            return True
        name = (process / "comm").read_text(encoding="utf-8").strip()
        if name in DATABASE_DIRECTORIES:
            return (process / "cwd").resolve() == state_dir / DATABASE_DIRECTORIES[name]
        return (
            name == "nginx" and f"{state_dir}/nginx/nginx.conf".encode() in (process / "cmdline").read_bytes()
        )
    except OSError:
        # Gone meanwhile, or another user's.
        return False


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
