"""The parking places of each tenant, and which calls have them."""

from __future__ import annotations

from sipworker.call.other_calls import (
    CallsSignal,
    FindParked,
    LeaveSlot,
    ParkedFound,
    ParkingAction,
    SlotTaken,
    TakeSlot,
)
from sipworker.runtime.registry import LiveCall

Place = tuple[int, str]


class ParkingLot:
    def __init__(self) -> None:
        self._calls: dict[Place, LiveCall] = {}

    def perform(self, call: LiveCall, action: ParkingAction) -> tuple[tuple[LiveCall, CallsSignal], ...]:
        """What to tell whom."""
        match action:
            case TakeSlot():
                return ((call, SlotTaken(self._take(call, action))),)
            case LeaveSlot():
                self.leave(call)
                return ()
            case FindParked(slot=slot):
                parked = self._calls.get((call.context.invite.tenant_id, slot))
                return ((call, ParkedFound(parked.context.session_id if parked is not None else "")),)

    def leave(self, call: LiveCall) -> None:
        for place in [place for place, parked in self._calls.items() if parked is call]:
            del self._calls[place]

    def _take(self, call: LiveCall, action: TakeSlot) -> str:
        tenant_id = call.context.invite.tenant_id
        wanted = (action.slot,) if action.slot else map(str, range(1, action.slots + 1))
        free = next((slot for slot in wanted if (tenant_id, slot) not in self._calls), "")
        if free:
            self._calls[tenant_id, free] = call
        return free
