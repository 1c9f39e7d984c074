"""What a worker recorded, made into a message: whole even after a crash, without the silence around it."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
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
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(spoken.tobytes())
    target.seek(0)
    return target, round(length_s, 1)


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
