"""A call's record as subscribers and event URLs are told of it."""

from __future__ import annotations

from callmanager.domain.cdr import CallDetail
from callmanager.domain.outcome import CallStatus


def to_public_json(detail: CallDetail) -> dict[str, str]:
    """The record as the event `call_cdr` and webhooks tell it.

    Every value is a string, times are whole unix seconds, "0" where there is none.
    """
    ringing_at, answered_at = int(detail.ringing_at or 0), int(detail.answered_at or 0)
    ended_at = int(detail.ended_at)
    return {
        "answered_time": str(answered_at),
        "call_id": detail.call_id,
        "call_status": detail.status.value.upper(),
        "callee": detail.callee,
        "callee_domain": detail.callee_domain,
        "caller": detail.caller,
        "caller_display_name": detail.caller_display_name,
        "caller_domain": detail.caller_domain,
        "cdr_id": detail.session_id,
        "did_cid": detail.did,
        "direction": detail.direction,
        "ended_by": detail.ended_by.value,
        "ended_reason": detail.ended_reason.lower(),
        "ended_time": str(ended_at),
        "fail_code": "0" if detail.status is CallStatus.ANSWERED else str(detail.sip_code),
        "final_dest": detail.final_destination,
        "outbound_caller_id": detail.outbound.caller_id if detail.outbound else "",
        "related_callid1": detail.related_call_ids[0] if detail.related_call_ids else "",
        "related_callid2": detail.related_call_ids[1] if len(detail.related_call_ids) > 1 else "",
        "recording_ids": ",".join(detail.recording_ids),
        # Of the whole seconds above, so that whoever subtracts them gets the same figure.
        "ring_duration": str((answered_at or ended_at) - ringing_at if ringing_at else 0),
        "ring_time": str(ringing_at),
        "session_id": detail.session_id,
        "start_time": str(int(detail.started_at)),
        "talk_duration": str(ended_at - answered_at if answered_at else 0),
        "tenant_id": str(detail.tenant_id),
        "tenant_name": detail.tenant_name,
        "trunk_name": detail.trunk_name,
        "outbound_trunk_name": detail.outbound.trunk_name if detail.outbound else "",
    }
