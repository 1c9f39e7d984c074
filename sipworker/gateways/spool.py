"""Call events on disk while the database is away: appended, synced, replayed in order, then deleted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from callmanager.domain.call_events import CallEvent, event_lines_read

log = structlog.get_logger(__name__)


class Spool:
    """One file of JSON lines. Only one thread of one process may use it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = directory / "events.jsonl"
        self._rejected_path = directory / "rejected.jsonl"

    @property
    def is_empty(self) -> bool:
        return not self._path.exists()

    @property
    def size_bytes(self) -> int:
        try:
            return self._path.stat().st_size
        except FileNotFoundError:
            return 0

    def append(self, events: Sequence[CallEvent]) -> None:
        """On return the events survive a crash of the machine."""
        _append_lines(self._path, [event.to_json() for event in events])

    def reject(self, event: CallEvent) -> None:
        """The database will never take this one: kept aside for a person to look at."""
        log.error(
            "event.rejected", session_id=event.session_id, sequence=event.sequence, kind=event.kind.value
        )
        _append_lines(self._rejected_path, [event.to_json()])

    def batches(self) -> Iterator[list[CallEvent]]:
        """In the order of arrival. A line cut short by a crash is skipped: it never was acknowledged."""
        with self._path.open("rb") as file:
            yield from event_lines_read(file, note_unreadable_line)

    def clear(self) -> None:
        """Everything has been stored. Storing twice is harmless, so a crash before this loses nothing."""
        self._path.unlink(missing_ok=True)


def note_unreadable_line(length_bytes: int) -> None:
    log.warning("spool.line_unreadable", length_bytes=length_bytes)


def _append_lines(path: Path, lines: list[str]) -> None:
    # A line cut short by a crash has no end: a new one must not be glued to it.
    data = "".join(f"{line}\n" for line in lines).encode()
    with open(path, "ab+", opener=_open_private) as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                data = b"\n" + data
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
