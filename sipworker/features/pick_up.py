"""Somebody takes a call that rings at another extension, or that it holds."""

from __future__ import annotations

from collections.abc import Iterable

from callmanager.domain.decisions import PickUp, Takes
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import Action, AnswerLeg, EndCall
from sipworker.call.context import CallContext
from sipworker.call.other_calls import (
    CallsFound,
    FindCalls,
    FoundCall,
    JoinReason,
    MoveLeg,
    MoveRefused,
    Standing,
)
from sipworker.call.signals import Signal
from sipworker.features import established

NOTHING_TO_TAKE = "There is no call to pick up"
TOO_LATE = "The call was over or answered already"
_STANDINGS = {
    Takes.RINGING: Standing.RINGING,
    Takes.HELD: Standing.HOLDING,
    Takes.TALKING: Standing.TALKING,
}


class PickingUp:
    """Answers only to leave at once for the other call; that tells who was called and who took it."""

    __slots__ = ("_context", "_decision")

    def __init__(self, context: CallContext, decision: PickUp) -> None:
        self._context = context
        self._decision = decision

    def start(self) -> tuple[Action, ...]:
        return (FindCalls(self._decision.numbers),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case CallsFound(calls=calls):
                return self._take(calls)
            case MoveRefused():
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, TOO_LATE, 200)),)
            case _:
                return ()

    def _take(self, calls: Iterable[FoundCall]) -> tuple[Action, ...]:
        found = self._choose(calls)
        if found is None:
            return (EndCall(CallOutcome(CallStatus.REFUSED, EndedBy.PBX, NOTHING_TO_TAKE, 404)),)
        leg = self._context.caller_leg
        why = JoinReason.REPLACES if self._decision.leg else JoinReason.PICKUP
        return (
            AnswerLeg(leg),
            established.by_service("pickup", self._context),
            MoveLeg(leg, found.session_id, why, in_place_of=found.leg),
        )

    def _choose(self, calls: Iterable[FoundCall]) -> FoundCall | None:
        """Nobody picks up what they have dialled themselves."""
        others = [call for call in calls if call.other != self._context.invite.caller]
        if self._decision.leg:
            others = [call for call in others if call.leg == self._decision.leg]
        for takes in self._decision.takes:
            for call in others:
                if call.standing is _STANDINGS[takes]:
                    return call
        return None
