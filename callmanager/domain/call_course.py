"""The course of a call that was, for people: each event as a sentence with what is worth knowing of it. Pure.

What would open a door, such as the unguessable part of a contact, is left out here once for console and REST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callmanager.domain.action_words import action_words
from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.ladder import Tone, anchor_of, in_order

# What programs may see of an event: what is not named here stays inside, such as files, PINs and names of recordings.
_PUBLIC = frozenset(
    [
        "call_id",
        "caller",
        "caller_domain",
        "caller_display_name",
        "callee",
        "callee_domain",
        "direction",
        "source",
        "user_agent",
        "tenant_name",
        "trunk_id",
        "trunk_name",
        "did",
        "is_confidential",
        "request_id",
        "target_id",
        "number",
        "contact",
        "sip_code",
        "early_media",
        "reason",
        "outbound_caller_id",
        "on_behalf_of",
        "ring_group",
        "answered_by",
        "from_number",
        "is_outside",
        "transfer",
        "side",
        "transferor",
        "transferee",
        "transfer_target",
        "display_name",
        "replaced_number",
        "from_session",
        "from_call_id",
        "to_session",
        "to_call_id",
        "aor",
        "peer_aor",
        "mailbox",
        "is_urgent",
        "message_id",
        "change",
        "to",
        "monitored",
        "monitored_session_id",
        "mode",
        "status",
        "ended_by",
        "caller_media",
        "callee_media",
        "slot",
        "parked_by",
        "pressed",
        "read_as",
        "action",
        "answer",
        "receptionist",
        "asked_by",
        "tracks",
        "by",
        "why",
    ]
)
_LABELS = {
    "user_agent": "Phone",
    "contact": "Contact",
    "source": "Address",
    "trunk_name": "Trunk",
    "did": "Number called",
    "outbound_caller_id": "Caller ID sent",
    "on_behalf_of": "On behalf of",
    "ring_group": "Ring group",
    "call_id": "SIP Call-ID",
    "from_call_id": "SIP Call-ID before",
    "to_call_id": "SIP Call-ID after",
}
_USER_OF_URI = re.compile(r"(sips?:)[^@;>]*@")
_REROUTED = {
    "always": "all calls",
    "busy": "busy",
    "no_answer": "nobody answered",
    "offline": "no phone was registered",
    "redirect": "sent on by request",
}
_FEATURES = {
    CallEventKind.CALLER_ANSWERED: "{number} takes the call that a program asked for",
    CallEventKind.TARGET_ANSWERED: "{number} can hear",
    CallEventKind.CALL_PARKED: "{parked_by} parks {number} on {slot}",
    CallEventKind.CALL_UNPARKED: "{number} waits on {slot} no longer: {reason}",
    CallEventKind.VOICEMAIL_STARTED: "A message is left for {mailbox}",
    CallEventKind.VOICEMAIL_MARKED: "The message for {mailbox} is marked as urgent",
    CallEventKind.VOICEMAIL_TAKEN_BACK: "The message for {mailbox} is taken back",
    CallEventKind.VOICEMAIL_CHANGED: "In the mailbox of {mailbox}: {change}",
    CallEventKind.MONITOR_STARTED: "Listens to the call of {monitored} ({mode})",
    CallEventKind.MONITOR_CHANGED: "Goes on listening to {monitored} ({mode})",
    CallEventKind.MENU_CHOSEN: "Presses {pressed}",
    CallEventKind.QUEUE_ENTERED: "Waits in the queue {queue}",
    CallEventKind.QUEUE_SLA_BREACHED: "Waits for more than {sla_s} seconds",
    CallEventKind.QUEUE_LEFT: "Waits in the queue {queue} no longer: {why}",
    CallEventKind.QUEUE_AGENT_STATE: "{agent} in the queue {queue}: {happening}",
    CallEventKind.QUEUE_CALLED_BACK: "The callback to {number} of the queue {queue}: {why}",
    CallEventKind.CONFERENCE_STARTED: "Begins the conference {conference}",
    CallEventKind.CONFERENCE_JOINED: "Comes into the conference {conference}",
    CallEventKind.CONFERENCE_MUTED: "Mutes or unmutes in the conference {conference}",
    CallEventKind.CONFERENCE_LOCKED: "Locks or opens the conference {conference}",
    CallEventKind.CONFERENCE_LEFT: "Leaves the conference {conference}",
    CallEventKind.CONFERENCE_ENDED: "The conference {conference} is over",
    CallEventKind.RECORDING_STARTED: "Recording begins",
    CallEventKind.RECORDING_PAUSED: "Recording pauses",
    CallEventKind.RECORDING_RESUMED: "Recording goes on",
    CallEventKind.RECORDING_STOPPED: "Recording ends: {why}",
}
_GOOD = frozenset({CallEventKind.CALL_ESTABLISHED, CallEventKind.CALL_TRANSFERRED, CallEventKind.CALL_JOINED})
_BAD = frozenset({
    CallEventKind.TARGET_FAIL, CallEventKind.CALL_FAIL, CallEventKind.CALL_NOANSWER, CallEventKind.TRANSFER_FAILED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened; `offset_s` counts from the first one. `anchor` names it, also among several calls."""

    session_id: str
    sequence: int
    at: float
    offset_s: float
    kind: str
    text: str
    tone: Tone
    details: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        return anchor_of(self.session_id, self.sequence)

    @property
    def document(self) -> dict[str, Any]:
        return {
            "session_id": self.session_id,
            "sequence": self.sequence,
            "at": self.at,
            "offset_s": round(self.offset_s, 3),
            "kind": self.kind,
            "text": self.text,
            "details": [{"label": label, "value": value} for label, value in self.details],
        }


