"""Uploads become what the workers play, or are refused in words. Pitch is measured, not hoped for."""

from __future__ import annotations

import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callmanager.wav_conversion import RATE_HZ, WavInvalid, wav_convert

TONE_HZ, SECONDS = 700.0, 1.5


def riff(
    data: bytes,
    *,
    coding: int = 1,
    channels: int = 1,
    rate: int = 8000,
    bits: int = 16,
    extra: bytes = b"",
    before: bytes = b"",
) -> bytes:
    head = struct.pack(
        "<HHIIHH", coding, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits
    )
    head += extra
    chunks = before + b"fmt " + struct.pack("<I", len(head)) + head
    chunks += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def tone(rate: int) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * TONE_HZ * np.arange(int(rate * SECONDS)) / rate)


def mu_law(signal: np.ndarray) -> bytes:
    value = np.minimum(np.abs(signal) * 32768 + 132, 32767).astype(int)
    exponent = np.floor(np.log2(value)).astype(int) - 7
    mantissa = (value >> (exponent + 3)) & 15
    sign = np.where(signal < 0, 128, 0)
    return bytes((~(sign | exponent << 4 | mantissa) & 255).astype(np.uint8))


def convert(content: bytes, target: Path, length_s_max: float = 600) -> tuple[float, np.ndarray]:
    length_s = wav_convert(io.BytesIO(content), target, length_s_max=length_s_max)
    with wave.open(str(target)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return length_s, np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768


EXTENSIBLE = struct.pack("<HHIH14s", 22, 16, 4, 1, bytes(14))
VARIANTS = {
    "16 bits": riff((tone(8000) * 32767).astype("<i2").tobytes()),
    "16 bits at 44.1 kHz, stereo": riff(
        np.repeat((tone(44100) * 32767).astype("<i2"), 2).tobytes(), channels=2, rate=44100
    ),
    "8 bits": riff((tone(8000) * 127 + 128).astype("u1").tobytes(), bits=8),
    "24 bits": riff(
        b"".join(int(v).to_bytes(3, "little", signed=True) for v in tone(8000) * 8388607), bits=24
    ),
    "32 bits": riff((tone(48000) * 2147483647).astype("<i4").tobytes(), bits=32, rate=48000),
    "float": riff(tone(16000).astype("<f4").tobytes(), coding=3, bits=32, rate=16000),
    "double": riff(tone(22050).astype("<f8").tobytes(), coding=3, bits=64, rate=22050),
    "µ-law": riff(mu_law(tone(8000)), coding=7, bits=8),
    "extensible": riff((tone(8000) * 32767).astype("<i2").tobytes(), coding=0xFFFE, extra=EXTENSIBLE),
    "a list before": riff(
        (tone(8000) * 32767).astype("<i2").tobytes(), before=b"LIST" + struct.pack("<I", 5) + b"hello\0"
    ),
}


@pytest.mark.parametrize("content", VARIANTS.values(), ids=VARIANTS)
def test_every_usual_kind_keeps_pitch_length_and_level(content: bytes, tmp_path: Path) -> None:
    length_s, sound = convert(content, tmp_path / "x.wav")
    assert length_s == pytest.approx(SECONDS, abs=0.02)
    spectrum = np.abs(np.fft.rfft(sound))
    assert np.argmax(spectrum) * RATE_HZ / len(sound) == pytest.approx(TONE_HZ, abs=2)
    assert np.sqrt(np.mean(sound**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.05)


def test_a_law_is_the_inverse_of_its_table(tmp_path: Path) -> None:
    """0xD5 and 0x55 are the two smallest steps, 0xAA and 0x2A the two largest."""
    _, sound = convert(riff(bytes([0xAA] * 4000 + [0x2A] * 4000), coding=6, bits=8), tmp_path / "x.wav")
    assert sound[:7000].max() == pytest.approx(32256 / 32768, abs=0.02)
    assert sound[9000:].min() == pytest.approx(-32256 / 32768, abs=0.02)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no WAV"),
        (b"ID3\x03mp3", "no WAV"),
        (b"RIFF\xff\xff\xff\xffWAVE", "ends before"),
        (b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "header is damaged"),
        (riff(b""), "no sound"),
        (riff(b"x" * 100, coding=85, bits=8), "Only PCM"),
        (riff(b"x" * 100, bits=12), "Only PCM"),
        (riff(b"x" * 100, channels=0), "can't be played"),
        (riff(b"x" * 100, channels=9), "can't be played"),
        (riff(b"x" * 100, rate=0), "can't be played"),
        (riff(b"x" * 100, rate=4_000_000_000 // 2), "can't be played"),
        (riff(bytes(8000 * 2 * 61)), "1.0 minutes long; at most 1"),
        (b"RIFF\0\0\0\0WAVE" + b"junk\0\0\0\0" * 5000, "ends before"),
    ],
)
def test_what_can_not_be_played_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    with pytest.raises(WavInvalid, match=words):
        convert(content, tmp_path / "x.wav", length_s_max=60)


def test_a_header_that_promises_more_than_there_is_is_not_believed(tmp_path: Path) -> None:
    content = bytearray(riff((tone(8000) * 32767).astype("<i2").tobytes()))
    content[40:44] = b"\xff\xff\xff\xff"
    assert convert(bytes(content), tmp_path / "x.wav")[0] == pytest.approx(SECONDS, abs=0.02)


def test_numbers_that_are_none_become_sound_within_bounds(tmp_path: Path) -> None:
    wild = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30] * 2000, "<f4").tobytes()
    _, sound = convert(riff(wild, coding=3, bits=32), tmp_path / "x.wav")
    assert np.isfinite(sound).all()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_bytes_break_the_reader(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([one[:3000] for one in VARIANTS.values()])))
    for _ in range(data.draw(st.integers(0, 8))):
        content[data.draw(st.integers(0, min(len(content) - 1, 60)))] = data.draw(st.integers(0, 255))
    try:
        convert(bytes(content[: data.draw(st.integers(0, len(content)))]), tmp_path / "x.wav")
    except WavInvalid:
        return
