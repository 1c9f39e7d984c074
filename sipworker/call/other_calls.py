"""What one call may do to another one on the same worker, and what it hears of others. Always of one tenant."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sipworker.call.party import LegId, Party


class JoinReason(StrEnum):
    """Why a leg came from one call into another."""

    TRANSFER = "transfer"
    REPLACES = "replaces"
    PICKUP = "pickup"
    RETRIEVE = "retrieve"
    TAKE_OVER = "take_over"
    PARK = "park"


@dataclass(frozen=True, slots=True)
class FindCalls:
    """Ask which calls of this tenant these extensions have on this worker; CallsFound answers."""

    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoveLeg:
    """Take an answered leg out of its call into another one of the same tenant: the call that wishes this, or its own.

    PartyJoined tells the call it comes to, PartyLeft the one that it leaves, which ends by that. Where it can't be
    done (a call is over, a stranger's, the leg is gone) MoveRefused answers and nothing has changed. `in_place_of`
    is the leg whose place it takes, or which rings.
    """

    leg: LegId
    to_session: str
    why: JoinReason
    in_place_of: LegId = ""


@dataclass(frozen=True, slots=True)
class CarriedRecording:
    """What somebody asked for in the call that a leg leaves: to be recorded, and perhaps to have it paused."""

    by: str
    is_paused: bool = False


@dataclass(frozen=True, slots=True)
class PartyJoined:
    """A leg has come into this call from another one and is its own now, answered.

    `in_place_of` is the leg whose place it takes: one that talks, or one that rings. The newcomer may have put us on
    hold (`is_held`). A feature that does not bridge it refuses it: it is hung up.
    """

    party: Party
    from_session: str
    from_call_id: str
    why: JoinReason
    in_place_of: LegId = ""
    is_held: bool = False
    recorded: CarriedRecording | None = None

    @property
    def leg(self) -> LegId:
        return self.party.leg


@dataclass(frozen=True, slots=True)
class PartyLeft:
    """A leg of this call belongs to another call now."""

    leg: LegId
    to_session: str
    to_call_id: str
    why: JoinReason


@dataclass(frozen=True, slots=True)
class MoveRefused:
    """The answer to a MoveLeg that could not be done; nothing has changed."""

    leg: LegId


class Standing(StrEnum):
    """What an extension's phone does in a call; HOLDING: it has put the other side on hold."""

    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"


@dataclass(frozen=True, slots=True)
class FoundCall:
    """A call that an extension has. `other` is the number it is connected with, or by which it is rung."""

    session_id: str
    leg: LegId
    number: str
    standing: Standing
    other: str
    other_leg: LegId


@dataclass(frozen=True, slots=True)
class CallsFound:
    """The answer to FindCalls, the one that began first in front."""

    calls: tuple[FoundCall, ...]


@dataclass(frozen=True, slots=True)
class TakeSlot:
    """Reserve a parking place for this call, until LeaveSlot or its end; `slot` empty: the first free one of `slots`.

    SlotTaken answers. A place that `parker` has reserved and where nobody is parked yet is handed on to the new call,
    and the one that had it hears SlotTaken of none.
    """

    slot: str
    slots: int
    parker: str


@dataclass(frozen=True, slots=True)
class KeepSlot:
    """Somebody is parked there now: nobody takes it away any more."""


@dataclass(frozen=True, slots=True)
class LeaveSlot:
    """Give the parking place back."""


@dataclass(frozen=True, slots=True)
class FindParked:
    """Ask which call has a parking place; ParkedFound answers."""

    slot: str


@dataclass(frozen=True, slots=True)
class SlotTaken:
    """Empty: there is none free, or this one is not."""

    slot: str


@dataclass(frozen=True, slots=True)
class ParkedFound:
    """Empty: nobody is there."""

    session_id: str


ParkingAction = TakeSlot | KeepSlot | LeaveSlot | FindParked
CallsAction = FindCalls | MoveLeg | ParkingAction
CallsSignal = PartyJoined | PartyLeft | MoveRefused | CallsFound | SlotTaken | ParkedFound
