"""What a call wishes of the conference rooms of its tenant, and what it hears of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.conference_floor import NotAdmitted


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Hear and be heard in a room until the end of the call; RoomEntered answers, or RoomClosed."""

    room: str
    number: str
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


ConferenceAction = JoinConference | PressInConference
ConferenceSignal = RoomEntered | RoomClosed | RoomNews
