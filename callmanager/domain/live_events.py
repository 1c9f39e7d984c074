"""Call events as subscribers see them: topic, key and documented fields, every value in `data` a string."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.call_parties import inside_numbers
from callmanager.domain.cdr import CallDetail
from callmanager.domain.event_head import as_text, event_head
from callmanager.domain.public_record import to_public_json
from callmanager.domain.subscriptions import CDR_EVENTS, EXTENSION_EVENTS, as_confidential

# What each key tells besides the fields that every event of a call has.
_TARGET = ("target_id", "number", "trunk_name", "ring_group")
_TRANSFER = ("transfer", "side", "transferor", "transferee", "transfer_target")
_SEAT = ("answered_by", "contact", "user_agent", "from_session", "from_call_id")
FIELDS_OF_KIND: Mapping[CallEventKind, tuple[str, ...]] = {
    CallEventKind.CALL_START: (
        *("caller_domain", "caller_display_name", "callee_domain"),
        *("trunk_name", "did"),
    ),
    CallEventKind.CALLER_ANSWERED: ("number", "user_agent"),
    CallEventKind.TARGET_ADD: (*_TARGET, "contact", "user_agent", "outbound_caller_id"),
    CallEventKind.TARGET_RINGING: (*_TARGET, "sip_code"),
    CallEventKind.TARGET_ANSWERED: (*_TARGET, "contact", "user_agent"),
    CallEventKind.TARGET_NOANSWER: (*_TARGET, "sip_code", "reason"),
    CallEventKind.TARGET_FAIL: (*_TARGET, "sip_code", "reason"),
    CallEventKind.TARGET_ENDED: (*_TARGET, "sip_code", "reason"),
    CallEventKind.CALL_ESTABLISHED: (
        *(*_TARGET, "answered_by", "contact", "user_agent"),
        "outbound_caller_id",
    ),
    CallEventKind.CALL_HOLD: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_UNHOLD: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_MUTE: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_UNMUTE: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_REROUTE: ("reason", "from_number", "number"),
    CallEventKind.TRANSFER_STARTED: _TRANSFER,
    CallEventKind.TRANSFER_FAILED: (*_TRANSFER, "sip_code", "reason"),
    CallEventKind.CALL_TRANSFERRED: (*_TRANSFER, *_TARGET, *_SEAT),
    CallEventKind.CALL_JOINED: ("reason", "side", "replaced_number", *_TARGET, *_SEAT),
    CallEventKind.CALL_MOVED: ("reason", "target_id", "to_session", "to_call_id"),
    CallEventKind.MENU_CHOSEN: ("receptionist", "pressed", "read_as", "action", "answer", "number", "reason"),
    CallEventKind.QUEUE_ENTERED: ("queue", "queue_name"),
    CallEventKind.QUEUE_SLA_BREACHED: ("queue", "sla_s"),
    CallEventKind.QUEUE_LEFT: ("queue", "why", "agent"),
    CallEventKind.QUEUE_AGENT_STATE: ("queue", "agent", "happening", "pause_reason"),
    CallEventKind.QUEUE_CALLED_BACK: ("queue", "number", "why", "from_session"),
    CallEventKind.CONFERENCE_STARTED: ("conference", "subject"),
    CallEventKind.CONFERENCE_JOINED: ("conference", "participant", "is_admin", "participants"),
    CallEventKind.CONFERENCE_MUTED: ("conference", "participant", "is_muted"),
    CallEventKind.CONFERENCE_LOCKED: ("conference", "is_locked"),
    CallEventKind.CONFERENCE_LEFT: ("conference", "participant", "participants"),
    CallEventKind.CONFERENCE_ENDED: ("conference",),
    CallEventKind.CALL_NOANSWER: ("reason",),
    CallEventKind.CALL_FAIL: ("reason",),
    CallEventKind.CALL_ENDED: ("status", "ended_by", "reason"),
    CallEventKind.VOICEMAIL_STARTED: ("mailbox",),
    CallEventKind.VOICEMAIL_MARKED: ("mailbox", "is_urgent"),
    CallEventKind.VOICEMAIL_TAKEN_BACK: ("mailbox",),
    CallEventKind.VOICEMAIL_CHANGED: ("mailbox", "message_id", "change"),
    CallEventKind.SETTING_CHANGED: ("extension", "change", "destination", "to_number"),
    CallEventKind.CALL_PARKED: ("slot", "number", "trunk_name", "parked_by"),
    CallEventKind.CALL_UNPARKED: ("slot", "number", "trunk_name", "reason"),
    CallEventKind.MONITOR_STARTED: ("monitored", "monitored_session_id", "mode"),
    CallEventKind.MONITOR_CHANGED: ("monitored", "mode"),
    CallEventKind.RECORDING_STARTED: ("recording", "asked_by", "tracks", "by"),
    CallEventKind.RECORDING_PAUSED: ("recording", "by"),
    CallEventKind.RECORDING_RESUMED: ("recording", "by"),
    CallEventKind.RECORDING_STOPPED: ("recording", "why", "by"),
}
_NOBODY: frozenset[str] = frozenset()


class LiveEventFeed:
    """Turns the events of many calls into messages.

    Remembers each call's `call_start` and whose phones rang until its `call_ended`: later events do not repeat it.
    """

    def __init__(self) -> None:
        self._starts: dict[str, CallEvent] = {}
        self._rung: dict[str, frozenset[str]] = {}

    def message(self, event: CallEvent) -> dict[str, object]:
        """What to publish for this event; call it for every event, in order."""
        session_id = event.session_id
        if event.kind is CallEventKind.CALL_START:
            self._starts[session_id] = event
        start = self._starts.get(session_id)
        if start is not None:
            self._rung[session_id] = self._rung.get(session_id, _NOBODY) | _extensions_of(event)
        rung = self._rung.get(session_id, _NOBODY)
        if event.kind is CallEventKind.CALL_ENDED:
            self._starts.pop(session_id, None)
            self._rung.pop(session_id, None)
        return live_message(event, start, rung)


def live_message(
    event: CallEvent, start: CallEvent | None, rung: frozenset[str] = _NOBODY
) -> dict[str, object]:
    """One message of the topic `extension_events`; `start` is the call's first event, None if missed."""
    about: Mapping[str, object] = start.data if start else {}
    data = event_head(event, about)
    data |= {name: as_text(event.data.get(name)) for name in FIELDS_OF_KIND[event.kind]}
    if event.kind in (CallEventKind.CALL_FAIL, CallEventKind.CALL_NOANSWER):
        data["fail_code"] = as_text(event.data.get("sip_code"))
    caller_and_callee = inside_numbers(data["direction"], data["caller"], data["callee"])
    message: dict[str, object] = {
        "topic": EXTENSION_EVENTS,
        "key": event.kind.value,
        "tenant_id": event.tenant_id,
        "extensions": _extensions(*caller_and_callee, *rung, *_extensions_of(event)),
        "sequence": event.sequence,
        "time": event.at,
        "data": data,
    }
    return as_confidential(message) if about.get("is_confidential") else message


def _extensions_of(event: CallEvent) -> frozenset[str]:
    """Those this event is about. A number on a trunk is somebody outside, whatever it looks like."""
    if event.data.get("trunk_id"):
        return _NOBODY
    names = ("from_number",) if event.data.get("is_outside") else ("from_number", "number", "transferor")
    return frozenset(as_text(event.data.get(name)) for name in names) - {""}


def cdr_message(detail: CallDetail) -> dict[str, object]:
    """The message of the topic `cdr_events` for a finished call."""
    caller_and_callee = inside_numbers(detail.direction, detail.caller, detail.callee)
    message: dict[str, object] = {
        "topic": CDR_EVENTS,
        "key": "call_cdr",
        "tenant_id": detail.tenant_id,
        "extensions": _extensions(*caller_and_callee, *detail.rung_extensions),
        "sequence": 0,
        "time": detail.ended_at,
        "data": to_public_json(detail),
    }
    return as_confidential(message) if detail.is_confidential else message


def _extensions(*numbers: str) -> list[str]:
    return sorted({number for number in numbers if number})
