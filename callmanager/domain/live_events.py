"""Call events as subscribers see them: topic, key and documented fields, every value in `data` a string."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import CallDetail, to_public_json
from callmanager.domain.subscriptions import CDR_EVENTS, EXTENSION_EVENTS

# What each key tells besides the fields that every event of a call has.
_FIELDS: Mapping[CallEventKind, tuple[str, ...]] = {
    CallEventKind.CALL_START: ("caller_domain", "caller_display_name", "callee_domain"),
    CallEventKind.TARGET_ADD: ("target_id", "number", "contact", "user_agent"),
    CallEventKind.TARGET_RINGING: ("target_id", "number", "sip_code"),
    CallEventKind.TARGET_NOANSWER: ("target_id", "number", "sip_code", "reason"),
    CallEventKind.TARGET_FAIL: ("target_id", "number", "sip_code", "reason"),
    CallEventKind.TARGET_ENDED: ("target_id", "number", "sip_code", "reason"),
    CallEventKind.CALL_ESTABLISHED: ("target_id", "number", "answered_by", "contact", "user_agent"),
    CallEventKind.CALL_HOLD: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_UNHOLD: ("side", "aor", "peer_aor"),
    CallEventKind.CALL_NOANSWER: ("reason",),
    CallEventKind.CALL_FAIL: ("reason",),
    CallEventKind.CALL_ENDED: ("status", "ended_by", "reason"),
}


class LiveEventFeed:
    """Turns the events of many calls into messages.

    Remembers each call's `call_start` until its `call_ended`: later events do not repeat who called whom.
    """

    def __init__(self) -> None:
        self._starts: dict[str, CallEvent] = {}

    def message(self, event: CallEvent) -> dict[str, object]:
        """What to publish for this event; call it for every event, in order."""
        if event.kind is CallEventKind.CALL_START:
            self._starts[event.session_id] = event
        start = self._starts.get(event.session_id)
        if event.kind is CallEventKind.CALL_ENDED:
            self._starts.pop(event.session_id, None)
        return live_message(event, start)


def live_message(event: CallEvent, start: CallEvent | None) -> dict[str, object]:
    """One message of the topic `extension_events`; `start` is the call's first event, None if missed."""
    about: Mapping[str, object] = start.data if start else {}
    data = {
        "caller": _text(about.get("caller")),
        "callee": _text(about.get("callee")),
        "direction": _text(about.get("direction")) or "ext",
        "cdr_id": event.session_id,
        "session_id": event.session_id,
        "call_id": _text(about.get("call_id")),
        "request_id": "",
        "tenant_id": str(event.tenant_id),
        "tenant_name": _text(about.get("tenant_name")),
        "time": str(int(event.at)),
    }
    data |= {name: _text(event.data.get(name)) for name in _FIELDS[event.kind]}
    if event.kind in (CallEventKind.CALL_FAIL, CallEventKind.CALL_NOANSWER):
        data["fail_code"] = _text(event.data.get("sip_code"))
    return {
        "topic": EXTENSION_EVENTS,
        "key": event.kind.value,
        "tenant_id": event.tenant_id,
        "extensions": _extensions(data["caller"], data["callee"], _text(event.data.get("number"))),
        "sequence": event.sequence,
        "time": event.at,
        "data": data,
    }


def cdr_message(detail: CallDetail) -> dict[str, object]:
    """The message of the topic `cdr_events` for a finished call."""
    numbers = (target.number for target in detail.targets)
    return {
        "topic": CDR_EVENTS,
        "key": "call_cdr",
        "tenant_id": detail.tenant_id,
        "extensions": _extensions(detail.caller, detail.callee, *numbers),
        "sequence": 0,
        "time": detail.ended_at,
        "data": to_public_json(detail),
    }


def _extensions(*numbers: str) -> list[str]:
    return sorted({number for number in numbers if number})


def _text(value: object) -> str:
    return "" if value is None else str(value)
