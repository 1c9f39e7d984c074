"""The conference rooms of all companies on this worker: wires between the legs of many calls, as each floor says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference_floor import ConferenceFloor, Hearing, NotAdmitted, Participant
from sipworker.call.actions import HearLeg, UnhearLeg
from sipworker.call.conferencing import (
    ConferenceAction,
    ConferenceSignal,
    JoinConference,
    News,
    PressInConference,
    RoomClosed,
    RoomEntered,
    RoomKey,
    RoomNews,
)
from sipworker.ports import Ports
from sipworker.runtime.registry import LiveCall

Told = tuple[LiveCall, ConferenceSignal]
RoomId = tuple[int, str]


@dataclass(slots=True)
class _OpenRoom:
    floor: ConferenceFloor = field(default_factory=ConferenceFloor)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    wires: frozenset[Hearing] = frozenset()


class ConferenceDesk:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rooms: dict[RoomId, _OpenRoom] = {}
        # In which room each call is.
        self._where: dict[str, RoomId] = {}
        self._left: list[Told] = []

    def perform(self, call: LiveCall, action: ConferenceAction) -> tuple[Told, ...]:
        match action:
            case JoinConference():
                return self._join(call, action)
            case PressInConference(key=key):
                return tuple(self._press(call, key))

    def end(self, call: LiveCall) -> None:
        """The call is over, whatever became of it; the others hear of it by `news`."""
        self._left += self._leave(call)

    def news(self) -> tuple[Told, ...]:
        """Who has left, and rooms that are deleted meanwhile."""
        told, self._left = self._left, []
        for (tenant_id, number), room in tuple(self._rooms.items()):
            snapshot = self._ports.snapshots.find(tenant_id)
            if snapshot is not None and snapshot.find_conference(number) is None:
                told += self._dissolve(room)
        return tuple(told)

    def _join(self, call: LiveCall, wish: JoinConference) -> tuple[Told, ...]:
        context = call.context
        room_id = (context.invite.tenant_id, wish.room)
        snapshot = self._ports.snapshots.find(context.invite.tenant_id)
        entry = snapshot.find_conference(wish.room) if snapshot is not None else None
        if entry is None:
            return ((call, RoomClosed(NotAdmitted.DELETED)),)
        room = self._rooms.get(room_id, _OpenRoom())
        others = len(room.floor)
        participant = Participant(context.session_id, context.caller_leg, wish.number, wish.is_admin)
        refused = room.floor.enter(entry, participant)
        if refused is not None:
            return ((call, RoomClosed(refused)),)
        self._rooms[room_id] = room
        room.calls[context.session_id] = call
        self._where[context.session_id] = room_id
        if not others:
            _record(call, CallEventKind.CONFERENCE_STARTED, wish.room, subject=entry.subject)
        who = {"participant": wish.number, "is_admin": wish.is_admin, "participants": others + 1}
        _record(call, CallEventKind.CONFERENCE_JOINED, wish.room, **who)
        self._rewire(room)
        present = (one for place, one in room.calls.items() if place != context.session_id)
        return ((call, RoomEntered(others)), *((one, RoomNews(News.JOINED)) for one in present))

    def _leave(self, call: LiveCall) -> list[Told]:
        session = call.context.session_id
        room_id = self._where.pop(session, None)
        if room_id is None:
            return []
        room, number = self._rooms[room_id], room_id[1]
        del room.calls[session]
        gone = room.floor.leave(session)
        left = len(room.floor)
        name = gone.number if gone is not None else ""
        _record(call, CallEventKind.CONFERENCE_LEFT, number, participant=name, participants=left)
        self._rewire(room)
        if not left:
            del self._rooms[room_id]
            _record(call, CallEventKind.CONFERENCE_ENDED, number)
        news = News.ALONE if left == 1 else News.LEFT
        return [(one, RoomNews(news)) for one in room.calls.values()]

    def _press(self, call: LiveCall, key: RoomKey) -> Iterator[Told]:
        session = call.context.session_id
        room_id = self._where.get(session)
        room = self._rooms.get(room_id) if room_id is not None else None
        own = room.floor.find(session) if room is not None else None
        if room is None or room_id is None or own is None:
            return
        floor, number = room.floor, room_id[1]
        if key is RoomKey.MUTE_SELF:
            floor.mute(session, is_muted=not own.is_muted)
            _record(
                call,
                CallEventKind.CONFERENCE_MUTED,
                number,
                participant=own.number,
                is_muted=own.is_muted,
            )
            self._rewire(room)
            yield call, RoomNews(News.MUTED if own.is_muted else News.UNMUTED)
        elif own.is_admin:
            yield from self._command(call, room, number, key)

    def _command(self, call: LiveCall, room: _OpenRoom, number: str, key: RoomKey) -> Iterator[Told]:
        floor = room.floor
        match key:
            case RoomKey.LOCK:
                floor.is_locked = not floor.is_locked
                _record(call, CallEventKind.CONFERENCE_LOCKED, number, is_locked=floor.is_locked)
                yield call, RoomNews(News.LOCKED if floor.is_locked else News.UNLOCKED)
            case RoomKey.MUTE_ALL:
                floor.is_muted = not floor.is_muted
                muted = {"participant": "", "is_muted": floor.is_muted}
                _record(call, CallEventKind.CONFERENCE_MUTED, number, **muted)
                self._rewire(room)
                news = News.ROOM_MUTED if floor.is_muted else News.ROOM_UNMUTED
                yield from ((one, RoomNews(news)) for one in room.calls.values())
            case RoomKey.KICK_LAST if floor.last is not None:
                kicked = room.calls[floor.last.place]
                yield from (*self._leave(kicked), (kicked, RoomNews(News.KICKED)))
            case RoomKey.END:
                yield from self._dissolve(room)

    def _dissolve(self, room: _OpenRoom) -> list[Told]:
        calls = tuple(room.calls.values())
        for call in calls:
            self._leave(call)
        return [(call, RoomNews(News.ENDED)) for call in calls]

    def _rewire(self, room: _OpenRoom) -> None:
        """What a leg that is over hears, and who hears it, is forgotten by the port; to say so again does no harm."""
        wanted = room.floor.hearings
        for wire in room.wires - wanted:
            self._ports.sip.hear(UnhearLeg(wire.listener, wire.source))
        for wire in wanted - room.wires:
            self._ports.sip.hear(HearLeg(wire.listener, wire.source))
        room.wires = wanted


def _record(call: LiveCall, kind: CallEventKind, room: str, **more: object) -> None:
    call.journal.record(kind, {"conference": room, **more})
