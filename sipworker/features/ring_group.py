"""Ring the members of a group, round after round; the first to answer gets the call."""

from __future__ import annotations

from callmanager.domain.decisions import GroupMember, RingGroup
from callmanager.domain.unanswered import NO_ANSWER, Failure, outcome_of_group
from sipworker.call.actions import (
    Action,
    AnswerLeg,
    BridgeLegs,
    FindContacts,
    RingLeg,
    StartTimer,
    StopTimer,
)
from sipworker.call.context import CallContext
from sipworker.call.other_calls import PartyJoined
from sipworker.call.signals import (
    ContactsFound,
    LegAnswered,
    LegFailed,
    LegHungUp,
    LegId,
    LegRinging,
    Signal,
    TimerFired,
)
from sipworker.call.target_events import RANG_TOO_LONG
from sipworker.features.group_member import Member, Outside, Phones
from sipworker.features.ring import ANSWERED_ELSEWHERE
from sipworker.features.talk import Talk, Wish, take_ringing_call
from sipworker.features.unreached import Unreached

ROUND_TIMER = "group_round"
RINGING = 180
BUSY = Failure(486)


class GroupCall:
    """Until somebody answers; from then on `Talk` hears every signal.

    The caller hears ringing from the first phone that rings on; what else phones and providers would let hear before
    an answer is nobody's in particular.
    """

    def __init__(self, context: CallContext, decision: RingGroup) -> None:
        self._context = context
        self._decision = decision
        self._waiting = list(decision.rounds)
        self._round: tuple[GroupMember, ...] = ()
        self._found: dict[str, ContactsFound] = {}
        self._members: list[Member] = []
        self._failures: list[Failure] = []
        self._has_rung = False
        self._talk: Talk | None = None

    def start(self) -> tuple[Wish, ...]:
        return self._next_round()

    def handle(self, signal: Signal) -> tuple[Wish, ...]:
        if self._talk is not None:
            return self._talk.handle(signal)
        match signal:
            case ContactsFound(number=number):
                self._found[number] = signal
                return self._ring() if self._is_everybody_found else ()
            case LegRinging(leg=leg):
                return self._pass_on_ringing(leg, signal)
            case LegAnswered():
                return self._answer(signal)
            case (
                LegFailed(leg=leg, sip_code=code, reason=reason)
                | LegHungUp(leg=leg, sip_code=code, reason=reason)
            ):
                return self._strike_out(leg, Failure(code, reason))
            case PartyJoined():
                return self._welcome(signal)
            case TimerFired(timer=timer):
                return self._time_out(timer)
            case _:
                return ()

    def _next_round(self) -> tuple[Wish, ...]:
        if not self._waiting:
            return (Unreached(outcome_of_group(self._failures, has_rung=self._has_rung)),)
        self._round, self._found, self._members = self._waiting.pop(0), {}, []
        if self._is_everybody_found:
            return self._ring()
        domain, asks = self._context.invite.dialled_domain, self._decision.skips_busy
        inside = [member.number for member in self._round if member.outside is None]
        return tuple(FindContacts(number, domain, asks) for number in inside)

    @property
    def _is_everybody_found(self) -> bool:
        return all(one.outside is not None or one.number in self._found for one in self._round)

    def _ring(self) -> tuple[Wish, ...]:
        actions: list[Action] = []
        for one in self._round:
            member = self._member(one)
            if member is not None:
                self._members.append(member)
                actions += member.start()
        if self._is_round_over:
            return (*actions, *self._end_round())
        return (*actions, StartTimer(ROUND_TIMER, self._decision.ring_timeout_s))

    def _member(self, one: GroupMember) -> Member | None:
        if one.outside is not None:
            return Outside(self._context, self._decision.number, one.outside)
        found = self._found[one.number]
        if found.is_busy:
            self._failures.append(BUSY)
        if found.is_busy or not found.contacts:
            return None
        snapshot = self._context.snapshot
        entry = snapshot.find_extension(one.number) if snapshot is not None else None
        return Phones(
            self._context,
            self._decision.number,
            self._caller_name,
            one,
            found.contacts,
            is_decline_final=entry is None or entry.is_decline_final,
        )

    @property
    def _caller_name(self) -> str:
        """So that whoever answers knows for whom: "Sales: Alice"."""
        name = self._context.caller_display_name or self._context.caller
        return f"{self._decision.name}: {name}"

    @property
    def _is_round_over(self) -> bool:
        return all(member.is_over for member in self._members)

    def _end_round(self) -> tuple[Wish, ...]:
        for member in self._members:
            self._failures += member.failures
        return (StopTimer(ROUND_TIMER), *self._next_round())

    def _owner(self, leg: LegId) -> Member | None:
        return next((member for member in self._members if member.owns(leg)), None)

    def _pass_on_ringing(self, leg: LegId, signal: LegRinging) -> tuple[Action, ...]:
        owner = self._owner(leg)
        noted = owner.note_ringing(signal) if owner is not None else ()
        if self._has_rung:
            return noted
        self._has_rung = True
        return (*noted, RingLeg(self._context.caller_leg, RINGING, False))

    def _answer(self, signal: LegAnswered) -> tuple[Action, ...]:
        winner = self._owner(signal.leg)
        if winner is None:
            return ()  # the session knows no leg that could say so
        callee, event = winner.established(signal)
        caller = self._context.caller_leg
        self._talk = Talk(self._context, callee)
        ended = [
            action for member in self._members for action in member.end(signal.leg, 200, ANSWERED_ELSEWHERE)
        ]
        return (
            AnswerLeg(caller, self._context.caller_codec(signal.codec)),
            BridgeLegs(caller, signal.leg),
            *ended,
            StopTimer(ROUND_TIMER),
            event,
        )

    def _welcome(self, signal: PartyJoined) -> tuple[Action, ...]:
        """Somebody else takes the call that rings here."""
        self._talk, taken_up = take_ringing_call(self._context, signal)
        losers = (one for member in self._members for one in member.end("", 200, ANSWERED_ELSEWHERE))
        return (*taken_up, *losers, StopTimer(ROUND_TIMER))

    @property
    def rung(self) -> frozenset[str] | None:
        """The extensions that this round rings; None once somebody talks."""
        inside = (member.number for member in self._round if member.outside is None)
        return None if self._talk is not None else frozenset(inside)

    def withdraw(self, reason: str) -> tuple[Action, ...]:
        """Ring nobody any more: the call goes elsewhere."""
        losers = tuple(one for member in self._members for one in member.end("", 200, reason))
        return (*losers, StopTimer(ROUND_TIMER))

    def _strike_out(self, leg: LegId, failure: Failure) -> tuple[Wish, ...]:
        owner = self._owner(leg)
        if owner is None:
            return ()  # of a round that is over
        done = owner.fail(leg, failure)
        return (*done, *self._end_round()) if self._is_round_over else done

    def _time_out(self, timer: str) -> tuple[Wish, ...]:
        if timer == ROUND_TIMER:
            ended = [
                action
                for member in self._members
                for action in member.end("", RANG_TOO_LONG, NO_ANSWER.reason)
            ]
            return (*ended, *self._end_round())
        done = [action for member in self._members for action in member.time_out(timer)]
        return (*done, *self._end_round()) if done and self._is_round_over else tuple(done)
