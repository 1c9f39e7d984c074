"""Two parties in conversation: hold with music, digits passed on, somebody in another's place, and the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call import joining
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    AnswerRequest,
    BridgeLegs,
    EmitEvent,
    EndCall,
    HangUpLeg,
    PlayFiles,
    SendDigit,
    StopFiles,
)
from sipworker.call.context import CallContext
from sipworker.call.other_calls import JoinReason, PartyJoined
from sipworker.call.parties import caller_of
from sipworker.call.party import Party
from sipworker.call.requests import (
    DigitsRequested,
    HoldRequested,
    MuteRequested,
    PlayRequested,
    Side,
    Sides,
    StopPlayRequested,
)
from sipworker.call.signals import (
    DigitPressed,
    LegHeld,
    LegHungUp,
    LegId,
    LegUnheld,
    Request,
    Signal,
)
from sipworker.call.transfers import DismissLeg, TransferDecided
from sipworker.features import established
from sipworker.features.sound import Sound
from sipworker.features.unreached import Unreached

# The name of what is played because somebody asked for it.
REQUESTED_PLAY = "requested"
TAKEN_OVER = "Somebody else has taken the call"


@dataclass(frozen=True, slots=True)
class Transferring:
    """Said to `Route`: somebody transfers the other side of this talk; `side` is his own."""

    talk: Talk
    request: TransferDecided
    transferor: Party
    side: Side


# What a stage of a call may wish: some of it is said to `Route`, which knows what follows.
Wish = Action | Unreached | Transferring


class Talk:
    """Starts with both legs answered and bridged. When either of the two parties leaves, the call is over.

    The sides are those of the whole call; who is on them may change. Of other legs nothing is heard.
    """

    __slots__ = ("_parties", "_sound")

    def __init__(self, context: CallContext, callee: Party) -> None:
        self._parties = {context.caller_side: caller_of(context), context.caller_side.other: callee}
        self._sound = Sound(self._leg(Side.CALLER), self._leg(Side.CALLEE), context.music)

    def start(self) -> tuple[Action, ...]:
        return ()

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        match signal:
            case PartyJoined():
                return self._welcome(signal)
            case TransferDecided(leg=leg) if (side := self._side_of(leg)) is not None:
                return (Transferring(self, signal, self._parties[side], side),)
            case Request():
                return self._obey(signal)
            case LegHeld(leg=leg) | LegUnheld(leg=leg) | DigitPressed(leg=leg) | LegHungUp(leg=leg):
                side = self._side_of(leg)
                # Else of phones that rang too and lost, or of somebody who has given up his place.
                return self._heard(side, signal) if side is not None else ()
            case _:
                return ()  # nothing of ours

    def _heard(
        self, side: Side, signal: LegHeld | LegUnheld | DigitPressed | LegHungUp
    ) -> tuple[Action, ...]:
        leg = self._leg(side)
        match signal:
            case LegHeld() | LegUnheld():
                was_held = self._sound.is_held_by(leg)
                return self._told(leg, was_held, self._sound.hold(leg, isinstance(signal, LegHeld)))
            case DigitPressed(digit=digit, duration_ms=duration_ms):
                return (SendDigit(self._sound.other(leg), digit, duration_ms),)
            case LegHungUp():
                reason = signal.reason if signal.sip_code >= 400 else f"{side.value.capitalize()} hangup"
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy(side.value), reason, 200)),)
        assert_never(signal)

    def _welcome(self, signal: PartyJoined) -> tuple[Action, ...]:
        side = self._side_of(signal.in_place_of)
        if side is None:
            return ()
        replaced = self._parties[side]
        parting = self.parting(replaced.leg)
        changes = self._sound.replace(replaced.leg, signal.leg, is_held=signal.is_held)
        self._parties[side] = signal.party
        held = (self._event(CallEventKind.CALL_HOLD, signal.leg),) if signal.is_held else ()
        if signal.why is JoinReason.TRANSFER:
            return (*changes, *parting, *self._transferred(signal, side, replaced), *held)
        told = (*parting, joining.joined(signal, side, replaced), *held)
        return (*changes, *told, HangUpLeg(replaced.leg, TAKEN_OVER))

    def _transferred(self, signal: PartyJoined, side: Side, transferor: Party) -> tuple[Action, ...]:
        told = joining.transferred(signal, side, transferor, self._parties[side.other])
        return (told, DismissLeg(transferor.leg))

    def hold(self, leg: LegId) -> tuple[Action, ...]:
        """Its telephone holds already."""
        return self._told(leg, self._sound.is_held_by(leg), self._sound.hold(leg, True))

    def party(self, side: Side) -> Party:
        return self._parties[side]

    def is_held_by(self, leg: LegId) -> bool:
        return self._sound.is_held_by(leg)

    def pause(self, is_paused: bool) -> tuple[Action, ...]:
        """While one of the two is transferred they do not hear each other."""
        return self._sound.pause(is_paused)

    def parting(self, leg: LegId) -> tuple[Action, ...]:
        """What somebody did to the call ends when he leaves it."""
        held = self._event(CallEventKind.CALL_UNHOLD, leg)
        muted = self._event(CallEventKind.CALL_UNMUTE, leg)
        return (
            *((held,) if self._sound.is_held_by(leg) else ()),
            *((muted,) if self._sound.is_muted(leg) else ()),
        )

    def _obey(self, request: Request) -> tuple[Action, ...]:
        match request:
            case HoldRequested(side=side, is_held=is_held):
                leg = self._leg(side)
                was_held = self._sound.is_held_by(leg)
                told = self._told(leg, was_held, self._sound.hold_by_request(leg, is_held))
            case MuteRequested(side=side, is_muted=is_muted):
                told = self._mute(self._leg(side), is_muted)
            case PlayRequested(sides=sides, sounds=sounds):
                told = tuple(PlayFiles(leg, REQUESTED_PLAY, sounds) for leg in self._legs(sides))
            case StopPlayRequested(sides=sides):
                told = tuple(StopFiles(leg, REQUESTED_PLAY) for leg in self._legs(sides))
            case DigitsRequested(side=side, digits=digits, duration_ms=duration_ms):
                told = tuple(SendDigit(self._leg(side), digit, duration_ms) for digit in digits)
            case _:
                return ()
        return (*told, AnswerRequest())

    def _told(self, leg: LegId, was_held: bool, changes: tuple[Action, ...]) -> tuple[Action, ...]:
        """Somebody holds as soon as their telephone or a request says so, and until neither does."""
        is_held = self._sound.is_held_by(leg)
        if is_held == was_held:
            return changes
        kind = CallEventKind.CALL_HOLD if is_held else CallEventKind.CALL_UNHOLD
        return (*changes, self._event(kind, leg))

    def _mute(self, leg: LegId, is_muted: bool) -> tuple[Action, ...]:
        if self._sound.is_muted(leg) == is_muted:
            return ()
        kind = CallEventKind.CALL_MUTE if is_muted else CallEventKind.CALL_UNMUTE
        return (*self._sound.mute(leg, is_muted), self._event(kind, leg))

    def _leg(self, side: Side) -> LegId:
        return self._parties[side].leg

    def _legs(self, sides: Sides) -> tuple[LegId, ...]:
        both = {Sides.CALLER: (Side.CALLER,), Sides.CALLEE: (Side.CALLEE,)}
        return tuple(self._leg(side) for side in both.get(sides, tuple(Side)))

    def _side_of(self, leg: LegId) -> Side | None:
        return next((side for side in Side if self._leg(side) == leg), None)

    def _event(self, kind: CallEventKind, leg: LegId) -> EmitEvent:
        side = Side.CALLER if leg == self._leg(Side.CALLER) else Side.CALLEE
        aor, peer_aor = self._parties[side].aor, self._parties[side.other].aor
        return EmitEvent(kind, {"side": side.value, "aor": aor, "peer_aor": peer_aor})


def take_ringing_call(context: CallContext, signal: PartyJoined) -> tuple[Talk, tuple[Action, ...]]:
    """A newcomer answers the call in place of whom it rings; ending that is the affair of who rings them."""
    party, talk = signal.party, Talk(context, signal.party)
    return talk, (
        AnswerLeg(context.caller_leg, context.caller_codec("")),
        BridgeLegs(context.caller_leg, party.leg),
        established.by_extension(party.leg, party.number, party.contact, party.user_agent),
        joining.joined(signal, context.caller_side.other, None),
        *(talk.hold(party.leg) if signal.is_held else ()),
    )
