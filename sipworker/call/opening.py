"""The first event of every call: who calls, over what, and what was dialled."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import EmitEvent
from sipworker.call.context import CallContext


def call_start(context: CallContext) -> EmitEvent:
    invite, snapshot, trunk = context.invite, context.snapshot, context.caller_trunk
    data: dict[str, object] = {
        "call_id": invite.sip_call_id,
        "caller": context.caller,
        "caller_domain": context.caller_domain,
        "caller_display_name": context.caller_display_name,
        "callee": invite.dialled,
        "callee_domain": invite.dialled_domain,
        "direction": context.direction.value,
        "source": invite.source,
        "user_agent": invite.user_agent,
        "tenant_name": snapshot.tenant_name if snapshot else "",
        "config_rev": snapshot.config_rev if snapshot else 0,
    }
    if invite.request_id:
        data["request_id"] = invite.request_id
    if context.is_from_outside:
        data |= {
            "trunk_id": invite.trunk_id,
            "trunk_name": trunk.name if trunk is not None else "",
            "did": invite.dialled,
        }
    if invite.is_service:
        data["is_service"] = True
    if context.is_confidential:
        data["is_confidential"] = True
    return EmitEvent(CallEventKind.CALL_START, data)
