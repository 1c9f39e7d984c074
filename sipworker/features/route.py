"""From one decision to the next within a call: where nobody takes it, the dialplan says what follows."""

from __future__ import annotations

from functools import partial
from typing import Protocol, assert_never

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import (
    AnswerMenu,
    ChangeOwn,
    CheckMessages,
    Decision,
    DialOut,
    EchoTest,
    EnterConference,
    EnterQueue,
    LeaveMessage,
    Monitor,
    Page,
    Park,
    PickUp,
    RecordPrompt,
    Refuse,
    Retrieve,
    RingExtension,
    RingGroup,
    ToneTest,
)
from callmanager.domain.dialplan import after_group, after_menu, after_queue, after_ringing
from callmanager.domain.receptionist_calls import is_lost
from callmanager.domain.unanswered import why_unanswered
from sipworker.call.actions import Action, AnswerRequest, EmitEvent, EndCall, RingLeg
from sipworker.call.context import CallContext
from sipworker.call.requests import RedirectRequested
from sipworker.call.signals import Signal
from sipworker.features.change_own import ChangingOwn
from sipworker.features.check_messages import CheckingMessages
from sipworker.features.conference import Conferring
from sipworker.features.dial_out import DialOutside
from sipworker.features.echo import Echo
from sipworker.features.harass_alert import HarassAlert
from sipworker.features.leave_message import LeavingMessage
from sipworker.features.monitor import Monitoring
from sipworker.features.paging import Paging
from sipworker.features.parking import Parking
from sipworker.features.pick_up import PickingUp
from sipworker.features.queue import WaitingInQueue
from sipworker.features.receptionist import Onward, Receptionist
from sipworker.features.record_prompt import RecordingPrompt
from sipworker.features.redirect import CALL_REFUSED, NOT_RINGING, RINGING, redirect_decision
from sipworker.features.refuse import Refusal
from sipworker.features.retrieve import Retrieving
from sipworker.features.ring import Ring
from sipworker.features.ring_group import GroupCall
from sipworker.features.talk import Transferring, Wish
from sipworker.features.tone import Tone
from sipworker.features.transfer import stage_of_transfer
from sipworker.features.unreached import Unreached

REDIRECTED = "Redirected"
# RFC 3261 section 21.1.3.
BEING_FORWARDED = 181


# What a feature wishes: also that the caller goes on from a receptionist.
Turn = Wish | Onward


class Stage(Protocol):
    """A feature that may give the call back, or hand it on to whoever it is transferred to."""

    def start(self) -> tuple[Turn, ...]: ...

    def handle(self, signal: Signal) -> tuple[Turn, ...]: ...


