"""What counts as heard."""

from __future__ import annotations

import numpy as np

from tests.phones.tones import Samples, heard_tones, likeness, tone_levels

RATE_HZ = 16000


def sine(frequency_hz: int, amplitude: float, duration_s: float = 0.4) -> Samples:
    times = np.arange(int(RATE_HZ * duration_s)) / RATE_HZ
    return (32767 * amplitude * np.sin(2 * np.pi * frequency_hz * times)).astype(np.int16)


def test_a_tone_is_heard_at_its_amplitude_and_nowhere_else() -> None:
    levels = tone_levels(sine(700, 0.25), RATE_HZ, (500, 700, 900))
    assert abs(levels[700] - 0.25) < 0.01
    assert heard_tones(levels) == {700}


def test_two_tones_are_heard_together() -> None:
    assert heard_tones(tone_levels(sine(500, 0.2) + sine(900, 0.1), RATE_HZ, (500, 700, 900))) == {500, 900}


def test_noise_and_silence_are_no_tone() -> None:
    noise = np.random.default_rng(7).integers(-300, 300, RATE_HZ, dtype=np.int16)
    assert heard_tones(tone_levels(noise, RATE_HZ, (500, 700))) == frozenset()
    assert heard_tones(tone_levels(np.array([], dtype=np.int16), RATE_HZ, (500,))) == frozenset()


def test_leakage_twenty_decibels_below_a_voice_is_not_a_second_voice() -> None:
    assert heard_tones(tone_levels(sine(500, 0.5) + sine(700, 0.02), RATE_HZ, (500, 700))) == {500}


def test_words_are_known_wherever_they_stand_and_others_are_not() -> None:
    chance = np.random.default_rng(7)
    ours, others = (chance.normal(0, 3000, 16000).astype(np.int16) for _ in range(2))
    said = np.concatenate([np.zeros(5000, np.int16), ours // 3, np.zeros(9000, np.int16)])
    assert likeness(said, ours) > 0.99
    assert likeness(said, others) < 0.2
    assert likeness(said[:4000], ours) == 0.0
