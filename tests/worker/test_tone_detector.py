"""Keys and fax machines by sound: every key of every usual make is heard once, and no voice and no music is taken for
one."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sipworker.pjsip.tone_detector import CLOCK_RATE_HZ, FRAME_SAMPLES, ToneDetector

LOW_HZ, HIGH_HZ = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = "123A456B789C*0#D"
SOUNDS = Path("/usr/share/asterisk/sounds")
MUSIC = Path("/usr/share/asterisk/moh")
Sound = np.ndarray


def tone(*parts: tuple[float, float], ms: float) -> Sound:
    """Of frequencies with their amplitudes."""
    time = np.arange(int(CLOCK_RATE_HZ * ms / 1000)) / CLOCK_RATE_HZ
    return np.asarray(sum(level * np.sin(2 * np.pi * hz * time) for hz, level in parts), dtype=np.float64)


def silence(ms: float) -> Sound:
    return np.zeros(int(CLOCK_RATE_HZ * ms / 1000))


def key(pressed: str, ms: float = 100, low: float = 0.2, high: float = 0.2, off: float = 1.0) -> Sound:
    place = KEYS.index(pressed)
    return tone((LOW_HZ[place // 4] * off, low), (HIGH_HZ[place % 4] * off, high), ms=ms)


def detected(*sounds: Sound, noise: float = 0.0, is_companded: bool = False) -> str:
    whole = np.concatenate((*sounds, silence(200)))
    whole = whole + noise * np.random.default_rng(7).standard_normal(whole.size)
    samples = (np.clip(whole, -1, 1) * 32767).astype(np.int16)
    if is_companded:
        samples = _companded(samples)
    detector = ToneDetector(hears_keys=True, hears_fax=True)
    frames = (samples[at : at + FRAME_SAMPLES] for at in range(0, samples.size, FRAME_SAMPLES))
    return "".join(detector.hear(frame) for frame in frames)


def _companded(samples: Sound) -> Sound:
    """As G.711 leaves them: eight bits of a logarithm."""
    scaled = samples / 32768.0
    squeezed = np.sign(scaled) * np.log1p(255 * np.abs(scaled)) / np.log(256)
    rounded = np.round(squeezed * 127) / 127
    back = np.sign(rounded) * np.expm1(np.abs(rounded) * np.log(256)) / 255
    return np.asarray((back * 32767).astype(np.int16))


@pytest.mark.parametrize("pressed", KEYS)
@pytest.mark.parametrize("ms", [70, 100, 250, 3000])
def test_every_key_is_heard_once_however_long_it_is_held(pressed: str, ms: float) -> None:
    for begin_ms in (0, 3, 7, 11, 16):
        assert detected(silence(100 + begin_ms), key(pressed, ms), is_companded=True) == pressed


@pytest.mark.parametrize("gap_ms", [70, 100, 400])
def test_keys_one_after_the_other_are_all_heard(gap_ms: float) -> None:
    dialled = "1590#*773322"
    sounds = [part for one in dialled for part in (key(one, 80), silence(gap_ms))]
    assert detected(*sounds, noise=0.003, is_companded=True) == dialled


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (0.1, 0.2), (0.03, 0.03), (0.5, 0.45), (0.012, 0.012)])
@pytest.mark.parametrize("off", [0.985, 1.0, 1.015])
def test_weak_strong_uneven_and_inexact_keys_are_heard(low: float, high: float, off: float) -> None:
    assert detected(silence(50), key("5", 100, low, high, off), noise=0.001) == "5"


def test_what_is_too_short_or_too_quiet_is_nothing() -> None:
    assert detected(silence(50), key("5", 20)) == ""
    assert detected(silence(50), key("5", 200, 0.002, 0.002)) == ""
    assert detected(silence(50), tone((697, 0.3), ms=500), tone((1209, 0.3), ms=500)) == ""
    assert detected(tone((697, 0.2), (1209, 0.2), (440, 0.2), ms=500)) == ""


@pytest.mark.parametrize("hz", [1062, 1080, 1100, 1120, 1138])
def test_a_fax_machine_calls_with_half_a_second_of_1100_hz(hz: int) -> None:
    call = tone((hz, 0.2), ms=500)
    assert detected(silence(30), call, silence(3000), call, noise=0.002, is_companded=True) == "FF"


def test_other_tones_are_no_fax_machine() -> None:
    assert detected(tone((1100, 0.2), ms=5000)) == ""
    assert detected(tone((1100, 0.2), ms=200)) == ""
    assert detected(tone((425, 0.2), ms=500), tone((1000, 0.2), ms=500), tone((1200, 0.2), ms=500)) == ""
    assert detected(tone((440, 0.2), (480, 0.2), ms=2000)) == ""


def _recorded() -> Iterator[Path]:
    """Five voices of both sexes and of five languages, and the music that comes with the system."""
    for voice in sorted(SOUNDS.glob("*")):
        yield from sorted(voice.rglob("*.wav"))[:400]
    yield from sorted(MUSIC.glob("*.wav"))


def _at_8_khz(file: Path) -> Sound:
    with wave.open(str(file), "rb") as opened:
        rate, channels = opened.getframerate(), opened.getnchannels()
        samples = np.frombuffer(opened.readframes(opened.getnframes()), dtype=np.int16)[::channels]
    return np.asarray(samples[:: max(1, rate // CLOCK_RATE_HZ)])


def test_no_voice_and_no_music_is_taken_for_a_key_or_a_fax_machine() -> None:
    """An hour and more of it."""
    mistaken: dict[str, str] = {}
    heard_s = 0.0
    for file in _recorded():
        samples = _at_8_khz(file)
        heard_s += samples.size / CLOCK_RATE_HZ
        detector = ToneDetector(hears_keys=True, hears_fax=True)
        frames = (samples[at : at + FRAME_SAMPLES] for at in range(0, samples.size, FRAME_SAMPLES))
        if said := "".join(detector.hear(frame) for frame in frames):
            mistaken[str(file.relative_to("/usr/share/asterisk"))] = said
    assert heard_s > 1800
    assert mistaken == {}
