"""The recordings of a call, read from its events: whose they are, from when to when, with which pauses. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.call_parties import inside_numbers
from callmanager.domain.recording import RecordingEnd

RECORDING_KINDS = frozenset(
    {
        CallEventKind.RECORDING_STARTED,
        CallEventKind.RECORDING_PAUSED,
        CallEventKind.RECORDING_RESUMED,
        CallEventKind.RECORDING_STOPPED,
    }
)


CALLER, CALLEE = "caller", "callee"
# Of `answered_by`.
EXTENSION_ANSWERED = "extension"
_SEATING = (CallEventKind.CALL_ESTABLISHED, CallEventKind.CALL_JOINED, CallEventKind.CALL_TRANSFERRED)


@dataclass(slots=True)
class RecordingStory:
    """Times are unix seconds. `pauses` count from the start, their ends are None where it was never resumed."""

    recording: str
    worker: str
    paths: tuple[str, ...]
    asked_by: str
    by: str
    started_at: float
    ended_at: float | None = None
    why: RecordingEnd = RecordingEnd.WORKER_LOST
    pauses: list[tuple[float, float | None]] = field(default_factory=list)

    @property
    def tracks(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class RecordingFault:
    """One that could not begin, or go on, for a reason that people must hear of."""

    session_id: str
    why: RecordingEnd


def recordings_of(events: Iterable[CallEvent]) -> tuple[RecordingStory, ...]:
    """Every recording that began, in order."""
    told: dict[str, RecordingStory] = {}
    for event in sorted(events, key=lambda one: one.sequence):
        name = str(event.data.get("recording", ""))
        if event.kind is CallEventKind.RECORDING_STARTED:
            told[name] = _begun(name, event)
        elif event.kind in RECORDING_KINDS and name in told:
            _continue(told[name], event)
    return tuple(told.values())


def listeners_of(story: RecordingStory, events: Iterable[CallEvent]) -> tuple[str, ...]:
    """The extensions that were in the call from the recording's beginning to its end.

    Who came later, or left before, would hear what others said without them.
    """
    seats: dict[str, list[tuple[float, str]]] = {CALLER: [], CALLEE: []}
    for event in sorted(events, key=lambda one: one.sequence):
        data = event.data
        if event.kind is CallEventKind.CALL_START:
            inside = inside_numbers(str(data.get("direction", "")), str(data.get("caller", "")), "")
            seats[CALLER].append((event.at, "".join(inside)))
        elif event.kind in _SEATING:
            side = str(data.get("side", CALLEE))
            is_inside = data.get("answered_by") == EXTENSION_ANSWERED
            number = str(data.get("number", "")) if is_inside else ""
            seats.setdefault(side, []).append((event.at, number))
    found = {_all_along(changes, story) for changes in seats.values()} - {""}
    return tuple(sorted(found))


def _all_along(changes: list[tuple[float, str]], story: RecordingStory) -> str:
    """Who sat there when it began, unless somebody else came before it ended."""
    before = [number for at, number in changes if at <= story.started_at]
    later = [at for at, _ in changes if at > story.started_at]
    if not before or (later and (story.ended_at is None or later[0] < story.ended_at)):
        return ""
    return before[-1]


def faults_of(events: Iterable[CallEvent]) -> tuple[RecordingFault, ...]:
    stopped = (event for event in events if event.kind is CallEventKind.RECORDING_STOPPED)
    ends = ((event.session_id, _end(event)) for event in stopped)
    return tuple(RecordingFault(session_id, why) for session_id, why in ends if why.is_fault)


def _begun(name: str, event: CallEvent) -> RecordingStory:
    paths = event.data.get("paths")
    return RecordingStory(
        recording=name,
        worker=event.worker,
        paths=tuple(str(path) for path in paths) if isinstance(paths, list | tuple) else (),
        asked_by=str(event.data.get("asked_by", "")),
        by=str(event.data.get("by", "")),
        started_at=event.at,
    )


def _continue(story: RecordingStory, event: CallEvent) -> None:
    since = round(event.at - story.started_at, 2)
    match event.kind:
        case CallEventKind.RECORDING_PAUSED:
            story.pauses.append((since, None))
        case CallEventKind.RECORDING_RESUMED if story.pauses:
            story.pauses[-1] = (story.pauses[-1][0], since)
        case CallEventKind.RECORDING_STOPPED:
            story.ended_at, story.why = event.at, _end(event)


def _end(event: CallEvent) -> RecordingEnd:
    try:
        return RecordingEnd(str(event.data.get("why")))
    except ValueError:
        return RecordingEnd.FAILED
