"""What subscribers hear when a recording can be listened to."""

from __future__ import annotations

from callmanager.domain.subscriptions import EXTENSION_EVENTS, RECORDING_STORED
from callmanager.fleet.models import Recording


def recording_stored_message(recording: Recording) -> dict[str, object]:
    at = recording.started_at.timestamp() + recording.duration_s
    return {
        "topic": EXTENSION_EVENTS,
        "key": RECORDING_STORED,
        "tenant_id": recording.tenant_id,
        "extensions": list(recording.parties),
        "sequence": 0,
        "time": at,
        "data": {
            "caller": recording.caller,
            "callee": recording.callee,
            "direction": recording.direction,
            "cdr_id": recording.session_id,
            "session_id": recording.session_id,
            "call_id": "",
            "request_id": "",
            "tenant_id": str(recording.tenant_id),
            "time": str(int(at)),
            "recording_id": recording.token,
            "duration_s": str(recording.duration_s),
            "tracks": str(recording.tracks),
        },
    }
