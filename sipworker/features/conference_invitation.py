"""A conference room calls somebody: whoever answers is in the room, without a PIN.

The room itself is the caller. It has no telephone: its leg is one that never rings and is never heard.
"""

from __future__ import annotations

from callmanager.domain.decisions import EnterConference, GroupMember
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.unanswered import NO_ANSWER, NOT_REGISTERED, Failure, outcome_of_all
from sipworker.call.actions import Action, AnswerLeg, EndCall, FindContacts, StartTimer, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.signals import (
    ContactsFound,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegRinging,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import RANG_TOO_LONG
from sipworker.features.conference import Conferring, Guest
from sipworker.features.group_member import Member, Outside, Phones
from sipworker.features.ring import ANSWERED_ELSEWHERE

RING_TIMER = "invitation_ring"


class InvitingToConference:
    """Until somebody answers; from then on they are in the room, and `Conferring` hears every signal."""

    def __init__(
        self, context: CallContext, room: EnterConference, member: GroupMember, ring_timeout_s: int
    ) -> None:
        self._context = context
        self._room = room
        self._member = member
        self._ring_timeout_s = ring_timeout_s
        self._rung: Member | None = None
        self._has_rung = False
        self._conferring: Conferring | None = None

    def start(self) -> tuple[Action, ...]:
        timer = StartTimer(RING_TIMER, self._ring_timeout_s)
        if self._member.outside is None:
            return (timer, FindContacts(self._member.number, self._context.invite.dialled_domain))
        self._rung = Outside(self._context, "", self._member.outside)
        return (timer, *self._rung.start(), *self._end_if_over())

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if self._conferring is not None:
            return self._confer(self._conferring, signal)
        match signal:
            case ContactsFound():
                return self._ring(signal)
            case LegRinging() if self._rung is not None:
                self._has_rung = True
                return self._rung.note_ringing(signal)
            case LegAnswered() if self._rung is not None:
                return self._let_in(self._rung, signal)
            case (
                LegFailed(leg=leg, sip_code=code, reason=reason)
                | LegHungUp(leg=leg, sip_code=code, reason=reason)
            ) if self._rung is not None and self._rung.owns(leg):
                return (*self._rung.fail(leg, Failure(code, reason)), *self._end_if_over())
            case TimerFired(timer=timer) if timer == RING_TIMER:
                rung = self._rung
                ended = rung.end("", RANG_TOO_LONG, NO_ANSWER.reason) if rung is not None else ()
                return (*ended, EndCall(NO_ANSWER))
            case TimerFired(timer=timer) if self._rung is not None:
                return (*self._rung.time_out(timer), *self._end_if_over())
            case _:
                return ()

    def _ring(self, found: ContactsFound) -> tuple[Action, ...]:
        if not found.contacts:
            return (EndCall(NOT_REGISTERED),)
        self._rung = Phones(
            self._context,
            "",
            self._context.caller_display_name or self._room.number,
            self._member,
            found.contacts,
            is_decline_final=True,
        )
        return self._rung.start()

    def _end_if_over(self) -> tuple[Action, ...]:
        if self._rung is None or not self._rung.is_over:
            return ()
        return (EndCall(outcome_of_all(self._rung.failures, has_rung=self._has_rung)),)

    def _let_in(self, rung: Member, answer: LegAnswered) -> tuple[Action, ...]:
        party, event = rung.established(answer)
        guest = Guest(answer.leg, party.number or self._member.number, self._member.display_name)
        self._conferring = Conferring(self._context, self._room, guest)
        return (
            AnswerLeg(self._context.caller_leg),
            *rung.end(answer.leg, 200, ANSWERED_ELSEWHERE),
            StopTimer(RING_TIMER),
            event,
            *self._conferring.start(),
        )

    def _confer(self, conferring: Conferring, signal: Signal) -> tuple[Action, ...]:
        if isinstance(signal, LegHungUp):
            reason = "Callee hangup" if signal.sip_code < 400 else signal.reason
            return (EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.CALLEE, reason, 200)),)
        return conferring.handle(signal)