def call_course(events: Sequence[CallEvent]) -> tuple[Moment, ...]:
    """In order, whatever order they come in; calls that belong together are told as one."""
    story = in_order(events)
    began_at = story[0].at if story else 0.0
    return tuple(
        Moment(
            session_id=event.session_id,
            sequence=event.sequence,
            at=event.at,
            offset_s=max(event.at - began_at, 0.0),
            kind=event.kind.value,
            text=_sentence(event),
            tone=Tone.GOOD if event.kind in _GOOD else Tone.BAD if event.kind in _BAD else Tone.PLAIN,
            details=tuple(_details(event.data)),
        )
        for event in story
    )


def public_data(data: Mapping[str, object]) -> dict[str, object]:
    """Of an event, for whoever may see the record of its call."""
    return {
        name: redacted(value) if name in ("contact", "final_destination") else value
        for name, value in data.items()
        if name in _PUBLIC
    }


def redacted(uri: object) -> str:
    """`sip:…@192.0.2.7:5060`: where it was, not the name by which it could be called."""
    text = "" if uri is None else str(uri)
    return _USER_OF_URI.sub(r"\1…@", text).partition(";")[0].strip("<>")


def _details(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, label in _LABELS.items():
        value = redacted(data.get(name)) if name == "contact" else _text(data, name)
        if value:
            yield label, value
    if answer := _answer(data):
        yield "Answer", answer


def _sentence(event: CallEvent) -> str:
    data, number = event.data, _text(event.data, "number") or "The PBX"
    match event.kind:
        case CallEventKind.CALL_START:
            way = f" over {_text(data, 'trunk_name')}" if data.get("trunk_name") else ""
            return f"{_text(data, 'caller') or 'Somebody'} calls {_text(data, 'callee')}{way}"
        case CallEventKind.TARGET_ADD:
            return f"Calls {number}{_way(data)}"
        case CallEventKind.TARGET_RINGING:
            return f"{number} can be heard" if data.get("early_media") else f"{number} rings"
        case CallEventKind.TARGET_FAIL:
            return f"{number} does not take the call: {_answer(data) or 'it failed'}"
        case CallEventKind.TARGET_NOANSWER:
            return f"{number} did not answer"
        case CallEventKind.TARGET_ENDED:
            return f"{number} is out of it: {_text(data, 'reason') or 'its part is over'}"
        case CallEventKind.CALL_ESTABLISHED:
            service = _text(data, "answered_by")
            is_person = service in ("extension", "trunk", "")
            return f"{number} answers" if is_person else f"The PBX answers: {service.replace('_', ' ')}"
        case CallEventKind.CALL_REROUTE:
            why = _REROUTED.get(_text(data, "reason"), _text(data, "reason").replace("_", " "))
            return f"{_text(data, 'from_number') or 'The call'} goes on to {number} ({why})"
        case CallEventKind.CALL_NOANSWER | CallEventKind.CALL_FAIL:
            return f"The call fails: {_answer(data) or 'nobody answered'}"
        case CallEventKind.VOICEMAIL_CHANGED if data.get("change") == "prompt":
            return f"A prompt of the receptionist {_text(data, 'mailbox')} is recorded"
        case CallEventKind.MENU_CHOSEN if data.get("action"):
            return action_words(data)
        case CallEventKind.CALL_ENDED:
            who = {"caller": "The caller hangs up", "callee": "The other side hangs up"}
            reason = _text(data, "reason")
            ended = who.get(_text(data, "ended_by"), "The PBX ends the call")
            return f"{ended}{f': {reason}' if reason else ''}"
        case _:
            return _change_sentence(event)


def _change_sentence(event: CallEvent) -> str:
    """Of a call that has been answered: who does what to it, and who comes and goes."""
    data, number = event.data, _text(event.data, "number") or "The PBX"
    match event.kind:
        case CallEventKind.CALL_HOLD | CallEventKind.CALL_UNHOLD:
            verb = (
                "puts the other on hold"
                if event.kind is CallEventKind.CALL_HOLD
                else "takes the other from hold"
            )
            return f"The {_text(data, 'side') or 'caller'} {verb}"
        case CallEventKind.CALL_MUTE | CallEventKind.CALL_UNMUTE:
            verb = "is muted" if event.kind is CallEventKind.CALL_MUTE else "can be heard again"
            return f"The {_text(data, 'side') or 'caller'} {verb}"
        case CallEventKind.TRANSFER_STARTED:
            kind = _text(data, "transfer")
            if kind == "return":
                return f"Goes back to {_text(data, 'transfer_target') or _text(data, 'transferor')}"
            return f"{_transfer(data)}{f' ({kind})' if kind else ''}"
        case CallEventKind.TRANSFER_FAILED:
            return f"The transfer to {_text(data, 'transfer_target')} failed: {_answer(data) or 'no answer'}"
        case CallEventKind.CALL_TRANSFERRED:
            return f"{_text(data, 'transferee') or 'The other'} talks to {number} now"
        case CallEventKind.CALL_JOINED:
            return f"{number} comes into the call ({_text(data, 'reason').replace('_', ' ')})"
        case CallEventKind.CALL_MOVED:
            return "Goes on in another call"
        case _:
            return _plain_sentence(event)


def _plain_sentence(event: CallEvent) -> str:
    """What features add: in their own words where there are any, else by name and whom it is about."""
    data = event.data
    words = _FEATURES.get(event.kind)
    if words is not None:
        told = words.format_map(_Words(data))
        by = _text(data, "by")
        return f"{told} (by {by})" if by else told
    about = ("mailbox", "monitored", "mode", "slot", "number", "change", "by")
    named = [text for name in about if (text := _text(data, name))]
    name = event.kind.value.replace("_", " ").capitalize()
    return f"{name}: {', '.join(named)}" if named else name


class _Words(dict[str, str]):
    """What an event does not say is told as somebody or something."""

    def __init__(self, data: Mapping[str, object]) -> None:
        super().__init__(
            {name: _text(data, name).replace("_", " ") for name in data if data[name] not in (None, "")}
        )

    def __missing__(self, key: str) -> str:
        return "somebody" if key in ("number", "mailbox", "monitored", "parked_by") else "unknown"


def _transfer(data: Mapping[str, object]) -> str:
    transferor, transferee = _text(data, "transferor"), _text(data, "transferee")
    target = _text(data, "transfer_target")
    return f"{transferor or 'Somebody'} transfers {transferee or 'the other'} to {target or 'somebody'}"


def _way(data: Mapping[str, object]) -> str:
    if trunk := _text(data, "trunk_name"):
        return f" over {trunk}"
    group = _text(data, "ring_group")
    return f", a member of {group}" if group else ""


def _answer(data: Mapping[str, object]) -> str:
    return f"{_text(data, 'sip_code')} {_text(data, 'reason')}".strip() if data.get("sip_code") else ""


def _text(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return "" if value is None else str(value)
