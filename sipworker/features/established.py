"""The event of an answered call, the same whoever answered."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import DialTrunk, EmitEvent
from sipworker.call.context import CallContext
from sipworker.call.signals import LegId


def by_extension(
    leg: LegId, number: str, contact: str, user_agent: str, *, ring_group: str = ""
) -> EmitEvent:
    """A phone answered."""
    more = {"ring_group": ring_group} if ring_group else {}
    return _established(leg, number, "extension", contact, user_agent, **more)


def by_trunk(dialled: DialTrunk, user_agent: str) -> EmitEvent:
    """Somebody outside answered."""
    headers, trunk = dialled.headers, dialled.trunk
    contact = f"sip:{headers.request_user}@{headers.request_host}"
    return _established(
        dialled.leg,
        dialled.number,
        "trunk",
        contact,
        user_agent,
        trunk_id=trunk.trunk_id,
        trunk_name=trunk.name,
        outbound_caller_id=headers.from_user,
        on_behalf_of=dialled.on_behalf_of,
        **({"ring_group": dialled.ring_group} if dialled.ring_group else {}),
    )


def by_service(service: str, context: CallContext, number: str = "") -> EmitEvent:
    """The PBX answered itself; `number` where it is another one than was dialled."""
    return _established("", number or context.invite.dialled, service, "", "")


def _established(
    leg: LegId, number: str, answered_by: str, contact: str, user_agent: str, **more: object
) -> EmitEvent:
    data = {
        "target_id": leg,
        "number": number,
        "answered_by": answered_by,
        "contact": contact,
        "user_agent": user_agent,
        **more,
    }
    return EmitEvent(CallEventKind.CALL_ESTABLISHED, data)
