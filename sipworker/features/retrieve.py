"""Somebody takes a parked call."""

from __future__ import annotations

from callmanager.domain.decisions import Retrieve
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call.actions import Action, AnswerLeg, EndCall
from sipworker.call.context import CallContext
from sipworker.call.other_calls import FindParked, JoinReason, MoveLeg, MoveRefused, ParkedFound
from sipworker.call.signals import Signal
from sipworker.features import established

NOBODY_THERE = "Nobody is parked there"
TOO_LATE = "The parked call is over"


class Retrieving:
    """Answers only to leave at once for the parked call."""

    __slots__ = ("_context", "_slot")

    def __init__(self, context: CallContext, decision: Retrieve) -> None:
        self._context = context
        self._slot = decision.slot

    def start(self) -> tuple[Action, ...]:
        return (FindParked(self._slot),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        match signal:
            case ParkedFound(session_id=""):
                return (EndCall(CallOutcome(CallStatus.REFUSED, EndedBy.PBX, NOBODY_THERE, 404)),)
            case ParkedFound(session_id=session_id):
                leg = self._context.caller_leg
                return (
                    AnswerLeg(leg),
                    established.by_service("retrieve", self._context),
                    MoveLeg(leg, session_id, JoinReason.RETRIEVE),
                )
            case MoveRefused():
                return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, TOO_LATE, 200)),)
            case _:
                return ()
