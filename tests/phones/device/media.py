"""Inside a phone's process: what it says (one tone) and what it hears (the last seconds of every call)."""

from __future__ import annotations

import tempfile
import wave
from collections import deque
from pathlib import Path

import numpy as np
import pjsua2 as pj

from tests.phones.config import BRIDGE_RATE_HZ
from tests.phones.tones import Samples

FRAME_MS = 20
MEMORY_FRAMES = 4000 // FRAME_MS


class Ear(pj.AudioMediaPort):
    """Keeps the last seconds it was sent. Never destroyed while the bridge runs: frames may be under way."""

    def __init__(self) -> None:
        # Before createPort: the bridge may deliver a frame at once.
        self._frames: deque[bytes] = deque(maxlen=MEMORY_FRAMES)
        super().__init__()
        sound = pj.MediaFormatAudio()
        sound.type = pj.PJMEDIA_TYPE_AUDIO
        sound.clockRate = BRIDGE_RATE_HZ
        sound.channelCount = 1
        sound.bitsPerSample = 16
        sound.frameTimeUsec = FRAME_MS * 1000
        self.createPort("ear", sound)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        data = bytearray(frame.size)
        frame.buf.copy_to_bytearray(data)
        self._frames.append(bytes(data))

    def forget(self) -> None:
        self._frames.clear()

    def samples(self, duration_ms: int) -> Samples:
        frames = list(self._frames)[-(duration_ms // FRAME_MS) :]
        return np.frombuffer(b"".join(frames), dtype=np.int16)


class Voice:
    """The phone's own tone, and silence under it: a stream without any source stops sending RTP."""

    def __init__(self, frequency_hz: int) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="phone-")
        self._silence = pj.AudioMediaPlayer()
        self._silence.createPlayer(str(_write_silence(Path(self._directory.name))))
        self._tone = pj.ToneGenerator()
        self._tone.createToneGenerator(BRIDGE_RATE_HZ, 1)
        self._keys = pj.ToneGenerator()
        self._keys.createToneGenerator(BRIDGE_RATE_HZ, 1)
        self.speak(frequency_hz)

    def speak(self, frequency_hz: int) -> None:
        """Play this frequency for ever; 0 = be silent."""
        self._tone.stop()
        if frequency_hz:
            tone = pj.ToneDesc()
            tone.freq1 = frequency_hz
            tone.on_msec = 1000
            tone.off_msec = 0
            tones = pj.ToneDescVector()
            tones.append(tone)
            self._tone.play(tones, True)

    def press(self, digits: str) -> None:
        """Keys as sound, beside or instead of the tone."""
        keys = pj.ToneDigitVector()
        for digit in digits:
            key = pj.ToneDigit()
            key.digit, key.on_msec, key.off_msec = digit, 120, 120
            keys.append(key)
        self._keys.playDigits(keys)

    def call_as_fax(self) -> None:
        """ITU-T T.30: half a second of 1100 Hz, three seconds of nothing."""
        tones = pj.ToneDescVector()
        for _ in range(3):
            tone = pj.ToneDesc()
            tone.freq1, tone.on_msec, tone.off_msec = 1100, 500, 3000
            tones.append(tone)
        self._keys.play(tones)

    def start(self, sink: pj.AudioMedia) -> None:
        self._silence.startTransmit(sink)
        self._tone.startTransmit(sink)
        self._keys.startTransmit(sink)

    def close(self) -> None:
        self._directory.cleanup()


def _write_silence(directory: Path) -> Path:
    path = directory / "silence.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(BRIDGE_RATE_HZ)
        sound.writeframes(bytes(2 * BRIDGE_RATE_HZ))
    return path
