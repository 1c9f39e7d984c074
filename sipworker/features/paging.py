"""Paging and intercom: phones that answer by themselves, and hear the caller.

A page is heard by everybody and answered by nobody: the caller hears a member only from the member's `*` to its `#`. It
lasts until the caller hangs up, or the last member does. An intercom becomes a talk with the phone that answers.
"""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import GroupMember, Page
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.unanswered import Failure, outcome_of_page
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    EmitEvent,
    EndCall,
    FindContacts,
    HearLeg,
    StartTimer,
    StopTimer,
    UnhearLeg,
)
from sipworker.call.context import CallContext
from sipworker.call.party import Party
from sipworker.call.signals import (
    ContactsFound,
    DigitPressed,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegId,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import RANG_TOO_LONG
from sipworker.features import established
from sipworker.features.group_member import Phones
from sipworker.features.ring import ANSWERED_ELSEWHERE
from sipworker.features.talk import Talk, Wish
from sipworker.features.unreached import Unreached

PAGE_TIMER = "page"
TALK_KEY, LISTEN_KEY = "*", "#"
BUSY = Failure(486)
NO_ANSWER = "No answer"


class Paging:
    def __init__(self, context: CallContext, decision: Page) -> None:
        self._context = context
        self._decision = decision
        self._found: dict[str, ContactsFound] = {}
        self._ringing: list[Phones] = []
        # Who hears the caller, and who of them is heard.
        self._listening: set[LegId] = set()
        self._speaking: set[LegId] = set()
        self._failures: list[Failure] = []
        # Whether the caller was answered.
        self._has_begun = False
        self._talk: Talk | None = None

    def start(self) -> tuple[Wish, ...]:
        if not self._decision.members:
            return self._unreached()
        domain, asks = self._context.invite.dialled_domain, self._decision.skips_busy
        return tuple(FindContacts(member.number, domain, asks) for member in self._decision.members)

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._talk is not None:
            return self._talk.handle(signal)
        match signal:
            case ContactsFound(number=number):
                self._found[number] = signal
                return self._dial() if len(self._found) == len(self._decision.members) else ()
            case LegAnswered():
                return self._answer(signal)
            case LegHungUp(leg=leg) if leg == self._context.caller_leg:
                reason = signal.reason if signal.sip_code >= 400 else "Caller hangup"
                return (_over(EndedBy.CALLER, reason),)
            case LegHungUp(leg=leg) if leg in self._listening:
                return self._leave(leg)
            case (
                LegFailed(leg=leg, sip_code=code, reason=reason)
                | LegHungUp(leg=leg, sip_code=code, reason=reason)
            ):
                return self._strike_out(leg, Failure(code, reason))
            case DigitPressed(leg=leg, digit=digit) if leg in self._listening:
                return self._obey(leg, digit)
            case TimerFired(timer=timer) if timer == PAGE_TIMER:
                return self._give_up()
            case _:
                return ()

    def _dial(self) -> tuple[Wish, ...]:
        actions: list[Action] = []
        for member in self._decision.members:
            found = self._found[member.number]
            if found.is_busy:
                self._failures.append(BUSY)
            elif found.contacts:
                self._ringing.append(self._phones(member, found))
                actions += self._ringing[-1].start()
        if not self._ringing:
            return self._unreached()
        return (*actions, StartTimer(PAGE_TIMER, self._decision.ring_timeout_s))

    def _phones(self, member: GroupMember, found: ContactsFound) -> Phones:
        context, decision = self._context, self._decision
        name = context.caller_display_name or context.caller
        return Phones(
            context,
            "" if decision.is_intercom else decision.number,
            f"{decision.name}: {name}",
            member,
            found.contacts,
            is_decline_final=True,
            more_headers=decision.auto_answer,
        )

    def _answer(self, signal: LegAnswered) -> tuple[Action, ...]:
        phones = next((one for one in self._ringing if one.owns(signal.leg)), None)
        if phones is None:
            return ()  # the session knows no leg that could say so
        party, event = phones.established(signal)
        losers = phones.end(signal.leg, 200, ANSWERED_ELSEWHERE)
        self._ringing.remove(phones)
        if self._decision.is_intercom:
            return (*self._intercom(party, signal), *losers, event)
        return (*self._listen(party, signal), *losers)

    def _intercom(self, party: Party, signal: LegAnswered) -> tuple[Action, ...]:
        caller = self._context.caller_leg
        self._talk = Talk(self._context, party)
        codec = self._context.caller_codec(signal.codec)
        return (AnswerLeg(caller, codec), BridgeLegs(caller, signal.leg), StopTimer(PAGE_TIMER))

    def _listen(self, party: Party, signal: LegAnswered) -> tuple[Action, ...]:
        """The first member's answer is the caller's: from there on the page is heard."""
        caller = self._context.caller_leg
        self._listening.add(signal.leg)
        begins: tuple[Action, ...] = ()
        if not self._has_begun:
            self._has_begun = True
            begins = (
                AnswerLeg(caller, self._context.caller_codec(signal.codec)),
                established.by_service("paging", self._context, self._decision.number),
            )
        ends = () if self._ringing else (StopTimer(PAGE_TIMER),)
        return (*begins, HearLeg(signal.leg, caller), self._answered(party, signal), *ends)

    def _answered(self, party: Party, signal: LegAnswered) -> EmitEvent:
        data = {
            "target_id": signal.leg,
            "number": party.number,
            "contact": party.contact,
            "user_agent": signal.user_agent or party.user_agent,
            "ring_group": self._decision.number,
        }
        return EmitEvent(CallEventKind.TARGET_ANSWERED, data)

    def _obey(self, leg: LegId, digit: str) -> tuple[Action, ...]:
        caller = self._context.caller_leg
        if digit == TALK_KEY and leg not in self._speaking:
            self._speaking.add(leg)
            return (HearLeg(caller, leg),)
        if digit == LISTEN_KEY and leg in self._speaking:
            self._speaking.remove(leg)
            return (UnhearLeg(caller, leg),)
        return ()

    def _leave(self, leg: LegId) -> tuple[Action, ...]:
        self._listening.remove(leg)
        self._speaking.discard(leg)
        if self._listening or self._ringing:
            return ()
        return (_over(EndedBy.CALLEE, "Callee hangup"),)

    def _strike_out(self, leg: LegId, failure: Failure) -> tuple[Wish, ...]:
        phones = next((one for one in self._ringing if one.owns(leg)), None)
        if phones is None:
            return ()
        done = phones.fail(leg, failure)
        if not phones.is_over:
            return done
        self._failures += phones.failures
        self._ringing.remove(phones)
        return (*done, *self._nobody_rings()) if not self._ringing else done

    def _give_up(self) -> tuple[Wish, ...]:
        cancels = [cancel for one in self._ringing for cancel in one.end("", RANG_TOO_LONG, NO_ANSWER)]
        self._ringing.clear()
        return (*cancels, *self._nobody_rings())

    def _nobody_rings(self) -> tuple[Wish, ...]:
        if self._listening:
            return (StopTimer(PAGE_TIMER),)
        if self._has_begun:
            return (_over(EndedBy.CALLEE, "Callee hangup"),)
        return (StopTimer(PAGE_TIMER), *self._unreached())

    def _unreached(self) -> tuple[Unreached, ...]:
        outcome = outcome_of_page(self._failures, is_intercom=self._decision.is_intercom)
        return (Unreached(outcome),)


def _over(by: EndedBy, reason: str) -> EndCall:
    return EndCall(CallOutcome(CallStatus.ANSWERED, by, reason, 200))
