"""The conference rooms of all companies on this worker: wires between the legs of many calls, as each floor says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference_floor import ConferenceFloor, Hearing, NotAdmitted, Participant
from sipworker.call.actions import HearLeg, UnhearLeg
from sipworker.call.conferencing import (
    ConferenceAction,
    ConferenceSignal,
    JoinConference,
    News,
    OrderDone,
    OrderInConference,
    PressInConference,
    RoomClosed,
    RoomEntered,
    RoomKey,
    RoomNews,
    RoomOrder,
)
from sipworker.call.signals import LegId
from sipworker.ports import Ports
from sipworker.runtime.registry import LiveCall

Told = tuple[LiveCall, ConferenceSignal]
RoomId = tuple[int, str]
LISTENS_EVERY_S = 0.1


@dataclass(slots=True)
class _OpenRoom:
    number: str
    floor: ConferenceFloor = field(default_factory=ConferenceFloor)
    calls: dict[str, LiveCall] = field(default_factory=dict)
    wires: frozenset[Hearing] = frozenset()
    # Places.
    talking: frozenset[str] = frozenset()

    def document(self) -> Mapping[str, object]:
        """What the web side shows; times are unix seconds."""
        people = [
            {
                "session_id": one.place,
                "number": one.number,
                "name": one.name,
                "is_admin": one.is_admin,
                "is_muted": one.is_muted,
                "is_talking": one.place in self.talking,
                "joined_at": one.joined_at,
            }
            for one in self.floor
        ]
        return {"is_locked": self.floor.is_locked, "is_muted": self.floor.is_muted, "participants": people}


class ConferenceDesk:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rooms: dict[RoomId, _OpenRoom] = {}
        # In which room each call is.
        self._where: dict[str, RoomId] = {}
        self._left: list[Told] = []
        self._listened_at = float("-inf")
        self._is_metering = False

    def perform(self, call: LiveCall, action: ConferenceAction) -> tuple[Told, ...]:
        match action:
            case JoinConference():
                return self._join(call, action)
            case PressInConference(key=key):
                return tuple(self._press(call, key))
            case OrderInConference():
                return tuple(self._obey(call, action))

    def end(self, call: LiveCall) -> None:
        """The call is over, whatever became of it; the others hear of it by `news`."""
        self._left += self._leave(call)

    def news(self) -> tuple[Told, ...]:
        """Who has left, and rooms that are deleted meanwhile. Looks who talks, too."""
        self._listen()
        told, self._left = self._left, []
        for (tenant_id, number), room in tuple(self._rooms.items()):
            snapshot = self._ports.snapshots.find(tenant_id)
            if snapshot is not None and snapshot.find_conference(number) is None:
                told += self._dissolve(room)
        return tuple(told)

    def _listen(self) -> None:
        """Ask for the levels of all rooms at once, ten times a second."""
        now_s = self._ports.clock.monotonic()
        if now_s - self._listened_at < LISTENS_EVERY_S or not (self._rooms or self._is_metering):
            return
        self._listened_at = now_s
        rooms = tuple(self._rooms.values())
        levels = self._ports.sip.levels({one.leg for room in rooms for one in room.floor})
        self._is_metering = bool(rooms)
        for room in rooms:
            self._hear(room, levels, now_s)

    def _hear(self, room: _OpenRoom, levels: Mapping[LegId, int], now_s: float) -> None:
        room.floor.listen({one.place: levels.get(one.leg, 0) for one in room.floor}, now_s)
        talking = room.floor.talking
        for place in talking ^ room.talking:
            if place in room.calls:
                room.calls[place].journal.show_talking(is_talking=place in talking)
        room.talking = talking
        self._rewire(room)

    def _join(self, call: LiveCall, wish: JoinConference) -> tuple[Told, ...]:
        context = call.context
        room_id = (context.invite.tenant_id, wish.room)
        snapshot = self._ports.snapshots.find(context.invite.tenant_id)
        entry = snapshot.find_conference(wish.room) if snapshot is not None else None
        if entry is None:
            return ((call, RoomClosed(NotAdmitted.DELETED)),)
        room = self._rooms.get(room_id, _OpenRoom(wish.room))
        others = len(room.floor)
        participant = Participant(
            context.session_id,
            wish.leg,
            wish.number,
            wish.name,
            is_admin=wish.is_admin,
            joined_at=self._ports.clock.now().timestamp(),
        )
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
        found = self._find(call)
        if found is None:
            return
        room, own = found
        match key:
            case RoomKey.MUTE_SELF:
                yield from self._mute(call, room, own, is_muted=not own.is_muted)
            case _ if not own.is_admin:
                return
            case RoomKey.LOCK:
                yield from self._lock(call, room, is_locked=not room.floor.is_locked)
            case RoomKey.MUTE_ALL:
                yield from self._mute_all(call, room, is_muted=not room.floor.is_muted)
            case RoomKey.KICK_LAST if room.floor.last is not None:
                yield from self._kick(room.calls[room.floor.last.place])
            case RoomKey.END:
                yield from self._dissolve(room)

    def _obey(self, call: LiveCall, asked: OrderInConference) -> Iterator[Told]:
        found = self._find(call)
        if found is None:
            return
        room, own = found
        told: Iterable[Told] = ()
        match asked.order:
            case RoomOrder.LOCK if room.floor.is_locked is not asked.is_on:
                told = self._lock(call, room, is_locked=asked.is_on)
            case RoomOrder.MUTE if own.is_muted is not asked.is_on:
                told = self._mute(call, room, own, is_muted=asked.is_on)
            case RoomOrder.MUTE_ALL if room.floor.is_muted is not asked.is_on:
                told = self._mute_all(call, room, is_muted=asked.is_on)
            case RoomOrder.KICK:
                told = self._kick(call)
            case RoomOrder.END:
                told = self._dissolve(room)
        done = tuple(told)
        yield call, OrderDone(room.document())
        yield from done

    def _find(self, call: LiveCall) -> tuple[_OpenRoom, Participant] | None:
        room_id = self._where.get(call.context.session_id)
        if room_id is None:
            return None
        room = self._rooms[room_id]
        own = room.floor.find(call.context.session_id)
        return (room, own) if own is not None else None

    def _lock(self, call: LiveCall, room: _OpenRoom, *, is_locked: bool) -> Iterator[Told]:
        room.floor.is_locked = is_locked
        _record(call, CallEventKind.CONFERENCE_LOCKED, room.number, is_locked=is_locked)
        yield call, RoomNews(News.LOCKED if is_locked else News.UNLOCKED)

    def _mute(self, call: LiveCall, room: _OpenRoom, own: Participant, *, is_muted: bool) -> Iterator[Told]:
        room.floor.mute(own.place, is_muted=is_muted)
        muted = {"participant": own.number, "is_muted": is_muted}
        _record(call, CallEventKind.CONFERENCE_MUTED, room.number, **muted)
        self._rewire(room)
        yield call, RoomNews(News.MUTED if is_muted else News.UNMUTED)

    def _mute_all(self, call: LiveCall, room: _OpenRoom, *, is_muted: bool) -> Iterator[Told]:
        room.floor.is_muted = is_muted
        _record(call, CallEventKind.CONFERENCE_MUTED, room.number, participant="", is_muted=is_muted)
        self._rewire(room)
        news = News.ROOM_MUTED if is_muted else News.ROOM_UNMUTED
        yield from ((one, RoomNews(news)) for one in room.calls.values())

    def _kick(self, kicked: LiveCall) -> tuple[Told, ...]:
        return (*self._leave(kicked), (kicked, RoomNews(News.KICKED)))

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
