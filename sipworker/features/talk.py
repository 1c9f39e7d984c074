"""Two legs in conversation: hold with music, digits passed on, and the end when the callee leaves."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import (
    Action,
    AnswerRequest,
    EmitEvent,
    EndCall,
    PlayFiles,
    SendDigit,
    StopFiles,
)
from sipworker.call.context import CallContext
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
from sipworker.features.sound import Sound

# The name of what is played because somebody asked for it.
REQUESTED_PLAY = "requested"


class Talk:
    """Starts with both legs answered and bridged. The caller's hanging up is the session's affair."""

    __slots__ = ("_callee_aor", "_callee_leg", "_caller_aor", "_caller_leg", "_sound")

    def __init__(self, context: CallContext, callee_leg: LegId, callee_aor: str) -> None:
        self._caller_leg = context.caller_leg
        self._callee_leg = callee_leg
        self._caller_aor = f"{context.caller}@{context.caller_domain}"
        self._callee_aor = callee_aor
        self._sound = Sound(context.caller_leg, callee_leg, context.music)

    def start(self) -> tuple[Action, ...]:
        return ()

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case LegHeld(leg=leg):
                return self._told(leg, self._sound.is_held_by(leg), self._sound.hold(leg, True))
            case LegUnheld(leg=leg):
                return self._told(leg, self._sound.is_held_by(leg), self._sound.hold(leg, False))
            case DigitPressed(leg=leg, digit=digit, duration_ms=duration_ms):
                return (SendDigit(self._sound.other(leg), digit, duration_ms),)
            case LegHungUp(leg=leg) if leg == self._callee_leg:
                reason = signal.reason if signal.sip_code >= 400 else "Callee hangup"
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.CALLEE, reason, 200)),)
            case Request():
                return self._obey(signal)
            case _:
                return ()  # of phones that rang too and lost, or nothing of ours

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
        return self._caller_leg if side is Side.CALLER else self._callee_leg

    def _legs(self, sides: Sides) -> tuple[LegId, ...]:
        both = {Sides.CALLER: (self._caller_leg,), Sides.CALLEE: (self._callee_leg,)}
        return both.get(sides, (self._caller_leg, self._callee_leg))

    def _event(self, kind: CallEventKind, leg: LegId) -> EmitEvent:
        if leg == self._caller_leg:
            data = {"side": "caller", "aor": self._caller_aor, "peer_aor": self._callee_aor}
        else:
            data = {"side": "callee", "aor": self._callee_aor, "peer_aor": self._caller_aor}
        return EmitEvent(kind, data)
