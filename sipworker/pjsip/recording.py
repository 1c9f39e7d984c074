"""Legs recorded into WAV files. A file is whole a moment after its recorder was let go."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path

import pjsua2 as pj
import structlog

from sipworker.call.signals import LegId, RecordingFailed, RecordingStopped
from sipworker.pjsip.media import Patchbay

log = structlog.get_logger(__name__)

# The bridge lets go of a recorder with its next frames; then the header is written.
SETTLES_AFTER_S = 0.3


class Recordings:
    """All recorders of the worker, by the name that the call gave them."""

    def __init__(
        self, patchbay: Patchbay, emit: Callable[[RecordingStopped | RecordingFailed], None]
    ) -> None:
        self._patchbay = patchbay
        self._emit = emit
        self._running: dict[str, tuple[LegId, pj.AudioMediaRecorder]] = {}
        self._settling: deque[tuple[float, LegId, str]] = deque()

    def start(self, owner: LegId, name: str, sources: Sequence[LegId], file: Path) -> None:
        """Every source is mixed into one track. `owner` is the leg that hears of the end."""
        recorder = pj.AudioMediaRecorder()
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            recorder.createRecorder(str(file))
        except (pj.Error, OSError) as error:
            # A call that can't be recorded goes on; whoever wanted it decides what is said.
            why = error.info() if isinstance(error, pj.Error) else error.strerror
            log.error("recording.not_begun", error=why)
            self._emit(RecordingFailed(owner, name))
            return
        sink = _sink(owner, name)
        self._running[sink] = (owner, recorder)
        self._patchbay.attach(sink, recorder)
        for source in sources:
            self._patchbay.connect(source, sink)

    def stop(self, owner: LegId, name: str) -> None:
        """RecordingStopped follows when the file is whole."""
        found = self._running.pop(_sink(owner, name), None)
        if found is not None:
            self._patchbay.forget(_sink(owner, name))
            self._settling.append((time.monotonic(), owner, name))

    def forget(self, leg: LegId) -> None:
        """The leg is over: whatever it recorded ends with it."""
        for sink in [sink for sink, (owner, _) in self._running.items() if owner == leg]:
            self.stop(leg, sink.removeprefix(_sink(leg, "")))

    def collect(self) -> None:
        while self._settling and time.monotonic() - self._settling[0][0] > SETTLES_AFTER_S:
            _, owner, name = self._settling.popleft()
            self._emit(RecordingStopped(owner, name))

    @property
    def next_due_s(self) -> float | None:
        """When `collect` has something to say at the earliest; None: nothing is settling."""
        if not self._settling:
            return None
        return max(0.0, SETTLES_AFTER_S - (time.monotonic() - self._settling[0][0]))

    def close(self) -> None:
        self._running.clear()


def _sink(owner: LegId, name: str) -> str:
    return f"recording:{owner}:{name}"
