"""A leg that leaves its call for another one, as both calls tell it."""

from __future__ import annotations

from collections.abc import Mapping

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from sipworker.call import target_events
from sipworker.call.actions import Action, EmitEvent, EndCall, HangUpLeg
from sipworker.call.legs import TALKING, Leg
from sipworker.call.other_calls import JoinReason, PartyJoined, PartyLeft
from sipworker.call.party import Party
from sipworker.call.requests import Side
from sipworker.call.signals import (
    LegId,
    LegSignal,
)
from sipworker.call.transfers import NOT_NOW, ReportTransfer, TransferAsked, TransferDecided

_WORDS = {
    JoinReason.TRANSFER: "Transferred to another call",
    JoinReason.REPLACES: "Moved to another call",
    JoinReason.PICKUP: "Picked up another call",
    JoinReason.RETRIEVE: "Retrieved another call",
    JoinReason.PARK: "Parked",
    JoinReason.TAKE_OVER: "Took over another call",
}
TAKEN_UP = (CallEventKind.CALL_JOINED, CallEventKind.CALL_TRANSFERRED)
NOT_TAKEN_UP = "The call can't take anybody in"


def left(signal: PartyLeft, leg: Leg | None) -> tuple[Action, ...]:
    """A call is over when somebody leaves it for another one: what is told of both goes on there."""
    words = _WORDS[signal.why]
    data = {
        "target_id": signal.leg,
        "reason": signal.why.value,
        "to_session": signal.to_session,
        "to_call_id": signal.to_call_id,
    }
    told: tuple[Action, ...] = (EmitEvent(CallEventKind.CALL_MOVED, data),)
    if leg is not None and leg.is_target:
        told = (*told, target_events.ended(leg, words))
    return (*told, EndCall(CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, words, 200)))


def welcomed(
    signal: PartyJoined, legs: Mapping[LegId, Leg], wishes: tuple[Action, ...]
) -> tuple[Action, ...]:
    """What the feature wished, and the end of a newcomer whom it did not take up."""
    if any(isinstance(wish, EmitEvent) and wish.kind in TAKEN_UP for wish in wishes):
        return wishes
    leg = legs.get(signal.leg)
    if leg is None or leg.state not in TALKING:
        return wishes
    return (*wishes, HangUpLeg(signal.leg, NOT_TAKEN_UP))


def answered(signal: LegSignal, wishes: tuple[Action, ...]) -> tuple[Action, ...]:
    """What the feature wished, and a no to a transfer that it knows nothing to do with."""
    if wishes or not isinstance(signal, TransferAsked | TransferDecided):
        return wishes
    if isinstance(signal, TransferDecided) and signal.is_request:
        return ()
    return (ReportTransfer(signal.leg, NOT_NOW),)


def joined(signal: PartyJoined, side: Side, replaced: Party | None) -> EmitEvent:
    """`replaced` is who was in that place before; nobody while it only rang."""
    data: dict[str, object] = {
        **seat_of(signal.party, side),
        "reason": signal.why.value,
        "replaced_number": replaced.number if replaced is not None else "",
        "from_session": signal.from_session,
        "from_call_id": signal.from_call_id,
    }
    return EmitEvent(CallEventKind.CALL_JOINED, data)


def seat_of(party: Party, side: Side) -> dict[str, object]:
    """Who sits on that side of the call from now on."""
    data: dict[str, object] = {
        "side": side.value,
        "target_id": party.leg,
        "number": party.number,
        "display_name": party.display_name,
        "answered_by": "trunk" if party.trunk is not None else "extension",
        "contact": party.contact,
        "user_agent": party.user_agent,
    }
    if party.trunk is not None:
        data |= {"trunk_id": party.trunk.trunk_id, "trunk_name": party.trunk.name}
    return data


def transferred(signal: PartyJoined, side: Side, transferor: Party, transferee: Party) -> EmitEvent:
    """An attended transfer is done: whom the transferor had consulted has his place."""
    data: dict[str, object] = {
        "transfer": "attended",
        "transferor": transferor.number,
        "transferee": transferee.number,
        "transfer_target": signal.party.number,
        **seat_of(signal.party, side),
        "from_session": signal.from_session,
        "from_call_id": signal.from_call_id,
    }
    return EmitEvent(CallEventKind.CALL_TRANSFERRED, data)
