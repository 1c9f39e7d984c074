"""Ring every phone of an extension at once; the first to answer gets the call."""

from __future__ import annotations

from typing import assert_never

from callmanager.domain.decisions import RingExtension
from callmanager.domain.unanswered import (
    NOT_REGISTERED,
    Failure,
    is_final_for_all,
    outcome_of_all,
    rung_too_long,
)
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    EndCall,
    FindContacts,
    RingLeg,
    SendDigit,
    StartTimer,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.signals import (
    Contact,
    ContactsFound,
    DigitPressed,
    HangUpRequested,
    LegAnswered,
    LegFailed,
    LegHeld,
    LegHungUp,
    LegId,
    LegRinging,
    LegUnheld,
    Signal,
    TimerFired,
)
from sipworker.features import established
from sipworker.features.talk import Talk

RING_TIMER = "ring"
ANSWERED_ELSEWHERE = "Call completed elsewhere"


class Ring:
    """Until somebody answers; from then on `Talk` hears every signal."""

    __slots__ = ("_context", "_decision", "_early_leg", "_failures", "_has_rung", "_ringing", "_talk")

    def __init__(self, context: CallContext, decision: RingExtension) -> None:
        self._context = context
        self._decision = decision
        self._ringing: dict[LegId, Contact] = {}
        self._failures: list[Failure] = []
        self._has_rung = False
        self._early_leg: LegId | None = None
        self._talk: Talk | None = None

    def start(self) -> tuple[Action, ...]:
        return (FindContacts(self._decision.number, self._context.invite.dialled_domain),)

    def handle(self, signal: Signal) -> tuple[Action, ...]:
        if self._talk is not None:
            return self._talk.handle(signal)
        match signal:
            case ContactsFound(contacts=contacts):
                return self._dial(contacts)
            case LegRinging():
                return self._pass_on_ringing(signal)
            case LegAnswered():
                return self._answer(signal)
            case LegFailed(leg=leg, sip_code=sip_code, reason=reason):
                return self._strike_out(leg, Failure(sip_code, reason))
            case LegHungUp(leg=leg, sip_code=sip_code, reason=reason):
                return self._strike_out(leg, Failure(sip_code, reason))
            case DigitPressed():
                return self._pass_on_digit(signal)
            case TimerFired(timer=timer):
                return self._give_up() if timer == RING_TIMER else ()
            case LegHeld() | LegUnheld() | HangUpRequested():
                return ()  # there is nobody yet to play music to; the session hears the third
        assert_never(signal)

    def _dial(self, contacts: tuple[Contact, ...]) -> tuple[Action, ...]:
        if not contacts:
            return (EndCall(NOT_REGISTERED),)
        self._ringing = {
            self._context.target_leg(index): contact for index, contact in enumerate(contacts, start=1)
        }
        dials = [self._dial_leg(leg, contact) for leg, contact in self._ringing.items()]
        return (*dials, StartTimer(RING_TIMER, self._decision.ring_timeout_s))

    def _dial_leg(self, leg: LegId, contact: Contact) -> DialLeg:
        invite = self._context.invite
        return DialLeg(
            leg=leg,
            tenant_id=invite.tenant_id,
            number=self._decision.number,
            sip_domain=invite.dialled_domain,
            ruid=contact.ruid,
            caller=invite.caller,
            caller_display_name=self._context.caller_display_name,
            contact=contact.contact,
            user_agent=contact.user_agent,
            codecs=invite.codecs,
        )

    def _pass_on_ringing(self, signal: LegRinging) -> tuple[Action, ...]:
        """180 once; sound of the first phone that sends some, since the caller can hear one only."""
        caller = self._context.caller_leg
        is_first = not self._has_rung
        self._has_rung = True
        if signal.early_media and self._early_leg is None:
            self._early_leg = signal.leg
            return (RingLeg(caller, 183, True, signal.codec), BridgeLegs(caller, signal.leg))
        return (RingLeg(caller, 180, False),) if is_first else ()

    def _answer(self, signal: LegAnswered) -> tuple[Action, ...]:
        caller, winner = self._context.caller_leg, signal.leg
        contact = self._ringing.pop(winner)
        bridge: tuple[Action, ...] = ()
        if self._early_leg != winner:
            bridge = (*self._end_early_media(), BridgeLegs(caller, winner))
        losers = [CancelLeg(leg, 200, ANSWERED_ELSEWHERE) for leg in self._ringing]
        self._talk = Talk(self._context, winner, self._decision.number)
        user_agent = signal.user_agent or contact.user_agent
        return (
            AnswerLeg(caller, signal.codec),
            *bridge,
            *losers,
            StopTimer(RING_TIMER),
            established.by_extension(winner, self._decision.number, contact.contact, user_agent),
        )

    def _strike_out(self, leg: LegId, failure: Failure) -> tuple[Action, ...]:
        del self._ringing[leg]
        self._failures.append(failure)
        unbridge = self._end_early_media() if leg == self._early_leg else ()
        is_final = is_final_for_all(failure.sip_code, is_decline_final=self._decision.is_decline_final)
        if self._ringing and not is_final:
            return unbridge
        return (*unbridge, EndCall(outcome_of_all(self._failures, has_rung=self._has_rung)))

    def _end_early_media(self) -> tuple[Action, ...]:
        if self._early_leg is None:
            return ()
        early, self._early_leg = self._early_leg, None
        return (UnbridgeLegs(self._context.caller_leg, early),)

    def _pass_on_digit(self, signal: DigitPressed) -> tuple[Action, ...]:
        if self._early_leg is None or signal.leg != self._context.caller_leg:
            return ()
        return (SendDigit(self._early_leg, signal.digit, signal.duration_ms),)

    def _give_up(self) -> tuple[Action, ...]:
        return (EndCall(rung_too_long(has_rung=self._has_rung)),)