class Route:
    """The feature of every call: hands all signals to the stage that the call is in."""

    __slots__ = ("_context", "_decision", "_in_vain", "_menu", "_stage")

    def __init__(self, context: CallContext, decision: Decision) -> None:
        self._context = context
        self._decision = decision
        # The receptionist that the caller has chosen at, who hears of it when nobody takes the call.
        self._menu: AnswerMenu | None = None
        self._in_vain = 0
        self._stage = _stage_for(decision, context)

    def start(self) -> tuple[Action, ...]:
        passed = _passed(self._decision)
        # The phones of whoever sent it on did not even ring.
        told = self._told("always", passed[-1], self._decision) if passed else ()
        return (*told, *self._follow(self._stage.start()))

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if isinstance(signal, RedirectRequested):
            return self._redirect(signal)
        return self._follow(self._stage.handle(signal))

    def _redirect(self, request: RedirectRequested) -> tuple[Action, ...]:
        """Whoever is rung now is so no more; where it can't go elsewhere, it goes on ringing."""
        context, stage = self._context, self._stage
        if not isinstance(stage, RINGING) or (rung := stage.rung) is None:
            return ()
        if context.snapshot is None or context.call is None or context.at is None:
            return ()
        if request.extension and request.extension not in rung:
            return (AnswerRequest(NOT_RINGING, f"Extension {request.extension} is not rung by this call"),)
        number, passed = _number(self._decision), _passed(self._decision)
        following = redirect_decision(
            request, self._decision, number, passed, context.call, context.snapshot, context.at
        )
        if isinstance(following, Refuse):
            said = {"sip_code": following.sip_code}
            return (AnswerRequest(CALL_REFUSED, following.reason, said),)
        ended = stage.withdraw(REDIRECTED)
        return (
            AnswerRequest(result={"number": _number(following)}),
            *ended,
            *self._enter(following, "redirect"),
        )

    def _follow(self, wishes: tuple[Turn, ...]) -> tuple[Action, ...]:
        actions: list[Action] = []
        for wish in wishes:
            match wish:
                case Transferring():
                    # Somebody has talked: a receptionist before that is forgotten.
                    self._menu = None
                    self._stage = stage_of_transfer(self._context, wish, Route)
                    return (*actions, *self._follow(self._stage.start()))
                case Unreached():
                    return (*actions, *self._after(wish))
                case Onward():
                    return (*actions, *self._go_on(wish))
                case _:
                    actions.append(wish)
        return tuple(actions)

    def _after(self, unreached: Unreached) -> tuple[Action, ...]:
        following = self._following(unreached)
        is_kept = self._menu is not None and isinstance(following, Refuse)
        if following is not None and not is_kept:
            why = why_unanswered(unreached.outcome).value
            return (*unreached.cancels, *self._enter(following, why))
        if self._menu is None:
            return (EndCall(unreached.outcome),)
        return (*unreached.cancels, *self._back_to(self._menu))

    def _go_on(self, onward: Onward) -> tuple[Action, ...]:
        context, menu = self._context, onward.menu
        self._menu, self._in_vain = menu, onward.in_vain
        if context.snapshot is None or context.call is None or context.at is None:
            return self._back_to(menu)
        following = after_menu(menu, onward.destination, context.call, context.snapshot, context.at)
        if is_lost(following, onward.destination):
            return self._back_to(menu)
        return self._enter(following, "menu")

    def _enter(self, following: Decision, why: str) -> tuple[Action, ...]:
        told = self._told(why, _number(self._decision), following)
        self._decision = following
        self._stage = _stage_for(following, self._context, self._in_vain)
        return (*told, *self._follow(self._stage.start()))

    def _back_to(self, menu: AnswerMenu) -> tuple[Action, ...]:
        self._decision = menu
        self._stage = stage = Receptionist(self._context, menu, in_vain=self._in_vain)
        return self._follow(stage.start_again())

    def _following(self, unreached: Unreached) -> Decision | None:
        context, rung = self._context, self._decision
        if context.snapshot is None or context.call is None or context.at is None:
            return None
        if isinstance(rung, RingGroup | Page):
            return after_group(rung, context.call, context.snapshot, context.at)
        if isinstance(rung, EnterQueue):
            return after_queue(rung, context.call, context.snapshot, context.at)
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


def _stage_for(decision: Decision, context: CallContext, in_vain: int = 0) -> Stage:
    match decision:
        case RingExtension():
            return Ring(context, decision)
        case RingGroup():
            return GroupCall(context, decision)
        case Page():
            return Paging(context, decision)
        case AnswerMenu():
            return Receptionist(context, decision, in_vain=in_vain)
        case EnterQueue():
            return (
                WaitingInQueue(context, decision)
                if decision.alert is None
                else HarassAlert(context, decision)
            )
        case EnterConference():
            return Conferring(context, decision)
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
        case RecordPrompt():
            return RecordingPrompt(context, decision)
        case ChangeOwn():
            return ChangingOwn(context, decision)
        case ToneTest():
            return Tone(context, decision)
        case Refuse():
            return Refusal(decision)
    assert_never(decision)


def _number(decision: Decision) -> str:
    if isinstance(decision, LeaveMessage):
        return decision.mailbox
    reached = RingExtension | RingGroup | Page | AnswerMenu | EnterQueue | EnterConference | DialOut
    return decision.number if isinstance(decision, reached) else ""


def _passed(decision: Decision) -> tuple[str, ...]:
    sent_on = RingExtension | RingGroup | Page | AnswerMenu | EnterQueue | DialOut | LeaveMessage
    return decision.passed if isinstance(decision, sent_on) else ()
