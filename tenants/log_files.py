"""The log files of all processes, as the process runner writes and rotates them below `$PBX_STATE_DIR/log/`.

A file is found by looking for its name in the list; no path is ever made of a name that somebody sent.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

PROCESSES = {
    "web": "Console and REST",
    "ws": "Live events",
    "tasks": "Background tasks",
    "webhooks": "Deliveries to event URLs",
    "beat": "Clock of the background tasks",
    "edge-link": "Link between edge and application",
    "edge": "Edge (Kamailio)",
    "worker": "Calls and media",
    "nginx": "Front (nginx)",
    "postgres": "Database (PostgreSQL)",
    "redis": "Redis",
    "supervisor": "Process runner",
    "runner": "Process runner, output",
    "migrate": "Database migrations",
    "seed": "Demo data",
    "static": "Static files",
}
_NAME = re.compile(rf"({'|'.join(PROCESSES)})(-[0-9]{{1,2}})?\.(?:log|out)(?:\.[1-9])?")
TAIL_KIB = 64
TAIL_KIB_AT_MOST = 1024
CHUNK_BYTES = 64 * 1024


class LogFileGone(LookupError):
    """There is no such log file, or no longer."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """`process` is what wrote it, in plain words; older parts of the same log end in a number."""

    name: str
    process: str
    size_bytes: int
    changed_at: datetime


def log_file_list() -> list[LogFile]:
    """Sorted by name. Empty where another program keeps the logs, as the journal does under systemd."""
    try:
        entries = sorted(os.scandir(_directory()), key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    return [found for entry in entries if (found := _find(entry)) is not None]


def log_file_get(name: str) -> LogFile:
    for found in log_file_list():
        if found.name == name:
            return found
    raise LogFileGone(name)


def log_file_tail(file: LogFile, *, kib: int = TAIL_KIB) -> str:
    """The end of it, from the beginning of a line on."""
    length = kib * 1024
    with os.fdopen(_open(file), "rb") as opened:
        size = os.fstat(opened.fileno()).st_size
        opened.seek(max(0, size - length))
        text = opened.read(length)
    if size > length:
        text = text.partition(b"\n")[2]
    return text.decode("utf-8", errors="replace")


def log_file_stream(file: LogFile) -> tuple[int, Iterator[bytes]]:
    """How many bytes, and them: what is written meanwhile is left out, so that the length stays true."""
    descriptor = _open(file)
    size_bytes = os.fstat(descriptor).st_size
    return size_bytes, _chunks(descriptor, size_bytes)


def _chunks(descriptor: int, size_bytes: int) -> Iterator[bytes]:
    left = size_bytes
    with os.fdopen(descriptor, "rb") as opened:
        while left > 0 and (chunk := opened.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def _find(entry: os.DirEntry[str]) -> LogFile | None:
    match = _NAME.fullmatch(entry.name)
    if match is None:
        return None
    try:
        about = entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None  # rotated away a moment ago
    if not stat.S_ISREG(about.st_mode):
        return None
    return LogFile(
        entry.name, PROCESSES[match[1]], about.st_size, datetime.fromtimestamp(about.st_mtime, UTC)
    )


def _open(file: LogFile) -> int:
    try:
        return os.open(_directory() / file.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        raise LogFileGone(file.name) from None


def _directory() -> Path:
    return Path(settings.PBX_STATE_DIR) / "log"
