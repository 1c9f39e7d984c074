"""All logs on one terminal: `web      | line`, one colour per process where there are colours."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TextIO

POLL_INTERVAL_S = 0.2
NAME_WIDTH = 9
COLOURS = (36, 33, 32, 35, 34, 96, 93, 92, 95, 94)
# supervisord's own log repeats what the status command says better.
SILENT = frozenset({"supervisor"})


@dataclass(slots=True)
class _Followed:
    file: IO[bytes]
    inode: int
    rest: bytes = b""


class LogFollower:
    """Reads what is appended to `*.log`; a rotated file is read to its end and then opened anew."""

    def __init__(self, directory: Path, output: TextIO = sys.stdout, *, last_lines: int = 0) -> None:
        self._directory = directory
        self._output = output
        self._is_colourful = output.isatty() and "NO_COLOR" not in os.environ
        self._followed: dict[Path, _Followed] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log-follower", daemon=True)
        self._skip_what_is_there(last_lines)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Prints what is left, then ends."""
        self._stop.set()
        self._thread.join()

    def wait(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(POLL_INTERVAL_S):
            self._read_all()
        self._read_all()

    def _skip_what_is_there(self, last_lines: int) -> None:
        for path in self._paths():
            followed = self._open(path)
            if last_lines:
                for line in followed.file.read().splitlines()[-last_lines:]:
                    self._print(path.stem, line)
            followed.file.seek(0, os.SEEK_END)

    def _paths(self) -> Iterator[Path]:
        return (path for path in sorted(self._directory.glob("*.log")) if path.stem not in SILENT)

    def _read_all(self) -> None:
        for path in self._paths():
            followed = self._followed.get(path) or self._open(path)
            self._read(path, followed)
            if _inode(path) not in (None, followed.inode):
                followed.file.close()
                self._read(path, self._open(path))
        self._output.flush()

    def _open(self, path: Path) -> _Followed:
        file = path.open("rb")
        self._followed[path] = _Followed(file, os.fstat(file.fileno()).st_ino)
        return self._followed[path]

    def _read(self, path: Path, followed: _Followed) -> None:
        *lines, followed.rest = (followed.rest + followed.file.read()).split(b"\n")
        for line in lines:
            self._print(path.stem, line)

    def _print(self, name: str, line: bytes) -> None:
        prefix = f"{name:<{NAME_WIDTH}}|"
        if self._is_colourful:
            prefix = f"\x1b[{COLOURS[sum(name.encode()) % len(COLOURS)]}m{prefix}\x1b[0m"
        # Callers choose what ends up in a log line; control characters must not reach the terminal.
        text = line.decode("utf-8", "replace").rstrip("\r")
        safe = "".join(
            character if character.isprintable() or character == "\t" else "?" for character in text
        )
        print(prefix, safe, file=self._output)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
