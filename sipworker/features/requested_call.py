"""A call that a program asked for: first the telephone of who calls, then, once that is answered, whom they want."""

from __future__ import annotations

from dataclasses import replace

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import Decision
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.unanswered import BUSY_CODES, DECLINED
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    EmitEvent,
    EndCall,
    FindContacts,
    RingCaller,
    RingLeg,
    StartTimer,
    StopTimer,
)
from sipworker.call.answered import by_sound
from sipworker.call.context import CallContext
from sipworker.call.requests import CallWanted
from sipworker.call.signals import (
    Contact,
    ContactsFound,
    LegAnswered,
    LegFailed,
    Signal,
    TimerFired,
)
from sipworker.features.route import Route

CALLER_TIMER = "caller_ring"
NOT_REGISTERED = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "The caller's phone is not registered", 480)
RANG_IN_VAIN = CallOutcome(CallStatus.NO_ANSWER, EndedBy.PBX, "The caller did not answer", 480)


class RequestedCall:
    """Until the caller has answered; from then on the feature for what they dialled hears every signal.

    For the rest of the call their leg is one that waits for its answer, though its telephone is off the hook already.
    """

    __slots__ = ("_context", "_decision", "_following", "_wanted")

    def __init__(self, context: CallContext, decision: Decision, wanted: CallWanted) -> None:
        self._context = context
        self._decision = decision
        self._wanted = wanted
        self._following: Route | None = None

    def start(self) -> tuple[Action, ...]:
        return (FindContacts(self._context.invite.caller, self._context.invite.caller_domain),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if self._following is not None:
            return self._heard(self._following.handle(signal))
        match signal:
            case ContactsFound(contacts=contacts):
                return self._ring(contacts)
            case LegAnswered():
                return self._go_on(signal)
            case LegFailed(sip_code=sip_code, reason=reason):
                return (EndCall(_refused(sip_code, reason)),)
            case TimerFired(timer=timer) if timer == CALLER_TIMER:
                return (EndCall(RANG_IN_VAIN),)
            case _:
                return ()

    def _heard(self, wishes: tuple[Action, ...]) -> tuple[Action, ...]:
        """Their telephone can't show any more that somebody rings: they hear it."""
        actions: list[Action] = []
        for wish in wishes:
            if not isinstance(wish, RingLeg | AnswerLeg) or wish.leg != self._context.caller_leg:
                actions.append(wish)
                continue
            instead = by_sound(wish, self._context)
            actions += [instead] if instead is not None else []
            actions += [wish] if isinstance(wish, AnswerLeg) else []
        return tuple(actions)

    def _ring(self, contacts: tuple[Contact, ...]) -> tuple[Action, ...]:
        if not contacts:
            return (EndCall(NOT_REGISTERED),)
        invite, snapshot = self._context.invite, self._context.snapshot
        callee = snapshot.find_extension(invite.dialled) if snapshot is not None else None
        ring = RingCaller(
            leg=self._context.caller_leg,
            tenant_id=invite.tenant_id,
            number=invite.caller,
            sip_domain=invite.caller_domain,
            shown_number=invite.dialled,
            shown_name=self._wanted.shown_name or (callee.display_name if callee is not None else ""),
            contact=contacts[0].contact,
            is_auto_answered=self._wanted.is_auto_answered,
        )
        return (ring, StartTimer(CALLER_TIMER, self._wanted.ring_timeout_s))

    def _go_on(self, answer: LegAnswered) -> tuple[Action, ...]:
        # What their telephone chose is what the others are offered first.
        codecs = (answer.codec,) if answer.codec else ()
        invite = replace(self._context.invite, codecs=codecs, user_agent=answer.user_agent)
        self._following = Route(replace(self._context, invite=invite), self._decision)
        told = EmitEvent(
            CallEventKind.CALLER_ANSWERED, {"number": invite.caller, "user_agent": answer.user_agent}
        )
        return (StopTimer(CALLER_TIMER), told, *self._heard(self._following.start()))


def _refused(sip_code: int, reason: str) -> CallOutcome:
    if sip_code in BUSY_CODES:
        return CallOutcome(CallStatus.BUSY, EndedBy.CALLER, "The caller's phone is busy", sip_code)
    if sip_code == DECLINED:
        return CallOutcome(CallStatus.CANCELLED, EndedBy.CALLER, "Declined by the caller", sip_code)
    return CallOutcome(
        CallStatus.FAILED, EndedBy.CALLER, f"The caller's phone refused: {reason}", max(sip_code, 400)
    )
