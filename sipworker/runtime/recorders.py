"""Recordings of calls against what there is room for: refused, and stopped, before they could harm a call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import assert_never

import structlog

from callmanager.domain.recording import RecordingEnd
from sipworker.call.actions import MixCallRecording, RecordingAction, StartCallRecording, StopCallRecording
from sipworker.call.signals import CallRecordingBegun, CallRecordingFailed, CallRecordingSignal
from sipworker.ports import Ports, RecorderError
from sipworker.runtime.registry import LiveCall

log = structlog.get_logger(__name__)

# Long enough for any file to grow that is written at all.
CHECK_EVERY_S = 5.0


class Recorders:
    """Of all calls of this worker."""

    def __init__(self, ports: Ports) -> None:
        self._recorder = ports.recorder
        self._room = ports.recording_room
        self._clock = ports.clock
        self._calls: dict[str, LiveCall] = {}
        self._sizes: Mapping[str, int] = {}
        self._check_at = 0.0

    def perform(self, call: LiveCall, action: RecordingAction) -> tuple[CallRecordingSignal, ...]:
        match action:
            case StartCallRecording():
                return (self._start(call, action),)
            case MixCallRecording(recording=name, caller_side=callers, callee_side=callees):
                self._recorder.mix(name, callers, callees)
            case StopCallRecording(recording=name):
                self._end(name)
            case _:
                assert_never(action)
        return ()

    def forget(self, call: LiveCall) -> None:
        """The call is over, whatever it said of its recording."""
        for name in [name for name, owner in self._calls.items() if owner is call]:
            self._end(name)

    def check(self) -> tuple[tuple[LiveCall, CallRecordingFailed], ...]:
        """Those that can't go on, every few seconds."""
        now = self._clock.monotonic()
        if not self._calls or now < self._check_at:
            return ()
        self._check_at = now + CHECK_EVERY_S
        before, self._sizes = self._sizes, self._recorder.sizes()
        running: Counter[int] = Counter()
        for name, call in self._calls.items():
            running[_tenant_id(call)] += self._sizes.get(name, 0)
        failed = []
        for name, call in self._calls.items():
            why = self._why_not(_tenant_id(call), running[_tenant_id(call)])
            if why is None and self._sizes.get(name, 0) <= before.get(name, -1):
                why = RecordingEnd.FAILED
            if why is not None:
                log.warning("recording.stopped", session_id=call.context.session_id, why=why.value)
                failed.append((call, CallRecordingFailed(name, why)))
        return tuple(failed)

    def _start(self, call: LiveCall, action: StartCallRecording) -> CallRecordingSignal:
        name = action.recording
        running = sum(
            size
            for other, size in self._sizes.items()
            if other in self._calls and _tenant_id(self._calls[other]) == _tenant_id(call)
        )
        why = self._why_not(_tenant_id(call), running)
        if why is None:
            try:
                self._recorder.begin(name, action.paths)
            except RecorderError as error:
                log.error("recording.failed", session_id=call.context.session_id, error=str(error))
                why = RecordingEnd.FAILED
        if why is not None:
            return CallRecordingFailed(name, why)
        if not self._calls:
            self._check_at = self._clock.monotonic() + CHECK_EVERY_S
        self._calls[name] = call
        return CallRecordingBegun(name)

    def _why_not(self, tenant_id: int, running_bytes: int) -> RecordingEnd | None:
        if self._room.is_disk_full():
            return RecordingEnd.DISK_FULL
        left = self._room.left_bytes(tenant_id)
        return RecordingEnd.QUOTA_FULL if left is not None and running_bytes >= left else None

    def _end(self, name: str) -> None:
        if self._calls.pop(name, None) is not None:
            self._recorder.end(name)


def _tenant_id(call: LiveCall) -> int:
    return call.context.invite.tenant_id
