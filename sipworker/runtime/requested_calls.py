"""Calls that a program asks for: what would be the INVITE of a telephone is made here. Each is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from callmanager.domain.conference_calls import invite_to_conference
from callmanager.domain.decisions import EnterConference, Refuse
from sipworker.call.context import CallContext
from sipworker.call.requests import CallWanted, InvitationWanted
from sipworker.call.session import Feature
from sipworker.call.signals import InviteReceived
from sipworker.features import feature_for_request
from sipworker.features.conference_invitation import InvitingToConference
from sipworker.ports import Command, CommandReply, SnapshotSource
from sipworker.runtime.reception import Reception, Room
from sipworker.runtime.registry import Registry

# Of a call that has no telephone's address behind it.
SOURCE = "api"
REFUSED, NOT_LOADED, NO_ROOM = "call_refused", "tenant_not_loaded", "no_such_room"
# So many calls are known by their names after they are over: who asks again gets no second one.
REMEMBERED = 5000


class RequestedCalls:
    def __init__(
        self,
        snapshots: SnapshotSource,
        reception: Reception,
        registry: Registry,
        room: Callable[[int], Room],
        begin: Callable[[CallContext, Feature], None],
    ) -> None:
        self._snapshots = snapshots
        self._reception = reception
        self._registry = registry
        self._room = room
        self._begin = begin
        self._made: OrderedDict[str, int] = OrderedDict()

    def make(self, command: Command, wanted: CallWanted) -> CommandReply:
        """The dialplan is asked before anything rings: what the caller may not call is refused at once."""
        session_id, tenant_id = command.session_id, command.tenant_id
        if session_id in self._made or self._registry.find(session_id) is not None:
            return self._again(session_id, tenant_id)
        snapshot = self._snapshots.find(tenant_id)
        if snapshot is None:
            return CommandReply(ok=False, code=NOT_LOADED, message="The company is not loaded yet")
        invite = invite_of(session_id, tenant_id, snapshot.sip_domain, wanted)
        context, decision = self._reception.receive(invite, self._room(tenant_id), session_id)
        if isinstance(decision, Refuse):
            message = f"{wanted.caller} can't call {wanted.callee}: {decision.reason}"
            result = {"sip_code": decision.sip_code}
            return CommandReply(ok=False, code=REFUSED, message=message, result=result)
        self._remember(session_id, tenant_id)
        self._begin(context, feature_for_request(decision, context, wanted))
        return CommandReply(ok=True, result={"session_id": session_id})

    def invite(self, command: Command, wanted: InvitationWanted) -> CommandReply:
        """The room calls; who answers is in it."""
        session_id, tenant_id = command.session_id, command.tenant_id
        if session_id in self._made or self._registry.find(session_id) is not None:
            return self._again(session_id, tenant_id)
        snapshot = self._snapshots.find(tenant_id)
        if snapshot is None:
            return CommandReply(ok=False, code=NOT_LOADED, message="The company is not loaded yet")
        room = snapshot.find_conference(wanted.room)
        if room is None:
            return CommandReply(ok=False, code=NO_ROOM, message=f"There is no conference room {wanted.room}")
        asked = CallWanted(room.number, wanted.number, wanted.ring_timeout_s, request_id=wanted.request_id)
        name = room.subject or f"Conference {room.number}"
        call = replace(
            invite_of(session_id, tenant_id, snapshot.sip_domain, asked),
            caller_display_name=name,
            is_service=True,
        )
        judge = partial(invite_to_conference, room)
        context, member = self._reception.admit(call, self._room(tenant_id), session_id, judge)
        if isinstance(member, Refuse):
            message = f"Conference room {room.number} can't call {wanted.number}: {member.reason}"
            result = {"sip_code": member.sip_code}
            return CommandReply(ok=False, code=REFUSED, message=message, result=result)
        self._remember(session_id, tenant_id)
        entered = EnterConference(room.number, room.subject)
        self._begin(context, InvitingToConference(context, entered, member, wanted.ring_timeout_s))
        return CommandReply(ok=True, result={"session_id": session_id})

    def _again(self, session_id: str, tenant_id: int) -> CommandReply:
        if self._made.get(session_id) == tenant_id:
            return CommandReply(ok=True, result={"session_id": session_id})
        return CommandReply(ok=False, code="name_taken", message="There is a call of this name")

    def _remember(self, session_id: str, tenant_id: int) -> None:
        self._made[session_id] = tenant_id
        if len(self._made) > REMEMBERED:
            self._made.popitem(last=False)


def invite_of(session_id: str, tenant_id: int, sip_domain: str, wanted: CallWanted) -> InviteReceived:
    """What the telephone of who calls would have sent."""
    return InviteReceived(
        leg=f"{session_id}-0",
        sip_call_id=session_id,
        tenant_id=tenant_id,
        caller=wanted.caller,
        caller_domain=sip_domain,
        caller_display_name="",
        dialled=wanted.callee,
        dialled_domain=sip_domain,
        source=SOURCE,
        user_agent="",
        request_id=wanted.request_id or session_id,
    )
