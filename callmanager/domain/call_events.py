"""The document that comes up from the workers: what happened on a call, numbered, in the past tense."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

BATCH_EVENTS = 500


class CallEventKind(StrEnum):
    """Every kind of call event, all of them public keys of the topic `extension_events`."""

    CALL_START = "call_start"
    CALLER_ANSWERED = "caller_answered"
    TARGET_ADD = "target_add"
    TARGET_RINGING = "target_ringing"
    TARGET_ANSWERED = "target_answered"
    TARGET_NOANSWER = "target_noanswer"
    TARGET_FAIL = "target_fail"
    TARGET_ENDED = "target_ended"
    CALL_ESTABLISHED = "call_established"
    CALL_HOLD = "call_hold"
    CALL_UNHOLD = "call_unhold"
    CALL_MUTE = "call_mute"
    CALL_UNMUTE = "call_unmute"
    CALL_REROUTE = "call_reroute"
    TRANSFER_STARTED = "transfer_started"
    TRANSFER_FAILED = "transfer_failed"
    CALL_TRANSFERRED = "call_transferred"
    CALL_JOINED = "call_joined"
    CALL_MOVED = "call_moved"
    MENU_CHOSEN = "menu_chosen"
    QUEUE_ENTERED = "queue_entered"
    QUEUE_SLA_BREACHED = "queue_sla_breached"
    QUEUE_LEFT = "queue_left"
    QUEUE_AGENT_STATE = "queue_agent_state"
    QUEUE_CALLED_BACK = "queue_called_back"
    CONFERENCE_STARTED = "conference_started"
    CONFERENCE_JOINED = "conference_joined"
    CONFERENCE_MUTED = "conference_muted"
    CONFERENCE_LOCKED = "conference_locked"
    CONFERENCE_LEFT = "conference_left"
    CONFERENCE_ENDED = "conference_ended"
    CALL_NOANSWER = "call_noanswer"
    CALL_FAIL = "call_fail"
    CALL_ENDED = "call_ended"
    VOICEMAIL_STARTED = "voicemail_started"
    VOICEMAIL_MARKED = "voicemail_marked"
    VOICEMAIL_TAKEN_BACK = "voicemail_taken_back"
    VOICEMAIL_CHANGED = "voicemail_changed"
    SETTING_CHANGED = "setting_changed"
    CALL_PARKED = "call_parked"
    CALL_UNPARKED = "call_unparked"
    MONITOR_STARTED = "monitor_started"
    MONITOR_CHANGED = "monitor_changed"
    RECORDING_STARTED = "recording_started"
    RECORDING_PAUSED = "recording_paused"
    RECORDING_RESUMED = "recording_resumed"
    RECORDING_STOPPED = "recording_stopped"


# The last event of a call is always CALL_ENDED: after call_noanswer and call_fail too, so that
# whoever assembles CDRs waits for one thing only.
@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing that happened.

    `sequence` counts from 0 within the session without gaps. `at` is unix time in seconds, UTC.
    `data` holds JSON scalars (and lists/mappings of them); its keys for each kind stand in
    `docs/interfaces.md`.
    """

    tenant_id: int
    session_id: str
    sequence: int
    kind: CallEventKind
    at: float
    worker: str
    data: Mapping[str, object]

    def to_json(self) -> str:
        """One line of JSON, as published to Redis, spooled to disk and stored."""
        return json.dumps(
            {
                "tenant_id": self.tenant_id,
                "session_id": self.session_id,
                "sequence": self.sequence,
                "kind": self.kind.value,
                "at": self.at,
                "worker": self.worker,
                "data": dict(self.data),
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, line: str | bytes) -> CallEvent:
        """Read back what `to_json` wrote; ValueError or KeyError for anything else."""
        document = json.loads(line)
        return cls(
            tenant_id=int(document["tenant_id"]),
            session_id=str(document["session_id"]),
            sequence=int(document["sequence"]),
            kind=CallEventKind(document["kind"]),
            at=float(document["at"]),
            worker=str(document["worker"]),
            data=document["data"],
        )


def event_lines_read(
    lines: Iterable[bytes], note_unreadable: Callable[[int], None]
) -> Iterator[list[CallEvent]]:
    """Batches in the order of the lines. A line cut short by a crash is skipped, and its length noted."""
    batch: list[CallEvent] = []
    for line in lines:
        try:
            batch.append(CallEvent.from_json(line))
        except (ValueError, KeyError, TypeError):
            if line.strip():
                note_unreadable(len(line))
        if len(batch) == BATCH_EVENTS:
            yield batch
            batch = []
    if batch:
        yield batch
