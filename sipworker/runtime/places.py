"""Where the people of a tenant are in its calls: the one look-up for whatever one call does to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sipworker.call.legs import TALKING, UNANSWERED_OUT, Leg, LegState
from sipworker.runtime.registry import LiveCall, Registry


@dataclass(frozen=True, slots=True)
class Place:
    """One leg of an extension in a call."""

    call: LiveCall
    leg: Leg

    @property
    def is_talking(self) -> bool:
        return self.leg.state in TALKING

    @property
    def is_holding(self) -> bool:
        """It has put the others of the call on hold."""
        return self.leg.state is LegState.HELD

    @property
    def is_ringing(self) -> bool:
        return self.leg.state in UNANSWERED_OUT


def places_of(registry: Registry, tenant_id: int, number: str) -> tuple[Place, ...]:
    """Every leg of one extension, the oldest call first; people outside who have its number are others."""
    return tuple(
        Place(call, leg)
        for call in registry.calls()
        if call.context.invite.tenant_id == tenant_id
        for leg in _legs_of(call, number)
    )


def _legs_of(call: LiveCall, number: str) -> Iterator[Leg]:
    return (leg for leg in call.session.people.values() if leg.party.extension == number)
