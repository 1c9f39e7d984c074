"""Which tones and words are in a piece of sound: pure arithmetic on samples, no audio device, no SIP."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

# A tone counts as heard from -36 dB of full scale up, if it is not 20 dB below the strongest one: codecs such
# as G.729 smear a sine a little, and a neighbour's leakage must not pass for speech.
AUDIBLE_LEVEL = 0.016
RELATIVE_TO_STRONGEST = 0.1
# Of recorded words.
WORDS_RATE_HZ = 8000


def tone_level(samples: Samples, sample_rate_hz: int, frequency_hz: float) -> float:
    """Amplitude of one frequency, 1.0 = full scale (a single windowed DFT bin, as Goertzel computes it)."""
    if samples.size == 0:
        return 0.0
    window = np.hanning(samples.size)
    phase = np.exp(-2j * np.pi * frequency_hz / sample_rate_hz * np.arange(samples.size))
    amplitude = 2.0 * abs(np.dot(samples.astype(np.float64) * window, phase)) / window.sum()
    return float(amplitude / 32768.0)


def tone_levels(samples: Samples, sample_rate_hz: int, frequencies_hz: Iterable[int]) -> dict[int, float]:
    return {frequency: tone_level(samples, sample_rate_hz, frequency) for frequency in frequencies_hz}


def heard_tones(levels: Mapping[int, float]) -> frozenset[int]:
    """The frequencies that are really there."""
    strongest = max(levels.values(), default=0.0)
    threshold = max(AUDIBLE_LEVEL, strongest * RELATIVE_TO_STRONGEST)
    return frozenset(frequency for frequency, level in levels.items() if level >= threshold)


def likeness(heard: Samples, words: Samples) -> float:
    """How much of what was heard is the loudest second of these words, wherever it stands: 1.0 = nothing else.

    Both at 8000 Hz. Other words of the same voice stay below 0.5, a codec's noise takes some hundredths away.
    """
    second = _loudest_second(words)
    if heard.size < second.size:
        return 0.0
    size = 1 << (heard.size + second.size - 1).bit_length()
    sound = heard.astype(np.float64)
    found = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(second, size)), size)
    places = heard.size - second.size + 1
    energy = np.concatenate(([0.0], np.cumsum(sound * sound)))
    here = energy[second.size :][:places] - energy[:places]
    return float(np.max(np.abs(found[:places]) / np.sqrt(np.maximum(here, 1.0) * np.dot(second, second))))


def _loudest_second(words: Samples) -> NDArray[np.float64]:
    sound = words.astype(np.float64)
    if sound.size <= WORDS_RATE_HZ:
        return sound
    energy = np.concatenate(([0.0], np.cumsum(sound * sound)))
    start = int(np.argmax(energy[WORDS_RATE_HZ:] - energy[:-WORDS_RATE_HZ]))
    return sound[start : start + WORDS_RATE_HZ]
