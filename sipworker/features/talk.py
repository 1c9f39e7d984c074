"""Two legs in conversation: hold with music, digits passed on, and the end when the callee leaves."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import (
    Action,
    AnswerRequest,
    BridgeLegs,
    EmitEvent,
    EndCall,
    PlayMusicOnHold,
    SendDigit,
    StopMusicOnHold,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.signals import (
    DigitPressed,
    DigitsRequested,
    LegHeld,
    LegHungUp,
    LegId,
    LegUnheld,
    Side,
    Signal,
)


class Talk:
    """Starts with both legs answered and bridged. The caller's hanging up is the session's affair."""

    __slots__ = ("_callee_aor", "_callee_leg", "_caller_aor", "_caller_leg", "_held", "_music")

    def __init__(self, context: CallContext, callee_leg: LegId, callee_aor: str) -> None:
        self._caller_leg = context.caller_leg
        self._callee_leg = callee_leg
        self._caller_aor = f"{context.caller}@{context.caller_domain}"
        self._callee_aor = callee_aor
        self._held: set[LegId] = set()
        self._music = context.music

    def start(self) -> tuple[Action, ...]:
        return ()

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case LegHeld(leg=leg):
                return self._hold(leg)
            case LegUnheld(leg=leg):
                return self._unhold(leg)
            case DigitPressed(leg=leg, digit=digit, duration_ms=duration_ms):
                return (SendDigit(self._other(leg), digit, duration_ms),)
            case LegHungUp(leg=leg) if leg == self._callee_leg:
                reason = signal.reason if signal.sip_code >= 400 else "Callee hangup"
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.CALLEE, reason, 200)),)
            case DigitsRequested():
                return self._send_digits(signal)
            case _:
                return ()  # of phones that rang too and lost, or nothing of ours

    def _hold(self, leg: LegId) -> tuple[Action, ...]:
        if leg in self._held:
            return ()
        was_bridged = not self._held
        self._held.add(leg)
        unbridge = (UnbridgeLegs(self._caller_leg, self._callee_leg),) if was_bridged else ()
        return (*unbridge, *self._play_to(self._other(leg)), self._event(CallEventKind.CALL_HOLD, leg))

    def _unhold(self, leg: LegId) -> tuple[Action, ...]:
        if leg not in self._held:
            return ()
        self._held.remove(leg)
        bridge = () if self._held else (BridgeLegs(self._caller_leg, self._callee_leg),)
        return (*self._stop(self._other(leg)), *bridge, self._event(CallEventKind.CALL_UNHOLD, leg))

    def _send_digits(self, wanted: DigitsRequested) -> tuple[Action, ...]:
        leg = self._caller_leg if wanted.side is Side.CALLER else self._callee_leg
        digits = (SendDigit(leg, digit, wanted.duration_ms) for digit in wanted.digits)
        return (*digits, AnswerRequest())

    def _play_to(self, leg: LegId) -> tuple[Action, ...]:
        return () if self._music is None else (PlayMusicOnHold(leg, self._music),)

    def _stop(self, leg: LegId) -> tuple[Action, ...]:
        return () if self._music is None else (StopMusicOnHold(leg, self._music),)

    def _other(self, leg: LegId) -> LegId:
        return self._callee_leg if leg == self._caller_leg else self._caller_leg

    def _event(self, kind: CallEventKind, leg: LegId) -> EmitEvent:
        if leg == self._caller_leg:
            data = {"side": "caller", "aor": self._caller_aor, "peer_aor": self._callee_aor}
        else:
            data = {"side": "callee", "aor": self._callee_aor, "peer_aor": self._caller_aor}
        return EmitEvent(kind, data)
