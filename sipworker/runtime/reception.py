"""What is known of a call when it arrives, and what the dialplan answers to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import structlog

from callmanager.domain.decisions import Decision, DialOut, GroupMember, Monitor, Refuse
from callmanager.domain.dialplan import decide
from callmanager.domain.header_parameters import caller_identity
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.music import MusicChoice, choose_music
from callmanager.domain.pickup import take_place
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import SrtpMode
from sipworker.call.context import ANONYMOUS, CallContext, CallLimits, Direction
from sipworker.call.session import INTERNAL_ERROR
from sipworker.call.signals import InviteReceived, LegId
from sipworker.ports import Ports
from sipworker.runtime.external_use import ExternalUse
from sipworker.runtime.group_use import GroupUse

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 5
# A provider may send anything; what is longer is no number and no name.
MAX_NUMBER, MAX_NAME = 64, 128
Verdict = TypeVar("Verdict", bound=Decision | GroupMember)
# What becomes of a call, by the configuration of its company, at a moment.
Judge = Callable[[IncomingCall, TenantSnapshot, datetime], Verdict | Refuse]


@dataclass(frozen=True, slots=True)
class Room:
    """Whether this worker takes calls at all, and how many the tenant has."""

    is_draining: bool
    is_full: bool
    running_calls: int


class Reception:
    def __init__(
        self,
        ports: Ports,
        use: ExternalUse,
        groups: GroupUse,
        limits: CallLimits,
        new_session_id: Callable[[], str],
        extension_on: Callable[[int, LegId], str],
    ) -> None:
        self._ports = ports
        self._use = use
        self._groups = groups
        self._limits = limits
        self._new_session_id = new_session_id
        self._extension_on = extension_on

    def receive(
        self, invite: InviteReceived, room: Room, session_id: str = ""
    ) -> tuple[CallContext, Decision]:
        """Never raises for what the call is: a mistake in the dialplan is a refusal like any other.

        `session_id` where the call has a name already.
        """
        return self.admit(invite, room, session_id, self._judge_of(invite))

    def admit(
        self, invite: InviteReceived, room: Room, session_id: str, judge: Judge[Verdict]
    ) -> tuple[CallContext, Verdict | Refuse]:
        """The same for a call that is not for the dialplan: `judge` says what becomes of it."""
        at = self._ports.clock.now()
        snapshot = self._ports.snapshots.find(invite.tenant_id)
        invite = _identified(invite, snapshot)
        refusal = _refusal(invite, snapshot, room)
        context = CallContext(session_id or self._new_session_id(), invite, snapshot, self._limits, at=at)
        if refusal is not None or snapshot is None:
            refusal = refusal or Refuse(503, "Tenant not loaded", RETRY_AFTER_S)
            return replace(context, direction=_direction(invite, refusal)), refusal
        call, decision = self._ask(invite, room, snapshot, at, judge)
        music: MusicChoice = ()
        if not isinstance(decision, Refuse):
            music = choose_music(snapshot.music, at=at, time_zone=snapshot.time_zone, call=context.session_id)
        context = replace(
            context,
            call=call,
            music=music,
            direction=_direction(invite, decision),
            is_confidential=_is_confidential(decision),
        )
        return context, decision

    def _judge_of(self, invite: InviteReceived) -> Judge[Decision]:
        replaced = invite.replaces
        if replaced is None:
            return decide
        number = self._extension_on(invite.tenant_id, replaced)
        return lambda call, snapshot, at: take_place(snapshot, call.caller, number, replaced)

    def now(self) -> datetime:
        return self._ports.clock.now()

    def snapshot_now(self, tenant_id: int) -> TenantSnapshot | None:
        return self._ports.snapshots.find(tenant_id)

    def decide_again(self, call: IncomingCall, snapshot: TenantSnapshot) -> tuple[IncomingCall, Decision]:
        """What becomes of a running call that is to go elsewhere, asked as a call of whoever wants it so."""
        at = self.now()
        usage = replace(self._use.usage(snapshot, at), group_members=self._groups.of(snapshot.tenant_id, at))
        asked = replace(call, usage=usage)
        try:
            return asked, decide(asked, snapshot, at)
        except Exception:
            log.exception("call.decide_failed", tenant_id=snapshot.tenant_id)
            return asked, Refuse(500, INTERNAL_ERROR)

    def _ask(
        self,
        invite: InviteReceived,
        room: Room,
        snapshot: TenantSnapshot,
        at: datetime,
        judge: Judge[Verdict],
    ) -> tuple[IncomingCall | None, Verdict | Refuse]:
        try:
            call = self._question(invite, room, snapshot, at)
            return call, judge(call, snapshot, at)
        except Exception:
            log.exception("call.decide_failed", tenant_id=invite.tenant_id)
            return None, Refuse(500, INTERNAL_ERROR)

    def _question(
        self, invite: InviteReceived, room: Room, snapshot: TenantSnapshot, at: datetime
    ) -> IncomingCall:
        return IncomingCall(
            invite.caller,
            invite.caller_domain,
            invite.dialled,
            invite.dialled_domain,
            running_calls=room.running_calls,
            trunk_id=invite.trunk_id,
            caller_name=invite.caller_display_name if invite.trunk_id else "",
            is_private=invite.is_private,
            diversions=invite.provider_caller.diversions,
            outbound_cli=invite.outbound_cli,
            usage=replace(
                self._use.usage(snapshot, at), group_members=self._groups.of(snapshot.tenant_id, at)
            ),
        )


def _identified(invite: InviteReceived, snapshot: TenantSnapshot | None) -> InviteReceived:
    """A provider's call with its caller, by the trunk's mapping. Nobody named: a caller who wants to stay unknown."""
    if not invite.trunk_id:
        return invite
    trunk = snapshot.find_trunk(invite.trunk_id) if snapshot is not None else None
    told = invite.provider_caller
    identity = caller_identity(told, trunk.inbound if trunk is not None else ())
    number = identity.number[:MAX_NUMBER]
    return replace(
        invite,
        caller=number or ANONYMOUS,
        caller_display_name=identity.name[:MAX_NAME],
        provider_caller=replace(told, is_private=told.is_private or number.lower() in ("", ANONYMOUS)),
    )


def _refusal(invite: InviteReceived, snapshot: TenantSnapshot | None, room: Room) -> Refuse | None:
    """Why the dialplan is not even asked."""
    if invite.refused_with:
        return Refuse(invite.refused_with, "Call cannot be set up as offered")
    if room.is_draining:
        return Refuse(503, "Worker is restarting", RETRY_AFTER_S)
    if room.is_full:
        return Refuse(503, "Worker is full", RETRY_AFTER_S)
    if snapshot is None:
        return Refuse(503, "Tenant not loaded", RETRY_AFTER_S)
    if not invite.trunk_id:
        return None
    trunk = snapshot.find_trunk(invite.trunk_id)
    if trunk is None:
        # The edge knows it already, or still.
        return Refuse(503, "Trunk not loaded", RETRY_AFTER_S)
    if trunk.srtp is SrtpMode.REQUIRED and not invite.is_srtp_offered:
        return Refuse(488, "The trunk must offer SRTP")
    if trunk.srtp is SrtpMode.OFF and invite.is_srtp_offered:
        return Refuse(488, "The trunk may not offer SRTP")
    return None


def _direction(invite: InviteReceived, decision: Decision | GroupMember) -> Direction:
    if invite.trunk_id:
        return Direction.IN
    if isinstance(decision, GroupMember):
        return Direction.EXTENSION if decision.outside is None else Direction.OUT
    # What an extension forwards outside was dialled as an extension.
    if isinstance(decision, DialOut) and not decision.passed:
        return Direction.OUT
    return Direction.EXTENSION


def _is_confidential(decision: Decision | GroupMember) -> bool:
    return isinstance(decision, Monitor) or (isinstance(decision, Refuse) and decision.is_confidential)
