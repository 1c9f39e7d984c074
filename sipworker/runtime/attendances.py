"""Who attends to whose leg, and what has become of it: followed from call to call, until its conversation is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sipworker.call.legs import TALKING, Leg
from sipworker.call.signals import AttendedLeft, LegId
from sipworker.runtime.registry import LiveCall, Registry


@dataclass(slots=True)
class _Watch:
    """`partners` are those it talked with when it was last looked at."""

    call: LiveCall
    leg: LegId
    partners: tuple[LegId, ...] = field(default=())


class Attendances:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._watches: dict[LegId, _Watch] = {}

    def begin(self, call: LiveCall, listener: LegId, leg: LegId) -> None:
        watch = self._watches[listener] = _Watch(call, leg)
        self._is_there(watch)

    def end(self, listener: LegId) -> None:
        self._watches.pop(listener, None)

    def news(self) -> Iterator[tuple[LiveCall, AttendedLeft]]:
        """Asked once everything that happened has been dealt with: a leg that leaves has a successor then."""
        for listener, watch in tuple(self._watches.items()):
            if self._is_there(watch):
                continue
            left = [leg for leg in watch.partners if self._find_talking(leg) is not None]
            successor = self._successor(left, listener)
            if successor is not None:
                del self._watches[listener]
                yield watch.call, AttendedLeft(watch.leg, successor.leg_id, successor.party.extension)
            elif not left:
                del self._watches[listener]
                yield watch.call, AttendedLeft(watch.leg)

    def _is_there(self, watch: _Watch) -> bool:
        call = self._find_talking(watch.leg)
        if call is None:
            return False
        partners = (leg.leg_id for leg in _talking(call) if leg.leg_id != watch.leg)
        watch.partners = tuple(partners) or watch.partners
        return True

    def _successor(self, partners: list[LegId], listener: LegId) -> Leg | None:
        """Somebody of the company who talks with those that were left."""
        for partner in partners:
            call = self._find_talking(partner)
            others = _talking(call) if call is not None else ()
            for leg in others:
                if leg.leg_id not in (partner, listener) and leg.party.extension:
                    return leg
        return None

    def _find_talking(self, leg: LegId) -> LiveCall | None:
        call = self._registry.find_by_leg(leg)
        if call is None or not any(one.leg_id == leg for one in _talking(call)):
            return None
        return call


def _talking(call: LiveCall) -> tuple[Leg, ...]:
    return tuple(leg for leg in call.session.people.values() if leg.state in TALKING)
