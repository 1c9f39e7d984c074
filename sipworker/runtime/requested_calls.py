"""Calls that a program asks for: what would be the INVITE of a telephone is made here. Each is made once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from callmanager.domain.decisions import Refuse
from sipworker.call.context import CallContext
from sipworker.call.requests import CallWanted
from sipworker.call.session import Feature
from sipworker.call.signals import InviteReceived
from sipworker.features import feature_for_request
from sipworker.ports import Command, CommandReply, SnapshotSource
from sipworker.runtime.reception import Reception, Room
from sipworker.runtime.registry import Registry

# Of a call that has no telephone's address behind it.
SOURCE = "api"
REFUSED, NOT_LOADED = "call_refused", "tenant_not_loaded"
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
