"""Keys and fax machines that are heard as sound alone: arithmetic on samples, one frame after the other.

A key is a pair of tones (ITU-T Q.23) that is nearly all there is to hear, for long enough; a voice has overtones and
does not hold still. A fax machine calls with half a second of 1100 Hz (ITU-T T.30), and then is silent.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

CLOCK_RATE_HZ, FRAME_MS = 8000, 20
FRAME_SAMPLES = CLOCK_RATE_HZ * FRAME_MS // 1000
FAX = "F"
_LOW_HZ, _HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = ("123A", "456B", "789C", "*0#D")
# 1100 Hz, give or take 38: the tone may lie between two of them.
_FAX_HZ = (1070, 1085, 1100, 1115, 1130)
# Of full scale: about -38 dB, below which a line is only noise.
_QUIETEST = 0.009
# Of all that is heard, so much must be the two tones (or the one).
_PAIR_SHARE, _FAX_SHARE = 0.80, 0.85
# How much stronger one of the pair may be: lines weaken the high ones.
_TWIST = 10 ** (9 / 10)
# The next strongest of a group is weaker by so much.
_ALONE = 10 ** (6 / 10)
# Whole frames that a key is heard, and is not heard, until it counts as pressed, and as let go: 60 ms and 40 ms.
_PRESSED_FRAMES, _RELEASED_FRAMES = 2, 2
_FAX_FRAMES = (18, 40)

Samples = NDArray[np.int16]


def _probes(frequencies_hz: tuple[float, ...], samples: int) -> NDArray[np.complex128]:
    turns = np.outer(np.arange(samples), np.array(frequencies_hz)) / CLOCK_RATE_HZ
    probes: NDArray[np.complex128] = np.exp(-2j * np.pi * turns)
    return probes


# Q.24: a telephone may be off by 1.5 %, to either side; each tone is looked for there, too.
_OFF = (0.988, 1.0, 1.012)
# A key is looked for in two frames at once: its tones lie too close together for one.
_PAIR_PROBES = _probes(tuple(hz * off for hz in (*_LOW_HZ, *_HIGH_HZ) for off in _OFF), 2 * FRAME_SAMPLES)
_FAX_PROBES = _probes(_FAX_HZ, FRAME_SAMPLES)


class ToneDetector:
    """Feed it frames of 20 ms; it says what was pressed, when that is sure: a key, or F."""

    def __init__(self, *, hears_keys: bool, hears_fax: bool) -> None:
        self._hears_keys = hears_keys
        self._hears_fax = hears_fax
        self._before: NDArray[np.float64] = np.zeros(FRAME_SAMPLES)
        self._candidate, self._seen = "", 0
        self._pressed, self._missed = "", 0
        self._fax_frames = 0

    def hear(self, samples: Samples) -> str:
        frame = samples.astype(np.float64) / 32768.0
        if frame.size != FRAME_SAMPLES:
            return ""
        heard = self._key(np.concatenate((self._before, frame))) if self._hears_keys else ""
        self._before = frame
        return heard or (self._fax(frame) if self._hears_fax else "")

    def _key(self, both: NDArray[np.float64]) -> str:
        key = _key_in(both)
        if key and key == self._candidate:
            self._seen += 1
        else:
            self._candidate, self._seen = key, 1
        if self._pressed:
            self._missed = 0 if key == self._pressed else self._missed + 1
            if self._missed >= _RELEASED_FRAMES:
                self._pressed, self._missed = "", 0
        if not key or self._pressed or self._seen < _PRESSED_FRAMES:
            return ""
        self._pressed = key
        return key

    def _fax(self, frame: NDArray[np.float64]) -> str:
        """Told when it ends: whoever hums 1100 Hz for longer is no fax machine."""
        power = _power(frame)
        if power >= _QUIETEST**2 and _strongest(frame) >= _FAX_SHARE * power:
            self._fax_frames += 1
            return ""
        frames, self._fax_frames = self._fax_frames, 0
        return FAX if _FAX_FRAMES[0] <= frames <= _FAX_FRAMES[1] else ""


def _power(sound: NDArray[np.float64]) -> float:
    return float(np.dot(sound, sound)) / sound.size


def _strongest(frame: NDArray[np.float64]) -> float:
    return float(np.max(np.abs(frame @ _FAX_PROBES) ** 2)) * 2 / frame.size**2


def _key_in(both: NDArray[np.float64]) -> str:
    power = _power(both)
    if power < _QUIETEST**2:
        return ""
    levels = np.abs(both @ _PAIR_PROBES) ** 2 * 2 / both.size**2
    nearest = levels.reshape(-1, len(_OFF)).max(axis=1)
    low, high = nearest[:4], nearest[4:]
    row, column = int(np.argmax(low)), int(np.argmax(high))
    is_pair = low[row] + high[column] >= _PAIR_SHARE * power
    is_even = low[row] <= high[column] * _TWIST and high[column] <= low[row] * _TWIST
    if not (is_pair and is_even and _is_alone(low, row) and _is_alone(high, column)):
        return ""
    return _KEYS[row][column]


def _is_alone(group: NDArray[np.float64], strongest: int) -> bool:
    return float(np.partition(group, -2)[-2]) * _ALONE <= float(group[strongest])
