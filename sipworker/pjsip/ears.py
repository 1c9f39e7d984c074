"""Who listens for keys and fax machines in a leg's sound. Ears are used again: one that is dropped while the bridge
still feeds it takes the process along.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

import numpy as np
import pjsua2 as pj

from sipworker.call.signals import DigitPressed, LegId
from sipworker.call.sound_actions import ListenForKeys
from sipworker.pjsip.legs import Leg
from sipworker.pjsip.media import Patchbay
from sipworker.pjsip.tone_detector import CLOCK_RATE_HZ, FRAME_MS, ToneDetector

HEARD_MS = 100
# The bridge feeds an ear for a moment after it was let go.
RESTS_S = 0.3
EARS = "ears"

Heard = deque[tuple[LegId, str]]


class _Ear(pj.AudioMediaPort):
    """Hears on the bridge's thread: what is sure is only noted there."""

    def __init__(self, heard: Heard, wake: Callable[[], None]) -> None:
        # Before createPort: a frame may come at once.
        self._heard = heard
        self._wake = wake
        self._job: tuple[LegId, ToneDetector] | None = None
        super().__init__()
        sound = pj.MediaFormatAudio()
        sound.type = pj.PJMEDIA_TYPE_AUDIO
        sound.clockRate = CLOCK_RATE_HZ
        sound.channelCount = 1
        sound.bitsPerSample = 16
        sound.frameTimeUsec = FRAME_MS * 1000
        self.createPort("ear", sound)

    def listen(self, leg: LegId, detector: ToneDetector | None) -> None:
        self._job = (leg, detector) if detector is not None else None

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        job = self._job
        if job is None:
            return
        leg, detector = job
        data = bytearray(frame.size)
        frame.buf.copy_to_bytearray(data)
        if found := detector.hear(np.frombuffer(data, dtype=np.int16)):
            self._heard.append((leg, found))
            self._wake()


class Ears:
    """All on the SIP thread. A leg whose media is not there yet is looked at again with every turn."""

    def __init__(
        self,
        patchbay: Patchbay,
        legs: Mapping[LegId, Leg],
        emit: Callable[[DigitPressed], None],
        wake: Callable[[], None],
    ) -> None:
        self._patchbay = patchbay
        self._legs = legs
        self._emit = emit
        self._wake = wake
        self._waiting: dict[LegId, ListenForKeys] = {}
        self._listening: dict[LegId, _Ear] = {}
        self._resting: deque[tuple[float, _Ear]] = deque()
        self._heard: Heard = deque()

    def perform(self, action: ListenForKeys) -> None:
        self.forget(action.leg)
        if action.hears_keys or action.hears_fax:
            self._waiting[action.leg] = action
            self._begin(action)

    def forget(self, leg: LegId) -> None:
        """Nobody listens any more, or the leg is over."""
        self._waiting.pop(leg, None)
        ear = self._listening.pop(leg, None)
        if ear is not None:
            ear.listen(leg, None)
            self._patchbay.disconnect(leg, _sink(leg), EARS)
            self._patchbay.forget(_sink(leg))
            self._resting.append((time.monotonic(), ear))

    def collect(self) -> None:
        for action in tuple(self._waiting.values()):
            self._begin(action)
        while self._heard:
            leg, key = self._heard.popleft()
            if leg in self._listening:
                self._emit(DigitPressed(leg, key, HEARD_MS))

    def close(self) -> None:
        self._waiting.clear()
        self._heard.clear()

    def _begin(self, action: ListenForKeys) -> None:
        """Keys that the far end sends as events (RFC 4733) are not looked for in its sound."""
        leg = self._legs.get(action.leg)
        are_keys_apart = leg.sends_keys_apart() if leg is not None else None
        if are_keys_apart is None:
            return
        del self._waiting[action.leg]
        hears_keys = action.hears_keys and not are_keys_apart
        if not hears_keys and not action.hears_fax:
            return
        ear = self._listening[action.leg] = self._take()
        ear.listen(action.leg, ToneDetector(hears_keys=hears_keys, hears_fax=action.hears_fax))
        self._patchbay.attach(_sink(action.leg), ear)
        self._patchbay.connect(action.leg, _sink(action.leg), EARS)

    def _take(self) -> _Ear:
        if self._resting and time.monotonic() - self._resting[0][0] > RESTS_S:
            return self._resting.popleft()[1]
        return _Ear(self._heard, self._wake)


def _sink(leg: LegId) -> str:
    return f"ear:{leg}"
