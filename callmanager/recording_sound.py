"""What a worker recorded, made into one WAV file: whole even after a crash, with the outline that players draw.

Read piece by piece: a call may last for hours. Where one track was cut short before the other, silence follows.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

PEAKS = 400
_HEADER_BYTES = 44
_HEADER_READ = 512
_RATES_HZ = range(4000, 48_001)
_LOUDEST = 32_767
# At most that much of each track is in memory.
_PIECE_FRAMES = 262_144


class RecordingUnusable(ValueError):
    """There is no sound; the message is for the log."""


class Track:
    """One file of a worker. A header that was never finished says that nothing follows: what is there counts."""

    def __init__(self, path: Path) -> None:
        try:
            size = path.stat().st_size
            with path.open("rb") as file:
                head = file.read(_HEADER_READ)
        except OSError as error:
            raise RecordingUnusable(type(error).__name__) from error
        if len(head) < _HEADER_BYTES or head[:4] != b"RIFF" or head[8:12] != b"WAVE":
            raise RecordingUnusable("no recording")
        start = head.find(b"data", 12)
        self.path = path
        self.rate_hz = int.from_bytes(head[24:28], "little")
        if self.rate_hz not in _RATES_HZ or start < 0:
            raise RecordingUnusable("no recording")
        self.offset = start + 8
        self.frames = max(0, (size - self.offset) // 2)
        # Written last of all.
        self.is_finished = int.from_bytes(head[start + 4 : start + 8], "little") == size - self.offset


def tracks_of(paths: Sequence[Path]) -> list[Track]:
    """RecordingUnusable where a file is missing, or none of a recorder's."""
    tracks = [Track(path) for path in paths]
    if not tracks or len({track.rate_hz for track in tracks}) != 1:
        raise RecordingUnusable("no tracks of one kind")
    return tracks


class RecordingSound:
    """Read `source` to its end; then `peaks` are known: 0 to 255, a list for each track."""

    def __init__(self, tracks: Sequence[Track]) -> None:
        self._tracks = tracks
        self.frames = max(track.frames for track in tracks)
        self.rate_hz = tracks[0].rate_hz
        self._loudest = np.zeros((len(tracks), PEAKS), np.int32)

    @property
    def duration_s(self) -> float:
        return round(self.frames / self.rate_hz, 2)

    @property
    def peaks(self) -> list[list[int]]:
        return [[int(peak) * 255 // _LOUDEST for peak in row] for row in np.minimum(self._loudest, _LOUDEST)]

    def source(self) -> io.BufferedReader:
        return io.BufferedReader(_Interleaved(self), buffer_size=_PIECE_FRAMES)

    def header(self) -> bytes:
        """A WAV file can't say that it is longer than 4 GB; players then read to its end."""
        channels, most = len(self._tracks), 2**32 - 1
        data_bytes = self.frames * 2 * channels
        format_ = struct.pack(
            "<HHIIHH", 1, channels, self.rate_hz, self.rate_hz * 2 * channels, 2 * channels, 16
        )
        return b"".join(
            (
                b"RIFF" + struct.pack("<I", min(36 + data_bytes, most)) + b"WAVE",
                b"fmt " + struct.pack("<I", len(format_)) + format_,
                b"data" + struct.pack("<I", min(data_bytes, most)),
            )
        )

    def piece(self, files: Sequence[IO[bytes]], at: int) -> bytes:
        """The frames from `at` on, all tracks side by side."""
        count = min(_PIECE_FRAMES, self.frames - at)
        columns = [_samples(file.read(count * 2), count) for file in files]
        parts = np.minimum((np.arange(at, at + count, dtype=np.int64) * PEAKS) // self.frames, PEAKS - 1)
        for track, column in enumerate(columns):
            np.maximum.at(self._loudest[track], parts, np.abs(column.astype(np.int32)))
        return np.stack(columns, axis=1).astype("<i2").tobytes()

    def open(self, stack: ExitStack) -> list[IO[bytes]]:
        files: list[IO[bytes]] = []
        for track in self._tracks:
            file = stack.enter_context(track.path.open("rb"))
            file.seek(track.offset)
            files.append(file)
        return files


class _Interleaved(io.RawIOBase):
    def __init__(self, sound: RecordingSound) -> None:
        self._sound = sound
        self._stack = ExitStack()
        self._files = sound.open(self._stack)
        self._at = 0
        self._ready = memoryview(sound.header())

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        if not self._ready and self._at < self._sound.frames:
            content = self._sound.piece(self._files, self._at)
            self._at = min(self._sound.frames, self._at + _PIECE_FRAMES)
            self._ready = memoryview(content)
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def close(self) -> None:
        self._stack.close()
        super().close()


def _samples(content: bytes, count: int) -> NDArray[np.int16]:
    known = np.frombuffer(content[: len(content) // 2 * 2], "<i2")
    return known if len(known) == count else np.pad(known, (0, count - len(known)))
