"""Ring every phone of an extension at once; the first to answer gets the call."""

from __future__ import annotations

from callmanager.domain.decisions import RingExtension
from callmanager.domain.outcome import CallOutcome, CallStatus
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
    FindContacts,
    RingLeg,
    SendDigit,
    StartTimer,
    StopTimer,
    UnbridgeLegs,
)
from sipworker.call.context import CallContext
from sipworker.call.other_calls import PartyJoined
from sipworker.call.parties import phone_of
from sipworker.call.signals import (
    Contact,
    ContactsFound,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegId,
    LegRinging,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import RANG_TOO_LONG
from sipworker.features import established
from sipworker.features.talk import Talk, Wish, take_ringing_call
from sipworker.features.unreached import Unreached

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

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
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
            case PartyJoined():
                return self._welcome(signal)
            case DigitPressed():
                return self._pass_on_digit(signal)
            case TimerFired(timer=timer):
                return self._give_up() if timer == RING_TIMER else ()
            case _:
                return ()  # there is nobody yet to play anything to

    def _dial(self, contacts: tuple[Contact, ...]) -> tuple[Wish, ...]:
        if not contacts:
            return (Unreached(NOT_REGISTERED),)
        self._ringing = {self._context.new_leg(): contact for contact in contacts}
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
            caller=self._context.caller,
            caller_display_name=self._context.caller_display_name,
            contact=contact.contact,
            user_agent=contact.user_agent,
            codecs=invite.codecs,
            caller_domain=self._context.caller_host,
        )

    def _pass_on_ringing(self, signal: LegRinging) -> tuple[Action, ...]:
        """180 once; sound of the first phone that sends some, since the caller can hear one only."""
        caller = self._context.caller_leg
        is_first = not self._has_rung
        self._has_rung = True
        if signal.early_media and self._early_leg is None:
            self._early_leg = signal.leg
            codec = self._context.caller_codec(signal.codec)
            return (RingLeg(caller, 183, True, codec), BridgeLegs(caller, signal.leg))
        return (RingLeg(caller, 180, False),) if is_first else ()

    def _answer(self, signal: LegAnswered) -> tuple[Action, ...]:
        caller, winner = self._context.caller_leg, signal.leg
        contact = self._ringing.pop(winner)
        bridge: tuple[Action, ...] = ()
        if self._early_leg != winner:
            bridge = (*self._end_early_media(), BridgeLegs(caller, winner))
        losers = [CancelLeg(leg, 200, ANSWERED_ELSEWHERE) for leg in self._ringing]
        user_agent = signal.user_agent or contact.user_agent
        callee = phone_of(self._context, winner, self._decision.number, contact.contact, user_agent)
        self._talk = Talk(self._context, callee)
        return (
            AnswerLeg(caller, self._context.caller_codec(signal.codec)),
            *bridge,
            *losers,
            StopTimer(RING_TIMER),
            established.by_extension(winner, self._decision.number, contact.contact, user_agent),
        )

    def _welcome(self, signal: PartyJoined) -> tuple[Action, ...]:
        """Somebody else takes the call that rings here."""
        self._talk, taken_up = take_ringing_call(self._context, signal)
        losers = (CancelLeg(leg, 200, ANSWERED_ELSEWHERE) for leg in self._ringing)
        return (*self._end_early_media(), *taken_up, *losers, StopTimer(RING_TIMER))

    def _strike_out(self, leg: LegId, failure: Failure) -> tuple[Wish, ...]:
        if leg not in self._ringing:
            return ()
        del self._ringing[leg]
        self._failures.append(failure)
        unbridge = self._end_early_media() if leg == self._early_leg else ()
        is_final = is_final_for_all(failure.sip_code, is_decline_final=self._decision.is_decline_final)
        if self._ringing and not is_final:
            return unbridge
        outcome = outcome_of_all(self._failures, has_rung=self._has_rung)
        return (*unbridge, *self._unreached(outcome))

    def _unreached(self, outcome: CallOutcome) -> tuple[Wish, ...]:
        """Phones that still ring are told why they stop; where the call ends here, its end tells them."""
        is_too_long = outcome.status is CallStatus.NO_ANSWER
        code = RANG_TOO_LONG if is_too_long else outcome.sip_code if outcome.sip_code >= 600 else 0
        cancels = tuple(CancelLeg(leg, code, outcome.reason) for leg in self._ringing)
        return (*self._end_early_media(), Unreached(outcome, cancels))

    def _end_early_media(self) -> tuple[Action, ...]:
        if self._early_leg is None:
            return ()
        early, self._early_leg = self._early_leg, None
        return (UnbridgeLegs(self._context.caller_leg, early),)

    @property
    def rung(self) -> frozenset[str] | None:
        """The extensions whose phones ring; None once somebody talks."""
        return None if self._talk is not None else frozenset({self._decision.number})

    def withdraw(self, reason: str) -> tuple[Action, ...]:
        """Ring nobody any more: the call goes elsewhere."""
        losers = tuple(CancelLeg(leg, 200, reason) for leg in self._ringing)
        return (*self._end_early_media(), *losers, StopTimer(RING_TIMER))

    def _pass_on_digit(self, signal: DigitPressed) -> tuple[Action, ...]:
        if self._early_leg is None or signal.leg != self._context.caller_leg:
            return ()
        return (SendDigit(self._early_leg, signal.digit, signal.duration_ms),)

    def _give_up(self) -> tuple[Wish, ...]:
        return self._unreached(rung_too_long(has_rung=self._has_rung))
