"""What the world hears of those being rung: one `target_add`, and one end, for every outgoing leg."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import CancelLeg, DialLeg, DialTrunk, EmitEvent, HangUpLeg, LegAction
from sipworker.call.legs import TALKING, UNANSWERED_OUT, Leg, LegState
from sipworker.call.signals import LegFailed, LegHungUp, LegRinging, LegSignal
from sipworker.call.transfers import DismissLeg

RANG_TOO_LONG = 480
NOT_HEARD_OF = 408


def heard(leg: Leg, before: LegState, signal: LegSignal) -> EmitEvent | None:
    """The event for what an outgoing leg said in the state `before`."""
    match signal:
        case LegRinging(sip_code=code, early_media=early) if before is LegState.DIALLED:
            data = {**_of(leg), "sip_code": code, "early_media": early}
            return EmitEvent(CallEventKind.TARGET_RINGING, data)
        case LegFailed() | LegHungUp() if before in UNANSWERED_OUT:
            return _ended(CallEventKind.TARGET_FAIL, leg, signal.sip_code, signal.reason)
        case LegHungUp() if before in TALKING:
            return _ended(CallEventKind.TARGET_ENDED, leg, signal.sip_code, signal.reason)
    return None


def done(leg: Leg, before: LegState, action: LegAction) -> EmitEvent | None:
    """The event for what we did to an outgoing leg in the state `before`."""
    match action:
        case DialLeg(contact=contact, user_agent=user_agent):
            data = {**_of(leg), "contact": contact, "user_agent": user_agent}
            return EmitEvent(CallEventKind.TARGET_ADD, data)
        case DialTrunk(headers=headers, on_behalf_of=on_behalf_of):
            data = {
                **_of(leg),
                "contact": f"sip:{headers.request_user}@{headers.request_host}",
                "user_agent": "",
                "outbound_caller_id": headers.from_user,
                "on_behalf_of": on_behalf_of,
            }
            return EmitEvent(CallEventKind.TARGET_ADD, data)
        case CancelLeg(sip_code=code, reason=reason):
            kinds = {
                RANG_TOO_LONG: CallEventKind.TARGET_NOANSWER,
                NOT_HEARD_OF: CallEventKind.TARGET_FAIL,
            }
            return _ended(kinds.get(code, CallEventKind.TARGET_ENDED), leg, code, reason)
        case DismissLeg() if before in TALKING:
            return ended(leg, "Transferred the call")
        case HangUpLeg(reason=reason) if before in TALKING:
            return _ended(CallEventKind.TARGET_ENDED, leg, 200, reason)
    return None


def ended(leg: Leg, reason: str) -> EmitEvent:
    """A leg whose part in this call is over though it goes on."""
    return _ended(CallEventKind.TARGET_ENDED, leg, 200, reason)


def _ended(kind: CallEventKind, leg: Leg, sip_code: int, reason: str) -> EmitEvent:
    return EmitEvent(kind, {**_of(leg), "sip_code": sip_code, "reason": reason})


def _of(leg: Leg) -> dict[str, object]:
    """Numbers of people outside are told with their trunk: nobody may take one for an extension of that number."""
    data: dict[str, object] = {"target_id": leg.leg_id, "number": leg.party.number}
    if leg.party.trunk is not None:
        data |= {"trunk_id": leg.party.trunk.trunk_id, "trunk_name": leg.party.trunk.name}
    if leg.ring_group:
        data["ring_group"] = leg.ring_group
    return data
