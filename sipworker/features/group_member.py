"""One member of a ring group while it is rung: the phones of an extension, or a number over trunks.

Each knows its legs and says what to do about them; who gets the call is the group's affair.
"""

from __future__ import annotations

from typing import Protocol

from callmanager.domain.decisions import DialOut, GroupMember
from callmanager.domain.trunk_failover import TRUNK_DOWN, TRUNK_SILENT, goes_on
from callmanager.domain.unanswered import Failure, is_final_for_all
from sipworker.call.actions import Action, CancelLeg, DialLeg, DialTrunk, EmitEvent, StartTimer, StopTimer
from sipworker.call.context import CallContext
from sipworker.call.parties import dialled_party, phone_of
from sipworker.call.party import Party
from sipworker.call.signals import Contact, LegAnswered, LegId, LegRinging
from sipworker.call.target_events import NOT_HEARD_OF
from sipworker.features import established
from sipworker.features.dial_out import PROGRESS


class Member(Protocol):
    """`is_over`: nothing rings there any more. `failures` are the answers it gave."""

    failures: list[Failure]

    @property
    def is_over(self) -> bool: ...

    def start(self) -> tuple[Action, ...]: ...

    def owns(self, leg: LegId) -> bool: ...

    def note_ringing(self, signal: LegRinging) -> tuple[Action, ...]: ...

    def fail(self, leg: LegId, failure: Failure) -> tuple[Action, ...]: ...

    def time_out(self, timer: str) -> tuple[Action, ...]: ...

    def end(self, winner: LegId, sip_code: int, reason: str) -> tuple[Action, ...]:
        """Stop whatever rings, except the leg that answered."""

    def established(self, signal: LegAnswered) -> tuple[Party, EmitEvent]:
        """Who answered, and the event that tells it."""


class Phones:
    """Every registered phone of an extension at once. A 6xx of one is the person's no."""

    def __init__(
        self,
        context: CallContext,
        group: str,
        caller_name: str,
        member: GroupMember,
        contacts: tuple[Contact, ...],
        *,
        is_decline_final: bool,
        more_headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        self._context = context
        self._group = group
        self._caller_name = caller_name
        self._member = member
        self._is_decline_final = is_decline_final
        self._more_headers = more_headers
        self._ringing = {context.new_leg(): contact for contact in contacts}
        self.failures: list[Failure] = []

    @property
    def is_over(self) -> bool:
        return not self._ringing

    def start(self) -> tuple[Action, ...]:
        return tuple(self._dial(leg, contact) for leg, contact in self._ringing.items())

    def owns(self, leg: LegId) -> bool:
        return leg in self._ringing

    def note_ringing(self, signal: LegRinging) -> tuple[Action, ...]:
        return ()

    def fail(self, leg: LegId, failure: Failure) -> tuple[Action, ...]:
        del self._ringing[leg]
        self.failures.append(failure)
        if not is_final_for_all(failure.sip_code, is_decline_final=self._is_decline_final):
            return ()
        return self.end("", failure.sip_code, failure.reason)

    def time_out(self, timer: str) -> tuple[Action, ...]:
        return ()

    def end(self, winner: LegId, sip_code: int, reason: str) -> tuple[Action, ...]:
        losers, self._ringing = [leg for leg in self._ringing if leg != winner], {}
        return tuple(CancelLeg(leg, sip_code, reason) for leg in losers)

    def established(self, signal: LegAnswered) -> tuple[Party, EmitEvent]:
        number, contact = self._member.number, self._ringing[signal.leg]
        user_agent = signal.user_agent or contact.user_agent
        event = established.by_extension(
            signal.leg, number, contact.contact, user_agent, ring_group=self._group
        )
        return phone_of(self._context, signal.leg, number, contact.contact, user_agent), event

    def _dial(self, leg: LegId, contact: Contact) -> DialLeg:
        invite = self._context.invite
        return DialLeg(
            leg=leg,
            tenant_id=invite.tenant_id,
            number=self._member.number,
            sip_domain=invite.dialled_domain,
            ruid=contact.ruid,
            caller=self._context.caller,
            caller_display_name=self._caller_name,
            contact=contact.contact,
            user_agent=contact.user_agent,
            codecs=invite.codecs,
            caller_domain=self._context.caller_host,
            ring_group=self._group,
            more_headers=self._more_headers,
        )


class Outside:
    """A number over trunks, one after the other; each may be silent for its share of the time."""

    def __init__(self, context: CallContext, group: str, dial: DialOut) -> None:
        self._context = context
        self._group = group
        self._decision = dial
        self._waiting = list(dial.tries)
        self._current: DialTrunk | None = None
        self._is_alive = self._is_ringing = False
        self._timer = f"try:{dial.number}"
        self.failures: list[Failure] = []

    @property
    def is_over(self) -> bool:
        return self._current is None

    def start(self) -> tuple[Action, ...]:
        self._is_alive = self._is_ringing = False
        while self._waiting:
            attempt = self._waiting.pop(0)
            snapshot, invite = self._context.snapshot, self._context.invite
            trunk = snapshot.find_trunk(attempt.trunk_id) if snapshot is not None else None
            if trunk is None or not trunk.is_enabled:
                self.failures.append(TRUNK_DOWN)
                continue
            self._current = DialTrunk(
                leg=self._context.new_leg(),
                tenant_id=invite.tenant_id,
                number=self._decision.number,
                trunk=trunk,
                headers=attempt.headers,
                codecs=invite.codecs,
                ring_group=self._group,
            )
            share_s = self._decision.attempts_timeout_s / len(self._decision.tries)
            return (self._current, StartTimer(self._timer, share_s))
        return ()

    def owns(self, leg: LegId) -> bool:
        return self._current is not None and self._current.leg == leg

    def note_ringing(self, signal: LegRinging) -> tuple[Action, ...]:
        self._is_ringing = self._is_ringing or signal.sip_code != PROGRESS
        if self._is_alive:
            return ()
        self._is_alive = True
        return (StopTimer(self._timer),)

    def fail(self, leg: LegId, failure: Failure) -> tuple[Action, ...]:
        has_rung_here, self._current = self._is_ringing, None
        self.failures.append(failure)
        over = StopTimer(self._timer)
        if has_rung_here or not goes_on(failure.sip_code, self._decision.also_next_on):
            return (over,)
        return (over, *self.start())

    def time_out(self, timer: str) -> tuple[Action, ...]:
        if timer != self._timer or self._current is None or self._is_alive:
            return ()
        leg = self._current.leg
        return (CancelLeg(leg, NOT_HEARD_OF, TRUNK_SILENT.reason), *self.fail(leg, TRUNK_SILENT))

    def end(self, winner: LegId, sip_code: int, reason: str) -> tuple[Action, ...]:
        current, self._current = self._current, None
        self._waiting = []
        if current is None:
            return ()
        cancel = () if current.leg == winner else (CancelLeg(current.leg, sip_code, reason),)
        return (*cancel, StopTimer(self._timer))

    def established(self, signal: LegAnswered) -> tuple[Party, EmitEvent]:
        if self._current is None:
            raise AssertionError("only a leg of its own answers")
        party = dialled_party(self._current, self._context)
        return party, established.by_trunk(self._current, signal.user_agent)
