"""The call simulator: what would become of a call, step by step, without anybody being rung.

It asks the functions that the worker asks: `decide` and `after_ringing` for what happens, `unanswered` for what a
phone's answer means, `trunk_failover` for whether another trunk is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from callmanager.domain.call_assumptions import (
    Assumptions,
    PhoneState,
    TrunkState,
    outcome_of_phones,
)
from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import (
    AnswerMenu,
    CheckMessages,
    Decision,
    DialOut,
    EnterConference,
    EnterQueue,
    LeaveMessage,
    Page,
    Refuse,
    RingExtension,
    RingGroup,
    Service,
    TrunkTry,
)
from callmanager.domain.dialplan import after_group, after_menu, after_ringing, decide
from callmanager.domain.group_simulation import GroupRung, page_the_group, ring_the_group
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.menu_simulation import MenuCaller, MenuHeard
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.outgoing_headers import ANONYMOUS
from callmanager.domain.receptionist_calls import is_lost
from callmanager.domain.simulated_attempts import Attempt, attempt, trunk_name
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_failover import NOTHING_RANG, RANG_IN_VAIN, TRUNK_SILENT, outcome_of_trunks
from callmanager.domain.unanswered import NO_ANSWER, Unanswered, why_unanswered

# More than any chain of forwarding can have; the dialplan stops long before.
MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class Simulated:
    """What is asked: this call, at this moment, under these assumptions."""

    call: IncomingCall
    at: datetime
    assumptions: Assumptions = field(default_factory=Assumptions)


class EndKind(StrEnum):
    """Who has the call in the end; `refused`: nobody, the caller hears a SIP answer."""

    EXTENSION = "extension"
    OUTSIDE = "outside"
    VOICEMAIL = "voicemail"
    SERVICE = "service"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class End:
    """How the call ends. `answered_by` is an extension, an outside number (over `trunk_id`) or a service's number."""

    kind: EndKind
    outcome: CallOutcome
    answered_by: str = ""
    trunk_id: int = 0
    trunk_name: str = ""

    @property
    def is_answered(self) -> bool:
        return self.kind is not EndKind.REFUSED


@dataclass(frozen=True, slots=True)
class Alternative:
    """What would follow if the phones did something else (of a group: if no member answered); `steps` is empty where
    the call just ends."""

    why: Unanswered
    steps: tuple[Step, ...]
    end: End


