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
    TrunkAnswer,
    TrunkState,
    outcome_of_phones,
)
from callmanager.domain.call_trace import Considered
from callmanager.domain.decisions import (
    CheckMessages,
    Decision,
    DialOut,
    EchoTest,
    LeaveMessage,
    Refuse,
    RingExtension,
    ToneTest,
    TrunkTry,
)
from callmanager.domain.dialplan import after_ringing, decide
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_failover import (
    NOTHING_RANG,
    RANG_IN_VAIN,
    TRUNK_SILENT,
    goes_on,
    outcome_of_trunks,
)
from callmanager.domain.unanswered import Failure, Unanswered, why_unanswered

# More than any chain of forwarding can have; the dialplan stops long before.
MAX_STEPS = 20


@dataclass(frozen=True, slots=True)
class Simulated:
    """What is asked: this call, at this moment, under these assumptions."""

    call: IncomingCall
    at: datetime
    assumptions: Assumptions = field(default_factory=Assumptions)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One trunk of a DialOut that was tried. `failure` None: it rang there."""

    tried: TrunkTry
    trunk_name: str
    answer: TrunkAnswer
    failure: Failure | None
    goes_on: bool


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
    """What would follow if the phones did something else; `steps` is empty where the call just ends."""

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


@dataclass(frozen=True, slots=True)
class Simulation:
    asked: Simulated
    steps: tuple[Step, ...]
    end: End

    @property
    def rung(self) -> tuple[str, ...]:
        """The extensions whose phones rang, in this order; those without a phone did not."""
        return tuple(
            step.decision.number
            for step in self.steps
            if isinstance(step.decision, RingExtension) and step.phone is not PhoneState.OFFLINE
        )

    @property
    def tried(self) -> tuple[TrunkTry, ...]:
        """The INVITEs that were sent out, in this order; of trunks that are down or full they come no further than
        the edge."""
        return tuple(attempt.tried for step in self.steps for attempt in step.attempts)

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
    walk = _Walk(asked, snapshot)
    steps, end = walk.follow(decision, tuple(trace))
    return Simulation(asked, steps, end)


@dataclass(frozen=True, slots=True)
class _Walk:
    asked: Simulated
    snapshot: TenantSnapshot
    tells_alternatives: bool = True

    def follow(
        self,
        decision: Decision,
        considered: tuple[Considered, ...],
        why: Unanswered | None = None,
        begins_s: int = 0,
    ) -> tuple[tuple[Step, ...], End]:
        steps: list[Step] = []
        while True:
            step, end = self._step(decision, considered, why, begins_s)
            steps.append(step)
            if end is not None or not isinstance(decision, RingExtension) or step.outcome is None:
                return tuple(steps), end or _failed(step.outcome or _LOST)
            why = why_unanswered(step.outcome)
            trace: list[Considered] = []
            following = self._after(decision, why, trace)
            if following is None or len(steps) == MAX_STEPS:
                return tuple(steps), _failed(step.outcome)
            if step.phone is PhoneState.NO_ANSWER:
                begins_s += decision.ring_timeout_s
            decision, considered = following, tuple(trace)

    def _after(self, rung: RingExtension, why: Unanswered, trace: list[Considered]) -> Decision | None:
        return after_ringing(rung, why, self.asked.call, self.snapshot, self.asked.at, trace)

    def _step(
        self, decision: Decision, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End | None]:
        match decision:
            case RingExtension():
                return self._ring(decision, considered, why, begins_s)
            case DialOut():
                return self._dial_out(decision, considered, why, begins_s)
            case LeaveMessage(mailbox=mailbox) | CheckMessages(mailbox=mailbox):
                end = _answered(EndKind.VOICEMAIL, mailbox)
                return Step(decision, considered, why, begins_s, outcome=end.outcome), end
            case EchoTest() | ToneTest():
                end = _answered(EndKind.SERVICE, self.asked.call.dialled)
                return Step(decision, considered, why, begins_s, outcome=end.outcome), end
            case Refuse(sip_code, reason, retry_after_s):
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

    def _alternatives(self, rung: RingExtension, phone: PhoneState, begins_s: int) -> Iterator[Alternative]:
        """What the other answers of these phones would lead to, under the same assumptions of everybody else."""
        walk = _Walk(self.asked, self.snapshot, tells_alternatives=False)
        actual = outcome_of_phones(phone)
        for other in (PhoneState.BUSY, PhoneState.NO_ANSWER, PhoneState.OFFLINE):
            outcome = outcome_of_phones(other) or _LOST
            why = why_unanswered(outcome)
            if actual is not None and why_unanswered(actual) is why:
                continue
            trace: list[Considered] = []
            following = self._after(rung, why, trace)
            if following is None:
                yield Alternative(why, (), _failed(outcome))
                continue
            later_s = rung.ring_timeout_s if why is Unanswered.NO_ANSWER else 0
            steps, end = walk.follow(following, tuple(trace), why, begins_s + later_s)
            yield Alternative(why, steps, end)

    def _dial_out(
        self, dial: DialOut, considered: tuple[Considered, ...], why: Unanswered | None, begins_s: int
    ) -> tuple[Step, End]:
        attempts: list[Attempt] = []
        end: End | None = None
        for tried in dial.tries:
            attempt = self._attempt(tried, dial)
            attempts.append(attempt)
            if attempt.failure is None:
                end = self._rang(attempt, dial)
            if not attempt.goes_on:
                break
        if (
            end is None
            and attempts
            and attempts[-1].failure is TRUNK_SILENT
            and len(attempts) == len(dial.tries)
        ):
            end = _failed(NOTHING_RANG)
        if end is None:
            failures = [attempt.failure for attempt in attempts if attempt.failure is not None]
            end = _failed(outcome_of_trunks(failures, has_rung=False) if failures else _LOST)
        untried = tuple((one, self._trunk_name(one.trunk_id)) for one in dial.tries[len(attempts) :])
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

    def _attempt(self, tried: TrunkTry, dial: DialOut) -> Attempt:
        answer = self.asked.assumptions.trunk(tried.trunk_id)
        failure = answer.failure
        is_next_tried = failure is not None and goes_on(failure.sip_code, dial.also_next_on)
        return Attempt(tried, self._trunk_name(tried.trunk_id), answer, failure, is_next_tried)

    def _rang(self, attempt: Attempt, dial: DialOut) -> End:
        if attempt.answer.state is TrunkState.RINGS:
            return _failed(RANG_IN_VAIN)
        return _answered(EndKind.OUTSIDE, dial.number, attempt.tried.trunk_id, attempt.trunk_name)

    def _trunk_name(self, trunk_id: int) -> str:
        trunk = self.snapshot.find_trunk(trunk_id)
        return trunk.name if trunk is not None else str(trunk_id)


_LOST = CallOutcome(CallStatus.FAILED, EndedBy.PBX, "There is no way on", 480)


def _answered(kind: EndKind, by: str, trunk_id: int = 0, trunk_name: str = "") -> End:
    outcome = CallOutcome(CallStatus.ANSWERED, EndedBy.CALLER, "Answered", 200)
    return End(kind, outcome, by, trunk_id, trunk_name)


def _failed(outcome: CallOutcome) -> End:
    return End(EndKind.REFUSED, outcome)
