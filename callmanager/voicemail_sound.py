"""What a worker recorded, made into a message: whole even after a crash, without the silence around it."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

# Shorter ones are people who hung up at the tone.
SHORTEST_S = 1.0
# Amplitudes of 16 bits below this are a quiet room.
_QUIET = 250
_WINDOW_S = 0.1
_KEPT_SILENCE_S = 0.5
_HEADER_BYTES = 44


class SoundUnusable(ValueError):
    """Nothing was said; the message is for the log."""


def message_sound(path: Path) -> tuple[io.BytesIO, float]:
    """A WAV file of one channel and its length in seconds. Raises SoundUnusable."""
    samples, rate_hz = _read(path)
    spoken = _without_silence(samples, rate_hz)
    length_s = len(spoken) / rate_hz
    if length_s < SHORTEST_S:
        raise SoundUnusable("too short")
    return _written(spoken, rate_hz), round(length_s, 1)


def joined_sound(first: Path | None, second: Path) -> tuple[io.BytesIO, float]:
    """Both, one after the other with a breath between, at the rate of the second. Without a first one: the second."""
    with wave.open(str(second), "rb") as file:
        rate_hz = file.getframerate()
        spoken = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    if first is not None and first.is_file():
        before, before_hz = _read(first)
        before = _without_silence(before, before_hz)
        if before_hz != rate_hz:
            before = soxr.resample(before, before_hz, rate_hz).astype("<i2")
        breath = np.zeros(int(rate_hz * _KEPT_SILENCE_S), "<i2")
        spoken = np.concatenate([before, breath, spoken]) if len(before) else spoken
    return _written(spoken, rate_hz), round(len(spoken) / rate_hz, 1)


def _written(samples: NDArray[np.int16], rate_hz: int) -> io.BytesIO:
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    target.seek(0)
    return target


def _read(path: Path) -> tuple[NDArray[np.int16], int]:
    """The header of a recording that was cut short says that nothing follows: what is there counts."""
    content = path.read_bytes()
    if len(content) < _HEADER_BYTES or content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise SoundUnusable("no recording")
    rate_hz = int.from_bytes(content[24:28], "little")
    start = content.find(b"data", 12)
    if not 4000 <= rate_hz <= 48_000 or start < 0:
        raise SoundUnusable("no recording")
    sound = content[start + 8 :]
    return np.frombuffer(sound[: len(sound) // 2 * 2], "<i2"), rate_hz


def _without_silence(samples: NDArray[np.int16], rate_hz: int) -> NDArray[np.int16]:
    window = max(1, int(rate_hz * _WINDOW_S))
    count = len(samples) // window
    if count == 0:
        return samples[:0]
    loudest = np.abs(samples[: count * window].reshape(count, window).astype(np.int32)).max(axis=1)
    (loud,) = np.nonzero(loudest > _QUIET)
    if len(loud) == 0:
        return samples[:0]
    margin = int(_KEPT_SILENCE_S / _WINDOW_S)
    first, last = max(0, int(loud[0]) - margin), min(count, int(loud[-1]) + 1 + margin)
    return samples[first * window : last * window]
