"""One call from INVITE to its end: keeps the legs, asks the feature, guarantees what is true of every call.

Every call says `call_start` first, ends every leg it opened and then says EndCall, whatever its feature does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call import target_events
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    CancelLeg,
    DialLeg,
    DialTrunk,
    EmitEvent,
    EndCall,
    HangUpLeg,
    LegAction,
    RefuseLeg,
    StartTimer,
)
from sipworker.call.answered import by_sound
from sipworker.call.causes import q850_cause
from sipworker.call.context import CallContext
from sipworker.call.errors import IllegalAction, IllegalSignal
from sipworker.call.legs import TALKING, UNANSWERED_OUT, Leg, LegState
from sipworker.call.opening import call_start
from sipworker.call.signals import (
    HangUpRequested,
    LegAnswered,
    LegHungUp,
    LegId,
    LegSignal,
    Signal,
    TimerFired,
)

MAX_LENGTH_TIMER = "max_call"
INTERNAL_ERROR = "Internal error"


class Feature(Protocol):
    """What a call is for at this moment. Pure: signals in, wishes out."""

    def start(self) -> tuple[Action, ...]: ...

    def handle(self, signal: Signal) -> tuple[Action, ...]: ...


class CallSession:
    """Signals in, actions out. Raises IllegalSignal for what can not be, having changed nothing."""

    __slots__ = ("_callee_leg", "_context", "_feature", "_is_over", "_legs")

    def __init__(self, context: CallContext, feature: Feature) -> None:
        self._context = context
        self._feature = feature
        self._legs: dict[LegId, Leg] = {
            context.caller_leg: Leg(context.caller_leg, LegState.OFFERED),
        }
        self._callee_leg: LegId = ""
        self._is_over = False

    @property
    def is_over(self) -> bool:
        return self._is_over

    @property
    def is_answered(self) -> bool:
        return self._caller.state in TALKING

    def start(self) -> tuple[Action, ...]:
        """What to do about the INVITE."""
        return self._track((call_start(self._context), *self._feature.start()))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        """What to do about something that happened."""
        if self._is_over:
            return ()
        if isinstance(signal, LegSignal):
            return self._handle_leg(signal)
        if isinstance(signal, HangUpRequested):
            return self._track((self._hang_up(signal.ended_by, signal.reason, signal.sip_code),))
        if isinstance(signal, TimerFired) and signal.timer == MAX_LENGTH_TIMER:
            return self._track((self._hang_up(EndedBy.PBX, "Maximum call length reached", 503),))
        return self._track(self._feature.handle(signal))

    def abort(self) -> tuple[Action, ...]:
        """End the call after a mistake of ours, without asking the feature."""
        if self._is_over:
            return ()
        status, sip_code = (CallStatus.ANSWERED, 200) if self.is_answered else (CallStatus.FAILED, 500)
        # The actions that would have ended these legs may have been lost in the mistake.
        unsure = [leg.leg_id for leg in self._legs.values() if leg.state is LegState.ENDING]
        farewells = [HangUpLeg(leg_id, INTERNAL_ERROR) for leg_id in unsure]
        outcome = CallOutcome(status, EndedBy.PBX, INTERNAL_ERROR, sip_code)
        return self._track((*farewells, EndCall(outcome)))

    @property
    def legs(self) -> tuple[Leg, ...]:
        """All that the call has had, for those who look."""
        return tuple(self._legs.values())

    @property
    def partners(self) -> tuple[str, ...]:
        """The extensions that are talked to or, before an answer, that ring; nobody outside."""
        states = TALKING if self.is_answered else UNANSWERED_OUT
        inside = (leg for leg in self._legs.values() if leg.trunk is None)
        return tuple(leg.number for leg in inside if leg.number and leg.state in states)

    @property
    def engaged(self) -> frozenset[str]:
        """The extensions that have this call: who makes it and who talks, not whose phones ring."""
        talking = {
            leg.number for leg in self._legs.values() if leg.trunk is None and leg.state in TALKING
        } - {""}
        is_here = self._caller.state not in (LegState.ENDING, LegState.ENDED)
        if is_here and not self._context.is_from_outside:
            talking.add(self._context.invite.caller)
        return frozenset(talking)

    @property
    def _caller(self) -> Leg:
        return self._legs[self._context.caller_leg]

    def _handle_leg(self, signal: LegSignal) -> tuple[Action, ...]:
        leg = self._legs.get(signal.leg)
        if leg is None:
            raise IllegalSignal(f"{type(signal).__name__} of a leg that is not of this call")
        before = leg.hear(signal)
        if before is LegState.ENDING:
            if isinstance(signal, LegAnswered):
                return self._track((HangUpLeg(leg.leg_id, "Answered too late"),))
            return ()
        if leg is self._caller:
            wishes = self._wishes_for_caller(before, signal)
        else:
            if isinstance(signal, LegAnswered):
                self._callee_leg = leg.leg_id
            event = target_events.heard(leg, before, signal)
            wishes = self._feature.handle(signal)
            if event is not None:
                wishes = (event, *wishes)
        return self._track(wishes)

    def _wishes_for_caller(self, before: LegState, signal: LegSignal) -> tuple[Action, ...]:
        if not isinstance(signal, LegHungUp):
            return self._feature.handle(signal)
        if before in TALKING:
            reason = signal.reason if signal.sip_code >= 400 else "Caller hangup"
            return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, reason, 200)),)
        if signal.cancelled:
            outcome = CallOutcome(CallStatus.CANCELLED, EndedBy.CALLER, "Cancelled by caller", 487)
        else:
            sip_code = max(signal.sip_code, 400)
            outcome = CallOutcome(CallStatus.FAILED, EndedBy.CALLER, signal.reason, sip_code)
        return (EndCall(outcome),)

    def _hang_up(self, ended_by: EndedBy, reason: str, sip_code: int) -> EndCall:
        if self.is_answered:
            return EndCall(CallOutcome(CallStatus.ANSWERED, ended_by, reason, 200))
        if ended_by is EndedBy.PBX:
            status = CallStatus.FAILED if sip_code >= 500 else CallStatus.REFUSED
            return EndCall(CallOutcome(status, ended_by, reason, sip_code))
        return EndCall(CallOutcome(CallStatus.CANCELLED, ended_by, reason, 480))

    def _track(self, wishes: Iterable[Action]) -> tuple[Action, ...]:
        """Follow the legs through what is wished, and add what always belongs to it."""
        actions: list[Action] = []
        for wish in wishes:
            if isinstance(wish, EndCall):
                self._end(wish.outcome, actions)
                break
            if isinstance(wish, LegAction):
                self._obey(wish, actions)
            else:
                actions.append(wish)
        return tuple(actions)

    def _obey(self, action: LegAction, actions: list[Action]) -> None:
        before = LegState.DIALLED
        if isinstance(action, DialLeg):
            leg = self._legs[action.leg] = Leg(action.leg, before, action.number, None, action.ring_group)
        elif isinstance(action, DialTrunk):
            leg = self._legs[action.leg] = Leg(
                action.leg, before, action.number, action.trunk, action.ring_group
            )
        else:
            found = self._legs.get(action.leg)
            if found is None:
                raise IllegalAction(f"{type(action).__name__} on a leg that is not of this call")
            leg = found
            if leg.state in TALKING:
                instead = by_sound(action, self._context)
                if instead is None:
                    return
                action = instead
            before = leg.obey(action)
        actions.append(action)
        if isinstance(action, AnswerLeg):
            actions.append(StartTimer(MAX_LENGTH_TIMER, self._context.limits.max_call_s))
        if leg is not self._caller:
            event = target_events.done(leg, before, action)
            if event is not None:
                actions.append(event)

    def _end(self, outcome: CallOutcome, actions: list[Action]) -> None:
        self._is_over = True
        for leg in self._legs.values():
            farewell = _farewell(leg, outcome)
            if farewell is not None:
                self._obey(farewell, actions)
        event = _ending_event(outcome)
        if event is not None:
            actions.append(event)
        actions.append(EndCall(outcome, self._callee_leg))


def _farewell(leg: Leg, outcome: CallOutcome) -> RefuseLeg | CancelLeg | HangUpLeg | None:
    """How to end a leg that is still there when the call is over."""
    if leg.state is LegState.OFFERED:
        return RefuseLeg(
            leg.leg_id, outcome.sip_code, outcome.reason, q850_cause(outcome), outcome.retry_after_s
        )
    if leg.state in UNANSWERED_OUT:
        if outcome.status is CallStatus.NO_ANSWER:
            return CancelLeg(leg.leg_id, target_events.RANG_TOO_LONG, outcome.reason)
        return CancelLeg(leg.leg_id, outcome.sip_code if outcome.sip_code >= 600 else 0, outcome.reason)
    if leg.state in TALKING:
        return HangUpLeg(leg.leg_id, outcome.reason)
    return None


def _ending_event(outcome: CallOutcome) -> EmitEvent | None:
    data = {"sip_code": outcome.sip_code, "reason": outcome.reason}
    if outcome.status is CallStatus.NO_ANSWER:
        return EmitEvent(CallEventKind.CALL_NOANSWER, data)
    if outcome.status in (CallStatus.BUSY, CallStatus.FAILED, CallStatus.REFUSED):
        return EmitEvent(CallEventKind.CALL_FAIL, data)
    return None
