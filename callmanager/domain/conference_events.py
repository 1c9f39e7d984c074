"""The topic `conference_events` (manual 5.12): what happens in conference rooms, as subscribers are told, every value a
string. Pure.

Two keys: what happens, kept for those who were away, and who talks at the moment, which is told as a whole, seldom
enough for a page, and not kept: the next one says more than the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.call_parties import EXTENSION, inside_numbers
from callmanager.domain.event_head import as_text, event_head
from callmanager.domain.subscriptions import (
    CONFERENCE_EVENTS,
    CONFERENCE_STATUS,
    CONFERENCE_TALKING,
    as_confidential,
)

STARTED, JOINED, LEFT, ENDED = "started", "joined", "left", "ended"
MUTED, UNMUTED, ROOM_MUTED, ROOM_UNMUTED = "muted", "unmuted", "room_muted", "room_unmuted"
LOCKED, UNLOCKED = "locked", "unlocked"
CALLING, RINGING, NOT_REACHED = "calling", "ringing", "not_reached"
FIELDS: Mapping[str, str] = {
    "conference": "The number of the conference room.",
    "subject": "Its subject; empty of a room that nobody is in yet.",
    "status": f"{STARTED}, {JOINED}, {LEFT} or {ENDED}; {MUTED} or {UNMUTED} of a participant; {ROOM_MUTED}, "
    f"{ROOM_UNMUTED}, {LOCKED} or {UNLOCKED} of the room; {CALLING}, {RINGING} or {NOT_REACHED} of somebody invited.",
    "participant": "Who it is about, an extension or a number outside; empty: the room.",
    "participants": "How many are in the room now.",
    "is_admin": "Whether the participant came with the admin PIN.",
    "is_muted": "Whether nobody hears the participant; without one, whether nobody hears anybody.",
    "is_locked": "Whether nobody but admins can come in.",
    "outcome": f"Of {NOT_REACHED}: busy, no_answer, cancelled, failed or refused; answered where the room "
    "let nobody in.",
    "reason": f"Of {NOT_REACHED}: why, in words.",
}
TALKING_FIELDS: Mapping[str, str] = {
    "conference": "The number of the conference room.",
    "talking": "The numbers of all who talk now, with commas between; empty: nobody.",
    "talking_sessions": "Their calls, in the same order: `session_id` of the participants.",
}
# No page needs to know sooner, and people who talk at once must not flood anybody.
TALKING_EVERY_S = 0.5


@dataclass(slots=True)
class _Guest:
    number: str
    # Whether that is an extension, and nobody outside whose number looks like one.
    is_inside: bool
    is_admin: bool = False
    is_muted: bool = False


@dataclass(slots=True)
class _Room:
    subject: str = ""
    is_locked: bool = False
    is_muted: bool = False
    guests: dict[str, _Guest] = field(default_factory=dict)


class ConferenceFeed:
    """Turns the events of many calls into messages. Knows who is in, because an event of a call tells of that one."""

    def __init__(self) -> None:
        self._starts: dict[str, CallEvent] = {}
        self._rooms: dict[tuple[int, str], _Room] = {}
        # Calls by which rooms invite somebody who is not in yet.
        self._invited: set[str] = set()

    def message(self, event: CallEvent) -> dict[str, object] | None:
        """What to publish besides for this event; call it for every event, in order."""
        session = event.session_id
        match event.kind:
            case CallEventKind.CALL_START:
                self._starts[session] = event
                if event.data.get("is_service") is not True:
                    return None
                self._invited.add(session)
                return self._of_invited(event, CALLING)
            case CallEventKind.TARGET_RINGING if session in self._invited:
                return self._of_invited(event, RINGING)
            case CallEventKind.CALL_ENDED:
                message = None
                if session in self._invited:
                    why = {
                        "outcome": as_text(event.data.get("status")),
                        "reason": as_text(event.data.get("reason")),
                    }
                    message = self._of_invited(event, NOT_REACHED, **why)
                self._invited.discard(session)
                self._starts.pop(session, None)
                return message
            case _ if event.data.get("conference"):
                return self._in_room(event, as_text(event.data["conference"]))
            case _:
                return None

    def _in_room(self, event: CallEvent, number: str) -> dict[str, object] | None:
        session, data = event.session_id, event.data
        room = self._rooms.setdefault((event.tenant_id, number), _Room())
        match event.kind:
            case CallEventKind.CONFERENCE_STARTED:
                room.subject = as_text(data.get("subject"))
                return self._told(event, number, STARTED, None)
            case CallEventKind.CONFERENCE_JOINED:
                self._invited.discard(session)
                who = as_text(data.get("participant"))
                inside = who in self._inside(session)
                guest = _Guest(who, inside, is_admin=data.get("is_admin") is True)
                room.guests[session] = guest
                return self._told(event, number, JOINED, guest)
            case CallEventKind.CONFERENCE_LEFT:
                gone = room.guests.pop(session, None)
                return self._told(event, number, LEFT, gone)
            case CallEventKind.CONFERENCE_ENDED:
                message = self._told(event, number, ENDED, None)
                self._rooms.pop((event.tenant_id, number), None)
                return message
            case CallEventKind.CONFERENCE_LOCKED:
                room.is_locked = data.get("is_locked") is True
                return self._told(event, number, LOCKED if room.is_locked else UNLOCKED, None)
            case CallEventKind.CONFERENCE_MUTED:
                return self._muted(event, number, room, is_muted=data.get("is_muted") is True)
            case _:
                return None

    def _muted(self, event: CallEvent, number: str, room: _Room, *, is_muted: bool) -> dict[str, object]:
        guest = room.guests.get(event.session_id) if event.data.get("participant") else None
        if guest is None:
            room.is_muted = is_muted
            return self._told(event, number, ROOM_MUTED if is_muted else ROOM_UNMUTED, None)
        guest.is_muted = is_muted
        return self._told(event, number, MUTED if is_muted else UNMUTED, guest)

    def _of_invited(self, event: CallEvent, status: str, **more: str) -> dict[str, object]:
        about = self._about(event.session_id)
        room, number = as_text(about.get("caller")), as_text(about.get("callee"))
        guest = _Guest(number, number in self._inside(event.session_id))
        return self._told(event, room, status, guest, **more)

    def _told(
        self, event: CallEvent, number: str, status: str, guest: _Guest | None, **more: str
    ) -> dict[str, object]:
        """Of the room itself everybody in it is told; of one participant that one."""
        room = self._rooms.get((event.tenant_id, number)) or _Room()
        about = self._about(event.session_id)
        concerned = room.guests.values() if guest is None else (guest,)
        data = {
            **event_head(event, about),
            **dict.fromkeys(FIELDS, ""),
            "conference": number,
            "subject": room.subject,
            "status": status,
            "participant": guest.number if guest else "",
            "participants": str(len(room.guests)),
            "is_admin": str(guest is not None and guest.is_admin),
            "is_muted": str(guest.is_muted if guest else room.is_muted),
            "is_locked": str(room.is_locked),
            **more,
        }
        message: dict[str, object] = {
            "topic": CONFERENCE_EVENTS,
            "key": CONFERENCE_STATUS,
            "tenant_id": event.tenant_id,
            "extensions": sorted({one.number for one in concerned if one.is_inside}),
            "sequence": event.sequence,
            "time": event.at,
            "data": data,
        }
        return as_confidential(message) if about.get("is_confidential") else message

    def _about(self, session_id: str) -> Mapping[str, object]:
        start = self._starts.get(session_id)
        return start.data if start is not None else {}

    def _inside(self, session_id: str) -> tuple[str, ...]:
        about = self._about(session_id)
        direction = as_text(about.get("direction")) or EXTENSION
        return inside_numbers(direction, as_text(about.get("caller")), as_text(about.get("callee")))


class TalkingFeed:
    """Who talks in which room, from what the live calls show; told at most every TALKING_EVERY_S of a room."""

    def __init__(self) -> None:
        # Numbers by call, in the order in which they began to talk.
        self._talking: dict[tuple[int, str], dict[str, str]] = {}
        self._where: dict[tuple[int, str], tuple[int, str]] = {}
        self._changed: set[tuple[int, str]] = set()
        self._told_at_s: dict[tuple[int, str], float] = {}

    def follow(self, tenant_id: int, session_id: str, live: Mapping[str, object] | None) -> None:
        """`live` is the document of a running call; None: it is over."""
        number = as_text((live or {}).get("conference"))
        room = (tenant_id, number) if number else None
        is_talking = live is not None and live.get("is_talking") is True
        before = self._where.get((tenant_id, session_id))
        if before is not None and (before != room or not is_talking):
            del self._where[tenant_id, session_id]
            del self._talking[before][session_id]
            self._changed.add(before)
        if room is not None and live is not None and is_talking and before != room:
            self._where[tenant_id, session_id] = room
            self._talking.setdefault(room, {})[session_id] = _participant(live, number)
            self._changed.add(room)

    def due(self, now_s: float, at: float) -> Iterator[dict[str, object]]:
        """What to publish now; `now_s` never goes back, `at` is unix seconds."""
        recent = {room: told for room, told in self._told_at_s.items() if now_s - told < TALKING_EVERY_S}
        for room in self._changed - recent.keys():
            self._changed.discard(room)
            recent[room] = now_s
            yield talking_message(room, self._talking[room], at)
            if not self._talking[room]:
                del self._talking[room]
        self._told_at_s = recent

    @property
    def is_due_later(self) -> bool:
        return bool(self._changed)


def talking_message(room: tuple[int, str], talking: Mapping[str, str], at: float) -> dict[str, object]:
    """For the company's people alone: an extension is not told who else talks."""
    tenant_id, number = room
    data = {
        "conference": number,
        "talking": ",".join(talking.values()),
        "talking_sessions": ",".join(talking),
    }
    return {
        "topic": CONFERENCE_EVENTS,
        "key": CONFERENCE_TALKING,
        "tenant_id": tenant_id,
        "extensions": [],
        "sequence": 0,
        "time": at,
        "data": data,
    }


def _participant(live: Mapping[str, object], room: str) -> str:
    """Whom a room has called is the callee of its call."""
    caller = as_text(live.get("caller"))
    if caller == room:
        return as_text(live.get("answered_number")) or as_text(live.get("callee"))
    return as_text(live.get("caller_now")) or caller
