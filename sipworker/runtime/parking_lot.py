"""The parking places of each tenant, and which calls have them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sipworker.call.other_calls import (
    CallsSignal,
    FindParked,
    KeepSlot,
    LeaveSlot,
    ParkedFound,
    ParkingAction,
    SlotTaken,
    TakeSlot,
)
from sipworker.runtime.registry import LiveCall

Place = tuple[int, str]
News = tuple[LiveCall, CallsSignal]


@dataclass(slots=True)
class _Holder:
    call: LiveCall
    parker: str
    is_kept: bool = False


class ParkingLot:
    def __init__(self) -> None:
        self._holders: dict[Place, _Holder] = {}

    def perform(self, call: LiveCall, action: ParkingAction) -> tuple[News, ...]:
        """What to tell whom."""
        match action:
            case TakeSlot():
                return tuple(self._take(call, action))
            case KeepSlot():
                for holder in self._holders.values():
                    holder.is_kept = holder.is_kept or holder.call is call
                return ()
            case LeaveSlot():
                self.leave(call)
                return ()
            case FindParked(slot=slot):
                return ((call, ParkedFound(self._parked_at((call.context.invite.tenant_id, slot)))),)

    def leave(self, call: LiveCall) -> None:
        for place in [place for place, holder in self._holders.items() if holder.call is call]:
            del self._holders[place]

    def _parked_at(self, place: Place) -> str:
        """The session; empty where nobody waits, though the place may be reserved."""
        holder = self._holders.get(place)
        return holder.call.context.session_id if holder is not None and holder.is_kept else ""

    def _take(self, call: LiveCall, action: TakeSlot) -> Iterator[News]:
        tenant_id = call.context.invite.tenant_id
        slot = self._reserved(tenant_id, action)
        if slot:
            yield self._holders[tenant_id, slot].call, SlotTaken("")
        else:
            wanted = (action.slot,) if action.slot else map(str, range(1, action.slots + 1))
            slot = next((one for one in wanted if (tenant_id, one) not in self._holders), "")
        if slot:
            self._holders[tenant_id, slot] = _Holder(call, action.parker)
        yield call, SlotTaken(slot)

    def _reserved(self, tenant_id: int, action: TakeSlot) -> str:
        """The place that the parker has been told of, and transfers a call to now."""
        for (of, slot), holder in self._holders.items():
            is_theirs = of == tenant_id and holder.parker == action.parker and not holder.is_kept
            if is_theirs and action.slot in ("", slot):
                return slot
        return ""
