"""One call from INVITE to its end: keeps the legs, asks the feature, guarantees what is true of every call.

Every call says `call_start` first, ends every leg it opened and then says EndCall, whatever its feature does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call import joining, target_events
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
from sipworker.call.other_calls import PartyJoined, PartyLeft
from sipworker.call.parties import caller_of, dialled_party
from sipworker.call.people import People
from sipworker.call.remote_answer import TALK_TIMER, RemoteAnswer
from sipworker.call.requests import TalkRequested
from sipworker.call.signals import (
    AskedToTalk,
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

    __slots__ = ("_callee_leg", "_context", "_feature", "_is_over", "_moved", "_remote", "people")

    def __init__(self, context: CallContext, feature: Feature) -> None:
        self._context = context
        self._feature = feature
        self._remote = RemoteAnswer(context.session_id)
        self.people = People({context.caller_leg: Leg(caller_of(context), LegState.OFFERED)})
        # Whom the record names as the answering side: the first one.
        self._callee_leg: LegId = ""
        self._moved: Leg | None = None
        self._is_over = False

    @property
    def is_over(self) -> bool:
        return self._is_over

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
        if isinstance(signal, TalkRequested):
            return self._track(self._remote.ask(signal, self.people))
        if isinstance(signal, TimerFired) and signal.timer == TALK_TIMER:
            return self._track(self._remote.time_out())
        if isinstance(signal, PartyLeft):
            return self._track(joining.left(signal, self._moved))
        if isinstance(signal, PartyJoined):
            return self._track(joining.welcomed(signal, self.people, self._feature.handle(signal)))
        return self._track(self._feature.handle(signal))

    def abort(self) -> tuple[Action, ...]:
        """End the call after a mistake of ours, without asking the feature."""
        if self._is_over:
            return ()
        status, sip_code = (CallStatus.ANSWERED, 200) if self.people.is_answered else (CallStatus.FAILED, 500)
        # The actions that would have ended these legs may have been lost in the mistake.
        unsure = [leg.leg_id for leg in self.people.values() if leg.state is LegState.ENDING]
        farewells = [HangUpLeg(leg_id, INTERNAL_ERROR) for leg_id in unsure]
        outcome = CallOutcome(status, EndedBy.PBX, INTERNAL_ERROR, sip_code)
        return self._track((*farewells, EndCall(outcome)))

    def release(self, leg_id: LegId) -> Leg:
        """Give a leg away that talks. PartyLeft ends this call; until then it is in no state to do anything else."""
        if self._is_over or not self.people.is_talking(leg_id):
            raise IllegalAction("A leg that does not talk can't be moved")
        # As it was here, for what is told of it.
        self._moved = replace(self.people[leg_id])
        return self.people.pop(leg_id)

    def adopt(self, leg: Leg) -> None:
        """Take a leg that another call gave away; PartyJoined tells the feature."""
        leg.is_target = True
        self.people[leg.leg_id] = leg

    def _handle_leg(self, signal: LegSignal) -> tuple[Action, ...]:
        leg = self.people.get(signal.leg)
        if leg is None:
            raise IllegalSignal(f"{type(signal).__name__} of a leg that is not of this call")
        before = leg.hear(signal)
        said = self._remote.hear(signal, self.people)
        if before is LegState.ENDING:
            late = (HangUpLeg(leg.leg_id, "Answered too late"),) if isinstance(signal, LegAnswered) else ()
            return self._track((*said, *late))
        if isinstance(signal, AskedToTalk):
            return self._track(said)
        if isinstance(signal, LegHungUp) and before is LegState.OFFERED:
            return self._track((EndCall(_given_up(signal)),))
        if isinstance(signal, LegAnswered) and leg.is_target and not self._callee_leg:
            self._callee_leg = leg.leg_id
        event = target_events.heard(leg, before, signal) if leg.is_target else None
        wishes = joining.answered(signal, self._feature.handle(signal))
        if isinstance(signal, LegHungUp) and before in TALKING and not self.people.talking:
            # Whatever the feature made of it: nobody is there any more.
            wishes = (*wishes, EndCall(self._left_by(leg, signal)))
        return self._track((*said, *wishes) if event is None else (event, *said, *wishes))

    def _left_by(self, leg: Leg, signal: LegHungUp) -> CallOutcome:
        is_caller = leg.leg_id == self._context.caller_leg
        side = EndedBy.CALLER if is_caller else EndedBy.CALLEE
        reason = f"{side.value.capitalize()} hangup" if signal.sip_code < 400 else signal.reason
        return CallOutcome(CallStatus.ANSWERED, side, reason, 200)

    def _hang_up(self, ended_by: EndedBy, reason: str, sip_code: int) -> EndCall:
        if self.people.is_answered:
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
        if isinstance(action, DialLeg | DialTrunk):
            party = dialled_party(action, self._context)
            leg = self.people[action.leg] = Leg(party, before, is_target=True, ring_group=action.ring_group)
        else:
            found = self.people.get(action.leg)
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
            self.people.is_answered = True
            actions.append(StartTimer(MAX_LENGTH_TIMER, self._context.limits.max_call_s))
        if leg.is_target:
            event = target_events.done(leg, before, action)
            if event is not None:
                actions.append(event)

    def _end(self, outcome: CallOutcome, actions: list[Action]) -> None:
        self._is_over = True
        for leg in self.people.values():
            farewell = _farewell(leg, outcome)
            if farewell is not None:
                self._obey(farewell, actions)
        event = _ending_event(outcome)
        if event is not None:
            actions.append(event)
        actions.append(EndCall(outcome, self._callee_leg))


def _given_up(signal: LegHungUp) -> CallOutcome:
    """The caller, before anybody answered."""
    if signal.cancelled:
        return CallOutcome(CallStatus.CANCELLED, EndedBy.CALLER, "Cancelled by caller", 487)
    return CallOutcome(CallStatus.FAILED, EndedBy.CALLER, signal.reason, max(signal.sip_code, 400))


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
