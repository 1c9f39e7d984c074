"""A call that somebody makes who is already talking to the PBX: they hear it ring, and come back if nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from callmanager.domain.outcome import CallOutcome
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    CancelLeg,
    DialLeg,
    DialTrunk,
    EndCall,
)
from sipworker.call.context import CallContext
from sipworker.call.signals import DigitPressed, LegFailed, LegHungUp, LegId, Signal

GIVE_UP = "*"


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nobody answered, or the caller did not want to wait any longer (`outcome` None)."""

    outcome: CallOutcome | None


class Onwards(Protocol):
    """What makes the call; it need not know that the caller is answered already."""

    def start(self) -> tuple[Action, ...]: ...

    def handle(self, signal: Signal) -> tuple[Action, ...]: ...


class CallingBack:
    __slots__ = ("_caller", "_dialled", "_is_answered", "_route")

    def __init__(self, context: CallContext, route: Onwards) -> None:
        self._caller = context.caller_leg
        self._route = route
        self._dialled: set[LegId] = set()
        self._is_answered = False

    def start(self) -> tuple[Action | NotReached, ...]:
        return self._fit(self._route.start())

    def handle(self, signal: Signal) -> tuple[Action | NotReached, ...]:
        if isinstance(signal, LegFailed | LegHungUp):
            self._dialled.discard(signal.leg)
        if isinstance(signal, DigitPressed) and not self._is_answered and signal.digit == GIVE_UP:
            return self._return(None)
        return self._fit(self._route.handle(signal))

    def _fit(self, wishes: tuple[Action, ...]) -> tuple[Action | NotReached, ...]:
        actions: list[Action | NotReached] = []
        for wish in wishes:
            match wish:
                case EndCall(outcome=outcome) if not self._is_answered:
                    return (*actions, *self._return(outcome))
                case _:
                    if isinstance(wish, AnswerLeg):
                        self._is_answered = True
                    elif isinstance(wish, DialLeg | DialTrunk):
                        self._dialled.add(wish.leg)
                    elif isinstance(wish, CancelLeg):
                        self._dialled.discard(wish.leg)
                    actions.append(wish)
        return tuple(actions)

    def _return(self, outcome: CallOutcome | None) -> tuple[Action | NotReached, ...]:
        """What is answered already hears no ringing any more."""
        cancels = tuple(CancelLeg(leg, 0, "Cancelled by caller") for leg in sorted(self._dialled))
        return (AnswerLeg(self._caller), *cancels, NotReached(outcome))
