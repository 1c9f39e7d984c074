"""What a call wishes of the conference rooms of its tenant, and what it hears of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.conference_floor import NotAdmitted
from sipworker.call.party import LegId


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Hear and be heard in a room until the end of the call; RoomEntered answers, or RoomClosed."""

    room: str
    leg: LegId
    number: str
    name: str = ""
    is_admin: bool = False


class RoomKey(StrEnum):
    """What is asked for by a key. All but MUTE_SELF are for admins."""

    MUTE_SELF = "mute_self"
    LOCK = "lock"
    KICK_LAST = "kick_last"
    MUTE_ALL = "mute_all"
    END = "end"


@dataclass(frozen=True, slots=True)
class PressInConference:
    """RoomNews tells those whom it concerns what became of it; nothing: it changed nothing."""

    key: RoomKey


class RoomOrder(StrEnum):
    """What people of the company ask of a room that somebody is in, from the web. LOOK changes nothing; MUTE and KICK
    are for the participant whose call is asked, the others for the room.
    """

    LOOK = "look"
    LOCK = "lock"
    MUTE = "mute"
    MUTE_ALL = "mute_all"
    KICK = "kick"
    END = "end"


@dataclass(frozen=True, slots=True)
class OrderInConference:
    """RoomOrdered, handed to the room: OrderDone answers, and RoomNews tells those whom it concerns."""

    order: RoomOrder
    is_on: bool


@dataclass(frozen=True, slots=True)
class OrderDone:
    """`room` is how it is now, as a document; empty where nobody is left."""

    room: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RoomEntered:
    """`others` are there already."""

    others: int


@dataclass(frozen=True, slots=True)
class RoomClosed:
    """Not let in."""

    why: NotAdmitted


class News(StrEnum):
    """What somebody in a room is told of it."""

    JOINED = "joined"
    LEFT = "left"
    ALONE = "alone"
    MUTED = "muted"
    UNMUTED = "unmuted"
    ROOM_MUTED = "room_muted"
    ROOM_UNMUTED = "room_unmuted"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    KICKED = "kicked"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class RoomNews:
    what: News


ConferenceAction = JoinConference | PressInConference | OrderInConference
ConferenceSignal = RoomEntered | RoomClosed | RoomNews | OrderDone
