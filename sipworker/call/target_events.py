"""What the world hears of the phones being rung: one `target_add`, and one end, for every outgoing leg."""

from __future__ import annotations

from callmanager.domain.call_events import CallEventKind
from sipworker.call.actions import CancelLeg, DialLeg, EmitEvent, HangUpLeg, LegAction
from sipworker.call.legs import TALKING, UNANSWERED_OUT, Leg, LegState
from sipworker.call.signals import LegFailed, LegHungUp, LegRinging, LegSignal

RANG_TOO_LONG = 480


def heard(leg: Leg, before: LegState, signal: LegSignal) -> EmitEvent | None:
    """The event for what an outgoing leg said in the state `before`."""
    match signal:
        case LegRinging(sip_code=code, early_media=early) if before is LegState.DIALLED:
            data = {"target_id": leg.leg_id, "number": leg.number, "sip_code": code, "early_media": early}
            return EmitEvent(CallEventKind.TARGET_RINGING, data)
        case LegFailed() | LegHungUp() if before in UNANSWERED_OUT:
            return _ended(CallEventKind.TARGET_FAIL, leg, signal.sip_code, signal.reason)
        case LegHungUp() if before in TALKING:
            return _ended(CallEventKind.TARGET_ENDED, leg, signal.sip_code, signal.reason)
    return None


def done(leg: Leg, before: LegState, action: LegAction) -> EmitEvent | None:
    """The event for what we did to an outgoing leg in the state `before`."""
    match action:
        case DialLeg():
            data = {
                "target_id": leg.leg_id,
                "number": leg.number,
                "contact": action.contact,
                "user_agent": action.user_agent,
            }
            return EmitEvent(CallEventKind.TARGET_ADD, data)
        case CancelLeg(sip_code=code, reason=reason):
            kind = CallEventKind.TARGET_NOANSWER if code == RANG_TOO_LONG else CallEventKind.TARGET_ENDED
            return _ended(kind, leg, code, reason)
        case HangUpLeg(reason=reason) if before in TALKING:
            return _ended(CallEventKind.TARGET_ENDED, leg, 200, reason)
    return None


def _ended(kind: CallEventKind, leg: Leg, sip_code: int, reason: str) -> EmitEvent:
    data = {"target_id": leg.leg_id, "number": leg.number, "sip_code": sip_code, "reason": reason}
    return EmitEvent(kind, data)
