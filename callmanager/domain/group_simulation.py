"""A ring group in the call simulator: round after round, with the clock, as the worker rings it."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from enum import IntEnum

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkState
from callmanager.domain.decisions import GroupMember, Page, RingGroup
from callmanager.domain.outcome import CallOutcome
from callmanager.domain.simulated_attempts import Attempt, attempt
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.unanswered import Failure, outcome_of_group, outcome_of_page


@dataclass(frozen=True, slots=True)
class MemberRung:
    """What a member did. `phone` is of an extension, `attempts` of somebody outside; `begins_s` seconds after the
    group was called."""

    member: GroupMember
    begins_s: int
    phone: PhoneState | None = None
    attempts: tuple[Attempt, ...] = ()
    has_answered: bool = False


@dataclass(frozen=True, slots=True)
class GroupRung:
    """`answered_by` None: nobody, as `outcome` tells; `untouched` are members whose turn did not come."""

    rung: tuple[MemberRung, ...]
    untouched: tuple[GroupMember, ...]
    answered_by: MemberRung | None
    lasts_s: int
    outcome: CallOutcome
    # Over all members in the order in which they were dialled.
    attempts: tuple[Attempt, ...]


class _What(IntEnum):
    HEARD = 0
    SILENT_FOR_TOO_LONG = 1


@dataclass(slots=True)
class _Round:
    """Everybody who rings together; times are seconds of this round."""

    members: tuple[GroupMember, ...]
    ring_timeout_s: int
    assumptions: Assumptions
    snapshot: TenantSnapshot
    tried: list[Attempt]
    failures: list[Failure]
    has_rung: bool = False
    now_s: float = 0.0
    winner: int | None = None
    of_member: dict[int, list[Attempt]] = field(default_factory=dict)
    _coming: list[tuple[float, int, _What, int]] = field(default_factory=list)
    _count: int = 0

    def play(self) -> None:
        waiting_for_more = False
        for index, member in enumerate(self.members):
            if member.outside is None:
                self._expect(index, 0.0, _What.HEARD)
            else:
                self._dial(index)
        while self._coming and self.winner is None:
            at_s, _, what, index = heapq.heappop(self._coming)
            if at_s >= self.ring_timeout_s:
                waiting_for_more = True
                break
            self.now_s = at_s
            if what is _What.SILENT_FOR_TOO_LONG:
                self._fail(index, self.of_member[index][-1].failure)
            elif self.members[index].outside is None:
                waiting_for_more |= self._phone(index)
            else:
                waiting_for_more |= self._trunk(index)
        if self.winner is None and waiting_for_more:
            self.now_s = self.ring_timeout_s

    def _expect(self, index: int, after_s: float, what: _What) -> None:
        self._count += 1
        heapq.heappush(self._coming, (self.now_s + after_s, self._count, what, index))

    def _phone(self, index: int) -> bool:
        """Whether it rings until the time is up."""
        match self.assumptions.phone(self.members[index].number):
            case PhoneState.ANSWERS:
                self.winner = index
            case PhoneState.BUSY:
                self.failures.append(Failure(486))
            case PhoneState.DECLINES:
                self.has_rung = True
                self.failures.append(Failure(603))
            case PhoneState.NO_ANSWER:
                self.has_rung = True
                return True
            case PhoneState.OFFLINE:
                pass
        return False

    def _dial(self, index: int) -> None:
        outside, made = self.members[index].outside, self.of_member.setdefault(index, [])
        if outside is not None and len(made) < len(outside.tries):
            one = attempt(outside.tries[len(made)], outside, self.assumptions, self.snapshot)
            made.append(one)
            self.tried.append(one)
            self._expect(index, 0.0, _What.HEARD)

    def _trunk(self, index: int) -> bool:
        one, outside = self.of_member[index][-1], self.members[index].outside
        if one.answer.state is TrunkState.RINGS:
            self.has_rung = True
            return True
        if one.failure is None:
            self.winner = index
        elif one.answer.state is TrunkState.SILENT and outside is not None:
            self._expect(index, outside.attempts_timeout_s / len(outside.tries), _What.SILENT_FOR_TOO_LONG)
        else:
            self._fail(index, one.failure)
        return False

    def _fail(self, index: int, failure: Failure | None) -> None:
        self.failures.append(failure or Failure(480))
        if self.of_member[index][-1].goes_on:
            self._dial(index)


def page_the_group(paged: Page, assumptions: Assumptions) -> GroupRung:
    """Phones that are paged answer at once or not at all."""
    states = [(member, assumptions.phone(member.number)) for member in paged.members]
    rung = tuple(
        MemberRung(member, 0, state, has_answered=state is PhoneState.ANSWERS) for member, state in states
    )
    busy = (PhoneState.BUSY, PhoneState.DECLINES)
    failures = [Failure(486) for _, state in states if state in busy]
    first = next((one for one in rung if one.has_answered), None)
    return GroupRung(rung, (), first, 0, outcome_of_page(failures, is_intercom=paged.is_intercom), ())


def ring_the_group(group: RingGroup, assumptions: Assumptions, snapshot: TenantSnapshot) -> GroupRung:
    tried: list[Attempt] = []
    failures: list[Failure] = []
    rung: list[MemberRung] = []
    answered_by: MemberRung | None = None
    has_rung, begins_s, touched = False, 0.0, 0
    for members in group.rounds:
        one = _Round(members, group.ring_timeout_s, assumptions, snapshot, tried, failures)
        one.play()
        told = [
            MemberRung(
                member,
                round(begins_s),
                assumptions.phone(member.number) if member.outside is None else None,
                tuple(one.of_member.get(index, ())),
                index == one.winner,
            )
            for index, member in enumerate(members)
        ]
        rung += told
        touched += len(members)
        has_rung = has_rung or one.has_rung
        begins_s += one.now_s
        if one.winner is not None:
            answered_by = told[one.winner]
            break
    outcome = outcome_of_group(failures, has_rung=has_rung)
    return GroupRung(
        tuple(rung), group.members[touched:], answered_by, round(begins_s), outcome, tuple(tried)
    )
