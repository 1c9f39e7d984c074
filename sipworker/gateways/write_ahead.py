"""Call events on disk before the call goes on: what a killed worker's calls had said is not lost with it.

The SIP thread writes, into the page cache alone: that outlives the process, and there is nothing to wait for.
What the event store has made safe elsewhere is forgotten, so the two files stay small.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import structlog

from callmanager.domain.call_events import CallEvent, event_lines_read
from sipworker.gateways.spool import note_unreadable_line

log = structlog.get_logger(__name__)

FILE_NAMES = ("events-0.jsonl", "events-1.jsonl")
# A file is left for the other one at this size, if all the other one holds is safe.
FULL_BYTES = 256 * 1024


@dataclass(slots=True)
class _File:
    descriptor: int
    size_bytes: int = 0
    # The number of the last event in it.
    last: int = 0

    def empty(self) -> None:
        if self.size_bytes:
            os.ftruncate(self.descriptor, 0)
            self.size_bytes = 0


class WriteAhead:
    """`left_behind` is read and `clear`ed before the first `append`."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._paths = [directory / name for name in FILE_NAMES]
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        self._files = [_File(os.open(path, flags, 0o600)) for path in self._paths]
        for file in self._files:
            file.size_bytes = os.fstat(file.descriptor).st_size
        self._active = 0
        self._lock = threading.Lock()
        self._appended = 0
        self._safe = 0
        self._is_cut_short = False
        self._is_failing = False

    def left_behind(self) -> Iterator[list[CallEvent]]:
        """What a process of this name had written and not made safe when it ended, oldest first."""
        for path in sorted(self._paths, key=lambda path: path.stat().st_mtime_ns):
            with path.open("rb") as lines:
                yield from event_lines_read(lines, note_unreadable_line)

    def clear(self) -> None:
        with self._lock:
            for file in self._files:
                file.empty()

    def append(self, event: CallEvent) -> None:
        """Never raises: a full disk must not stop calls; the event is on its way to the database as well."""
        line = f"{event.to_json()}\n".encode()
        with self._lock:
            self._appended += 1
            try:
                self._write(self._choose_file(), line)
                self._is_failing = False
            except OSError as error:
                if not self._is_failing:
                    log.error("write_ahead.failed", error=error.strerror)
                self._is_failing = True

    def note_safe(self, events: int) -> None:
        """The next so many events, in the order they were appended, are stored or spooled."""
        with self._lock:
            self._safe += events
            if self._safe == self._appended:
                for file in self._files:
                    file.empty()

    def _choose_file(self) -> _File:
        active, other = self._files[self._active], self._files[1 - self._active]
        if active.size_bytes >= FULL_BYTES and other.last <= self._safe:
            other.empty()
            self._active = 1 - self._active
            return other
        return active

    def _write(self, file: _File, line: bytes) -> None:
        # A line that was cut short has no end: a new one must not be glued to it.
        data = b"\n" + line if self._is_cut_short else line
        file.last = self._appended
        self._is_cut_short = True
        written = os.write(file.descriptor, data)
        file.size_bytes += written
        self._is_cut_short = written < len(data)
