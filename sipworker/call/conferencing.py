"""What a call wishes of the conference rooms of its tenant, and what it hears of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sipworker.call.party import LegId


@dataclass(frozen=True, slots=True)
class JoinConference:
    """Hear everybody in the room and be heard, until the call ends. ConferenceEntered follows, or ConferenceClosed."""

    number: str
    leg: LegId
    max_participants: int
    is_admin: bool = False


@dataclass(frozen=True, slots=True)
class LockConference:
    """Let nobody but admins in any more, or anybody again; ConferenceLocked answers."""

    number: str


@dataclass(frozen=True, slots=True)
class ConferenceEntered:
    """How many are in the room now, this one among them."""

    present: int


class Closed(StrEnum):
    """Why somebody is not let in."""

    FULL = "full"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class ConferenceClosed:
    why: Closed


@dataclass(frozen=True, slots=True)
class ConferenceLocked:
    is_locked: bool


@dataclass(frozen=True, slots=True)
class OthersChanged:
    """Somebody has come, or left."""


ConferenceAction = JoinConference | LockConference
ConferenceSignal = ConferenceEntered | ConferenceClosed | ConferenceLocked | OthersChanged
