"""CallRecorder on pjsua2: one WAV file for both sides, or one for each, from the same moment on.

Both files of a call begin in the same turn and hear silence all the time, so they are aligned to the sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pjsua2 as pj

from sipworker.call.signals import LegId
from sipworker.pjsip.media import Patchbay
from sipworker.ports import RecorderError

PURPOSE = "recording"


class _Running:
    def __init__(self, files: Sequence[Path]) -> None:
        self.files = files
        self.recorders: list[pj.AudioMediaRecorder] = []
        # Which leg goes to which sink.
        self.heard: set[tuple[LegId, str]] = set()


class CallRecorders:
    """All recordings of calls of this worker."""

    def __init__(self, patchbay: Patchbay, directory: Path) -> None:
        self._patchbay = patchbay
        self._directory = directory
        self._running: dict[str, _Running] = {}

    def begin(self, recording: str, paths: Sequence[str]) -> None:
        running = _Running([self._directory / path for path in paths])
        try:
            for file in running.files:
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                recorder = pj.AudioMediaRecorder()
                recorder.createRecorder(str(file))
                running.recorders.append(recorder)
        except (OSError, pj.Error) as error:
            raise RecorderError(error.info() if isinstance(error, pj.Error) else str(error)) from error
        self._running[recording] = running
        for number, recorder in enumerate(running.recorders):
            self._patchbay.attach(_sink(recording, number), recorder)

    def mix(self, recording: str, caller_side: Sequence[LegId], callee_side: Sequence[LegId]) -> None:
        running = self._running.get(recording)
        if running is None:
            return
        callee_sink = _sink(recording, len(running.files) - 1)
        wanted = {(leg, _sink(recording, 0)) for leg in caller_side}
        wanted |= {(leg, callee_sink) for leg in callee_side}
        for leg, sink in running.heard - wanted:
            self._patchbay.disconnect(leg, sink, PURPOSE)
        for leg, sink in wanted - running.heard:
            self._patchbay.connect(leg, sink, PURPOSE)
        running.heard = wanted

    def end(self, recording: str) -> None:
        """The bridge lets go of the files with its next frames; then their headers are written."""
        running = self._running.pop(recording, None)
        if running is None:
            return
        for number in range(len(running.files)):
            self._patchbay.forget(_sink(recording, number))

    def sizes(self) -> Mapping[str, int]:
        return {name: sum(_size(file) for file in running.files) for name, running in self._running.items()}

    def close(self) -> None:
        """What still runs is whole when the library ends."""
        self._running.clear()


def _sink(recording: str, number: int) -> str:
    return f"call-recording:{recording}:{number}"


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
