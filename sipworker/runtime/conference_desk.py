"""The conference rooms of all companies on this worker: who is in them, and who hears whom.

A tenant's calls are all on one worker, so a room is never spread over several.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from callmanager.domain.outcome import EndedBy
from sipworker.call.actions import HearLeg
from sipworker.call.conferencing import (
    Closed,
    ConferenceAction,
    ConferenceClosed,
    ConferenceEntered,
    ConferenceLocked,
    ConferenceSignal,
    JoinConference,
    LockConference,
    OthersChanged,
)
from sipworker.call.signals import HangUpRequested, LegId
from sipworker.ports import SnapshotSource
from sipworker.runtime.hearing import Hearings
from sipworker.runtime.registry import LiveCall

ROOM_DELETED = "The conference room was deleted"
News = tuple[LiveCall, ConferenceSignal]


@dataclass(slots=True)
class _Room:
    # By session.
    present: dict[str, tuple[LiveCall, LegId]] = field(default_factory=dict)
    is_locked: bool = False


class ConferenceDesk:
    def __init__(self, hearings: Hearings, snapshots: SnapshotSource) -> None:
        self._hearings = hearings
        self._snapshots = snapshots
        # By tenant and number; only rooms with somebody in them.
        self._rooms: dict[tuple[int, str], _Room] = {}

    def perform(self, call: LiveCall, action: ConferenceAction) -> tuple[News, ...]:
        key = (call.context.invite.tenant_id, action.number)
        room = self._rooms.get(key) or _Room()
        match action:
            case JoinConference():
                return self._join(key, room, call, action)
            case LockConference():
                room.is_locked = bool(room.present) and not room.is_locked
                return ((call, ConferenceLocked(room.is_locked)),)

    def leave(self, call: LiveCall) -> tuple[News, ...]:
        """The call is over; its wires end with it."""
        tenant_id, session = call.context.invite.tenant_id, call.context.session_id
        for key, room in self._rooms.items():
            if key[0] == tenant_id and room.present.pop(session, None) is not None:
                if not room.present:
                    del self._rooms[key]
                return tuple((other, OthersChanged()) for other, _ in room.present.values())
        return ()

    def closed(self) -> Iterator[tuple[LiveCall, HangUpRequested]]:
        """Who is in a room that is not there any more."""
        for (tenant_id, number), room in tuple(self._rooms.items()):
            snapshot = self._snapshots.find(tenant_id)
            if snapshot is not None and snapshot.find_conference(number) is None:
                for call, _ in tuple(room.present.values()):
                    yield call, HangUpRequested(EndedBy.PBX, ROOM_DELETED)

    def _join(
        self, key: tuple[int, str], room: _Room, call: LiveCall, wish: JoinConference
    ) -> tuple[News, ...]:
        if room.is_locked and not wish.is_admin:
            return ((call, ConferenceClosed(Closed.LOCKED)),)
        if len(room.present) >= wish.max_participants:
            return ((call, ConferenceClosed(Closed.FULL)),)
        others = tuple(room.present.values())
        for _, leg in others:
            self._hearings.perform(call, HearLeg(wish.leg, leg))
            self._hearings.perform(call, HearLeg(leg, wish.leg))
        room.present[call.context.session_id] = (call, wish.leg)
        self._rooms[key] = room
        told = tuple((other, OthersChanged()) for other, _ in others)
        return ((call, ConferenceEntered(len(room.present))), *told)
