"""WAV files of all kinds to the one kind the workers play: 16 bits, one channel, 16 kHz.

The file is somebody's upload: its header is believed only as far as its bytes go, nothing is run, and no more than
a second of it is in memory at once.
"""

from __future__ import annotations

import struct
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import soxr
from numpy.typing import NDArray

RATE_HZ = 16_000
RATES_HZ = (4_000, 192_000)
CHANNELS_MAX = 8
_CHUNKS_MAX = 1000
_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE

Samples = NDArray[np.float32]


class WavInvalid(ValueError):
    """This can't be played; the message is for people."""


@dataclass(frozen=True, slots=True)
class WavFormat:
    coding: int
    channels: int
    rate_hz: int
    bits: int
    data_offset: int
    data_bytes: int

    @property
    def frame_bytes(self) -> int:
        return self.channels * self.bits // 8

    @property
    def length_s(self) -> float:
        return self.data_bytes / self.frame_bytes / self.rate_hz


def wav_convert(source: IO[bytes], target: Path, *, length_s_max: float) -> float:
    """Writes `target` and tells its length in seconds; raises WavInvalid."""
    wav = wav_format(source)
    if wav.length_s > length_s_max:
        raise WavInvalid(
            f"It is {wav.length_s / 60:.1f} minutes long; at most {length_s_max / 60:g} are played."
        )
    resample = soxr.ResampleStream(wav.rate_hz, RATE_HZ, 1, dtype="float32")
    written = 0
    with wave.open(str(target), "wb") as sink:
        sink.setnchannels(1)
        sink.setsampwidth(2)
        sink.setframerate(RATE_HZ)
        for mono in _mono_seconds(source, wav):
            written += _write(sink, resample.resample_chunk(mono))
        written += _write(sink, resample.resample_chunk(np.zeros(0, np.float32), last=True))
    if not written:
        raise WavInvalid("There is no sound in it.")
    return written / RATE_HZ


def wav_format(source: IO[bytes]) -> WavFormat:
    """What the header says, checked against what is there."""
    source.seek(0, 2)
    size = source.tell()
    source.seek(0)
    head = source.read(12)
    if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
        raise WavInvalid("This is no WAV file.")
    described: tuple[int, int, int, int] | None = None
    for _ in range(_CHUNKS_MAX):
        chunk = source.read(8)
        if len(chunk) < 8:
            break
        name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
        if name == b"fmt ":
            described = _described(source.read(min(length, 40)))
            source.seek(max(length - 40, 0) + length % 2, 1)
        elif name == b"data":
            return _checked(described, source.tell(), min(length, size - source.tell()))
        else:
            source.seek(length + length % 2, 1)
    raise WavInvalid("The file ends before its sound begins.")


def _described(fields: bytes) -> tuple[int, int, int, int]:
    """Coding, channels, rate, bits."""
    if len(fields) < 16:
        raise WavInvalid("The header is damaged.")
    coding, channels, rate_hz, _, _, bits = struct.unpack("<HHIIHH", fields[:16])
    if coding == _EXTENSIBLE and len(fields) >= 26:
        coding = struct.unpack("<H", fields[24:26])[0]
    return coding, channels, rate_hz, bits


def _checked(described: tuple[int, int, int, int] | None, offset: int, length: int) -> WavFormat:
    if described is None:
        raise WavInvalid("The header is damaged.")
    coding, channels, rate_hz, bits = described
    if (coding, bits) not in _DECODERS:
        raise WavInvalid(
            "Only PCM, floating point, A-law and µ-law sound is understood; save it as 16-bit PCM."
        )
    if not 1 <= channels <= CHANNELS_MAX or not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
        raise WavInvalid(f"{channels} channels at {rate_hz} Hz can't be played.")
    frame_bytes = channels * bits // 8
    return WavFormat(coding, channels, rate_hz, bits, offset, length // frame_bytes * frame_bytes)


def _mono_seconds(source: IO[bytes], wav: WavFormat) -> Iterator[Samples]:
    decode = _DECODERS[wav.coding, wav.bits]
    source.seek(wav.data_offset)
    left = wav.data_bytes
    while left:
        data = source.read(min(left, wav.rate_hz * wav.frame_bytes))
        left -= len(data)
        whole = data[: len(data) // wav.frame_bytes * wav.frame_bytes]
        if not whole:
            return
        yield decode(whole).reshape(-1, wav.channels).mean(axis=1, dtype=np.float32)


def _write(sink: wave.Wave_write, samples: Samples) -> int:
    finite = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0)
    sink.writeframes((np.clip(finite, -1.0, 1.0) * 32767).astype("<i2").tobytes())
    return len(finite)


def _whole_numbers(kind: str, zero: float, full: float) -> Callable[[bytes], Samples]:
    def decode(data: bytes) -> Samples:
        return ((np.frombuffer(data, kind).astype(np.float32) - zero) / full).astype(np.float32)

    return decode


def _three_bytes(data: bytes) -> Samples:
    parts = np.frombuffer(data, np.uint8).reshape(-1, 3).astype(np.int32)
    numbers = (parts[:, 0] << 8 | parts[:, 1] << 16 | parts[:, 2] << 24) >> 8
    return (numbers / 8_388_608.0).astype(np.float32)


def _real_numbers(kind: str) -> Callable[[bytes], Samples]:
    def decode(data: bytes) -> Samples:
        numbers: NDArray[Any] = np.nan_to_num(np.frombuffer(data, kind), nan=0.0, posinf=1.0, neginf=-1.0)
        decoded: Samples = np.clip(numbers, -1.0, 1.0).astype(np.float32)
        return decoded

    return decode


def _by_table(make: Callable[[], Samples]) -> Callable[[bytes], Samples]:
    def decode(data: bytes) -> Samples:
        table: Samples = make()
        decoded: Samples = table[np.frombuffer(data, np.uint8)]
        return decoded

    return decode


@cache
def _mu_law_table() -> Samples:
    """ITU-T G.711."""
    code = ~np.arange(256, dtype=np.uint8)
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    value = ((mantissa << 3) + 132 << exponent) - 132
    return (np.where(code & 128, -value, value) / 32_768.0).astype(np.float32)


@cache
def _a_law_table() -> Samples:
    """ITU-T G.711."""
    code = np.arange(256, dtype=np.uint8) ^ 0x55
    exponent, mantissa = (code >> 4 & 7).astype(np.int32), (code & 15).astype(np.int32)
    value = np.where(
        exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 264) << np.maximum(exponent - 1, 0)
    )
    return (np.where(code & 128, value, -value) / 32_768.0).astype(np.float32)


_DECODERS: dict[tuple[int, int], Callable[[bytes], Samples]] = {
    (_PCM, 8): _whole_numbers("u1", 128.0, 128.0),
    (_PCM, 16): _whole_numbers("<i2", 0.0, 32_768.0),
    (_PCM, 24): _three_bytes,
    (_PCM, 32): _whole_numbers("<i4", 0.0, 2_147_483_648.0),
    (_FLOAT, 32): _real_numbers("<f4"),
    (_FLOAT, 64): _real_numbers("<f8"),
    (_A_LAW, 8): _by_table(_a_law_table),
    (_MU_LAW, 8): _by_table(_mu_law_table),
}
