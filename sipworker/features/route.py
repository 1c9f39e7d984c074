"""From one decision to the next within a call: where nobody takes it, the dialplan says what follows."""

from __future__ import annotations

from functools import partial
from typing import Protocol, assert_never

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import (
    CheckMessages,
    Decision,
    DialOut,
    EchoTest,
    LeaveMessage,
    Monitor,
    Page,
    Park,
    PickUp,
    Refuse,
    Retrieve,
    RingExtension,
    RingGroup,
    ToneTest,
)
from callmanager.domain.dialplan import after_group, after_ringing
from callmanager.domain.unanswered import why_unanswered
from sipworker.call.actions import Action, EmitEvent, EndCall, RingLeg
from sipworker.call.context import CallContext
from sipworker.call.signals import Signal
from sipworker.features.check_messages import CheckingMessages
from sipworker.features.dial_out import DialOutside
from sipworker.features.echo import Echo
from sipworker.features.leave_message import LeavingMessage
from sipworker.features.monitor import Monitoring
from sipworker.features.paging import Paging
from sipworker.features.parking import Parking
from sipworker.features.pick_up import PickingUp
from sipworker.features.refuse import Refusal
from sipworker.features.retrieve import Retrieving
from sipworker.features.ring import Ring
from sipworker.features.ring_group import GroupCall
from sipworker.features.talk import Transferring, Wish
from sipworker.features.tone import Tone
from sipworker.features.transfer import stage_of_transfer
from sipworker.features.unreached import Unreached

# RFC 3261 section 21.1.3.
BEING_FORWARDED = 181


class Stage(Protocol):
    """A feature that may give the call back because nobody took it, or because somebody transfers it."""

    def start(self) -> tuple[Wish, ...]: ...

    def handle(self, signal: Signal) -> tuple[Wish, ...]: ...


class Route:
    """The feature of every call: hands all signals to the stage that the call is in."""

    __slots__ = ("_context", "_decision", "_stage")

    def __init__(self, context: CallContext, decision: Decision) -> None:
        self._context = context
        self._decision = decision
        self._stage = _stage_for(decision, context)

    def start(self) -> tuple[Action, ...]:
        passed = _passed(self._decision)
        # The phones of whoever sent it on did not even ring.
        told = self._told("always", passed[-1], self._decision) if passed else ()
        return (*told, *self._follow(self._stage.start()))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        return self._follow(self._stage.handle(signal))

    def _follow(self, wishes: tuple[Wish, ...]) -> tuple[Action, ...]:
        actions: list[Action] = []
        for wish in wishes:
            if isinstance(wish, Transferring):
                self._stage = stage_of_transfer(self._context, wish, Route)
                return (*actions, *self._follow(self._stage.start()))
            if not isinstance(wish, Unreached):
                actions.append(wish)
                continue
            following = self._following(wish)
            if following is None:
                return (*actions, EndCall(wish.outcome))
            told = self._told(why_unanswered(wish.outcome).value, _number(self._decision), following)
            self._decision = following
            self._stage = _stage_for(following, self._context)
            return (*actions, *wish.cancels, *told, *self._follow(self._stage.start()))
        return tuple(actions)

    def _following(self, unreached: Unreached) -> Decision | None:
        context, rung = self._context, self._decision
        if context.snapshot is None or context.call is None or context.at is None:
            return None
        if isinstance(rung, RingGroup | Page):
            return after_group(rung, context.call, context.snapshot, context.at)
        if not isinstance(rung, RingExtension):
            return None
        why = why_unanswered(unreached.outcome)
        return after_ringing(rung, why, context.call, context.snapshot, context.at)

    def _told(self, why: str, sender: str, decision: Decision) -> tuple[Action, ...]:
        """A refusal is no other target: the caller hears it next."""
        if isinstance(decision, Refuse):
            return ()
        data = {
            "reason": why,
            "from_number": sender,
            "number": _number(decision),
            "is_outside": isinstance(decision, DialOut),
        }
        being_forwarded = RingLeg(self._context.caller_leg, BEING_FORWARDED, False)
        return (being_forwarded, EmitEvent(CallEventKind.CALL_REROUTE, data))


def _stage_for(decision: Decision, context: CallContext) -> Stage:
    match decision:
        case RingExtension():
            return Ring(context, decision)
        case RingGroup():
            return GroupCall(context, decision)
        case Page():
            return Paging(context, decision)
        case DialOut():
            return DialOutside(context, decision)
        case LeaveMessage():
            return LeavingMessage(context, decision)
        case CheckMessages():
            return CheckingMessages(context, decision, partial(Route, context))
        case EchoTest():
            return Echo(context)
        case Park():
            return Parking(context, decision)
        case Retrieve():
            return Retrieving(context, decision)
        case PickUp():
            return PickingUp(context, decision)
        case Monitor():
            return Monitoring(context, decision)
        case ToneTest():
            return Tone(context, decision)
        case Refuse():
            return Refusal(decision)
    assert_never(decision)


def _number(decision: Decision) -> str:
    if isinstance(decision, LeaveMessage):
        return decision.mailbox
    return decision.number if isinstance(decision, RingExtension | RingGroup | Page | DialOut) else ""


def _passed(decision: Decision) -> tuple[str, ...]:
    sent_on = RingExtension | RingGroup | Page | DialOut | LeaveMessage
    return decision.passed if isinstance(decision, sent_on) else ()