@dataclass(frozen=True, slots=True)
class Step:
    """One decision and what came of it.

    `why` is the answer of the phones that led here (None for the first step), `begins_s` when it begins, seconds after
    the call; `phone` what the phones do, where some ring; `attempts` the trunks that were tried, `untried` those that
    would have been next.
    """

    decision: Decision
    considered: tuple[Considered, ...]
    why: Unanswered | None
    begins_s: int
    phone: PhoneState | None = None
    outcome: CallOutcome | None = None
    attempts: tuple[Attempt, ...] = ()
    untried: tuple[tuple[TrunkTry, str], ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    group: GroupRung | None = None
    menu: MenuHeard | None = None

    @property
    def rung(self) -> tuple[str, ...]:
        """The extensions whose phones rang here; those without a phone did not."""
        if isinstance(self.decision, RingExtension):
            return () if self.phone is PhoneState.OFFLINE else (self.decision.number,)
        members = self.group.rung if self.group is not None else ()
        return tuple(one.member.number for one in members if one.phone not in (None, PhoneState.OFFLINE))


@dataclass(frozen=True, slots=True)
class Simulation:
    asked: Simulated
    steps: tuple[Step, ...]
    end: End

    @property
    def rung(self) -> tuple[str, ...]:
        """The extensions whose phones rang, in this order."""
        return tuple(number for step in self.steps for number in step.rung)

    @property
    def tried(self) -> tuple[TrunkTry, ...]:
        """The INVITEs that were sent out, in this order; of trunks that are down or full they come no further than
        the edge."""
        return tuple(made.tried for step in self.steps for made in step.attempts)

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the inbound and outbound rules that the call went through."""
        return tuple(
            one.name
            for step in self.steps
            for one in step.considered
            if one.is_taken and one.what in ("inbound_rule", "outbound_rule")
        )


def simulate(asked: Simulated, snapshot: TenantSnapshot) -> Simulation:
    """Pure; the same question of the same snapshot has the same answer."""
    trace: list[Considered] = []
    decision = decide(asked.call, snapshot, asked.at, trace)
    shown = ANONYMOUS if asked.call.is_private else asked.call.caller
    walk = _Walk(asked, snapshot, MenuCaller(snapshot, asked.assumptions.keys, caller=shown))
    steps, end = walk.follow(decision, tuple(trace))
    return Simulation(asked, steps, end)


@dataclass(frozen=True, slots=True)
class _Walk:
    asked: Simulated
    snapshot: TenantSnapshot
    caller: MenuCaller
    tells_alternatives: bool = True

    def follow(
        self,
        decision: Decision,
        considered: tuple[Considered, ...],
        why: Unanswered | None = None,
        begins_s: int = 0,
    ) -> tuple[tuple[Step, ...], End]:
        steps: list[Step] = []
        has_failed = False
        while True:
            step, end = self._step(decision, considered, why, begins_s, has_failed=has_failed)
            steps.append(step)
            is_over = isinstance(decision, Refuse) or (end is not None and end.is_answered)
            if is_over or len(steps) == MAX_STEPS:
                return tuple(steps), self._end(step, end)
            trace: list[Considered] = []
            why = why_unanswered(step.outcome) if step.outcome is not None else None
            following = self._onward(step, why, trace)
            has_failed = following is None and self.caller.menu is not None
            if has_failed:
                following, trace = self.caller.menu, []
            if following is None:
                return tuple(steps), self._end(step, end)
            begins_s += _lasts_s(step)
            decision, considered = following, tuple(trace)

    def _end(self, step: Step, end: End | None) -> End:
        """Whom a receptionist has answered hears no SIP answer any more."""
        menu = self.caller.menu
        if menu is not None and (end is None or not end.is_answered):
            return _answered(EndKind.SERVICE, menu.number)
        return end or _failed(step.outcome or _LOST)

    def _onward(self, step: Step, why: Unanswered | None, trace: list[Considered]) -> Decision | None:
        """None: nothing; a caller who has come from a receptionist goes back there."""
        if step.menu is not None and isinstance(step.decision, AnswerMenu) and step.menu.wanted is not None:
            wanted = step.menu.wanted
            following: Decision | None = after_menu(
                step.decision, wanted, self.asked.call, self.snapshot, self.asked.at, trace
            )
            return None if following is None or is_lost(following, wanted) else following
        following = self._after(step.decision, why, trace) if why is not None else None
        is_kept = self.caller.menu is not None and isinstance(following, Refuse)
        return None if is_kept else following

    def _after(self, rung: Decision, why: Unanswered, trace: list[Considered]) -> Decision | None:
        call, snapshot, at = self.asked.call, self.snapshot, self.asked.at
        if isinstance(rung, RingGroup | Page):
            return after_group(rung, call, snapshot, at, trace)
        if isinstance(rung, RingExtension):
            return after_ringing(rung, why, call, snapshot, at, trace)
        return None

    def _step(
        self,
        decision: Decision,
        considered: tuple[Considered, ...],
        why: Unanswered | None,
        begins_s: int,
        *,
        has_failed: bool,
    ) -> tuple[Step, End | None]:
        if isinstance(decision, Service):
            served = _answered(EndKind.SERVICE, self.asked.call.dialled)
            return Step(decision, considered, why, begins_s, outcome=served.outcome), served
        match decision:
            case AnswerMenu():
                heard = self.caller.hear(decision, has_failed=has_failed)
                end = _answered(EndKind.SERVICE, decision.number) if heard.wanted is None else None
                return Step(decision, considered, why, begins_s, menu=heard), end
            case RingExtension():
                return self._ring(decision, considered, why, begins_s)
            case RingGroup():
                return self._ring_group(decision, considered, why, begins_s)
            case Page():
                return self._page(decision, considered, why, begins_s)
            case DialOut():
                return self._dial_out(decision, considered, why, begins_s)
            case LeaveMessage(mailbox=mailbox) | CheckMessages(mailbox=mailbox):
                end = _answered(EndKind.VOICEMAIL, mailbox)
                return Step(decision, considered, why, begins_s, outcome=end.outcome), end
            case EnterQueue(number=number) | EnterConference(number=number):
                end = _answered(EndKind.SERVICE, number)
                return Step(decision, considered, why, begins_s, outcome=end.outcome), end
            case Refuse(sip_code=sip_code, reason=reason, retry_after_s=retry_after_s):
                status = CallStatus.FAILED if 500 <= sip_code < 600 else CallStatus.REFUSED
                end = _failed(CallOutcome(status, EndedBy.PBX, reason, sip_code, retry_after_s))
                return Step(decision, considered, why, begins_s, outcome=end.outcome), end
        assert_never(decision)

    def _ring(
        self, rung: RingExtension, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End | None]:
        phone = self.asked.assumptions.phone(rung.number)
        outcome = outcome_of_phones(phone)
        alternatives = tuple(self._alternatives(rung, phone, begins_s)) if self.tells_alternatives else ()
        step = Step(rung, considered, why, begins_s, phone=phone, outcome=outcome, alternatives=alternatives)
        return step, _answered(EndKind.EXTENSION, rung.number) if outcome is None else None

    def _ring_group(
        self, group: RingGroup, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End | None]:
        rung = ring_the_group(group, self.asked.assumptions, self.snapshot)
        winner = rung.answered_by
        alternatives: tuple[Alternative, ...] = ()
        if winner is not None and self.tells_alternatives:
            later_s = begins_s + group.ring_timeout_s * len(group.rounds)
            alternatives = (self._otherwise().instead(group, Unanswered.NO_ANSWER, NO_ANSWER, later_s),)
        step = Step(
            group,
            considered,
            why,
            begins_s,
            outcome=rung.outcome if winner is None else None,
            attempts=rung.attempts,
            alternatives=alternatives,
            group=rung,
        )
        if winner is None:
            return step, None
        if winner.member.outside is None:
            return step, _answered(EndKind.EXTENSION, winner.member.number)
        last = winner.attempts[-1]
        return step, _answered(EndKind.OUTSIDE, winner.member.number, last.tried.trunk_id, last.trunk_name)

    def _page(
        self, paged: Page, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End | None]:
        rung = page_the_group(paged, self.asked.assumptions)
        outcome = rung.outcome if rung.answered_by is None else None
        step = Step(paged, considered, why, begins_s, outcome=outcome, group=rung)
        if rung.answered_by is None:
            return step, None
        kind = EndKind.EXTENSION if paged.is_intercom else EndKind.SERVICE
        return step, _answered(kind, paged.number)

    def _otherwise(self) -> _Walk:
        return _Walk(self.asked, self.snapshot, self.caller.copy(), tells_alternatives=False)

    def instead(self, rung: Decision, why: Unanswered, outcome: CallOutcome, begins_s: int) -> Alternative:
        """What follows if these phones do something else."""
        trace: list[Considered] = []
        following = self._after(rung, why, trace)
        if following is None:
            return Alternative(why, (), _failed(outcome))
        steps, end = self.follow(following, tuple(trace), why, begins_s)
        return Alternative(why, steps, end)

    def _alternatives(self, rung: RingExtension, phone: PhoneState, begins_s: int) -> Iterator[Alternative]:
        """What the other answers of these phones would lead to, under the same assumptions of everybody else."""
        actual = outcome_of_phones(phone)
        for other in (PhoneState.BUSY, PhoneState.NO_ANSWER, PhoneState.OFFLINE):
            outcome = outcome_of_phones(other) or _LOST
            why = why_unanswered(outcome)
            if actual is not None and why_unanswered(actual) is why:
                continue
            later_s = rung.ring_timeout_s if why is Unanswered.NO_ANSWER else 0
            yield self._otherwise().instead(rung, why, outcome, begins_s + later_s)

    def _dial_out(
        self, dial: DialOut, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End]:
        attempts: list[Attempt] = []
        end: End | None = None
        for tried in dial.tries:
            made = attempt(tried, dial, self.asked.assumptions, self.snapshot)
            attempts.append(made)
            if made.failure is None:
                end = self._rang(made, dial)
            if not made.goes_on:
                break
        if (
            end is None
            and attempts
            and attempts[-1].failure is TRUNK_SILENT
            and len(attempts) == len(dial.tries)
        ):
            end = _failed(NOTHING_RANG)
        if end is None:
            failures = [made.failure for made in attempts if made.failure is not None]
            end = _failed(outcome_of_trunks(failures, has_rung=False) if failures else _LOST)
        untried = tuple((one, trunk_name(one.trunk_id, self.snapshot)) for one in dial.tries[len(attempts) :])
        step = Step(
            dial,
            considered,
            why,
            begins_s,
            outcome=end.outcome,
            attempts=tuple(attempts),
            untried=untried,
        )
        return step, end

    def _rang(self, made: Attempt, dial: DialOut) -> End:
        if made.answer.state is TrunkState.RINGS:
            return _failed(RANG_IN_VAIN)
        return _answered(EndKind.OUTSIDE, dial.number, made.tried.trunk_id, made.trunk_name)


_LOST = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "There is no way on", 480)


def _lasts_s(step: Step) -> int:
    """How long it rings in vain, or a receptionist waits."""
    if step.menu is not None:
        return step.menu.waited_s
    if step.group is not None:
        return step.group.lasts_s
    is_rung = isinstance(step.decision, RingExtension) and step.phone is PhoneState.NO_ANSWER
    return step.decision.ring_timeout_s if isinstance(step.decision, RingExtension) and is_rung else 0


def _answered(kind: EndKind, by: str, trunk_id: int = 0, trunk_name: str = "") -> End:
    outcome = CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, "Answered", 200)
    return End(kind, outcome, by, trunk_id, trunk_name)


def _failed(outcome: CallOutcome) -> End:
    return End(EndKind.REFUSED, outcome)
