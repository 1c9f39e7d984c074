"""Who is in a call: its legs, and who of them calls, rings or talks at this moment."""

from __future__ import annotations

from collections.abc import Collection

from sipworker.call.legs import TALKING, UNANSWERED_OUT, Leg, LegState
from sipworker.call.party import LegId, Party


class People(dict[LegId, Leg]):
    """All legs that the call has had, but those that went to another one. `is_answered`: somebody talked in it."""

    is_answered = False

    @property
    def talking(self) -> tuple[Party, ...]:
        """Who is connected now; before an answer, who calls."""
        return self._in(TALKING if self.is_answered else (LegState.OFFERED,))

    @property
    def ringing(self) -> tuple[Party, ...]:
        return self._in(UNANSWERED_OUT)

    @property
    def engaged(self) -> frozenset[str]:
        """The extensions that have this call: who makes it and who talks, not whose phones ring."""
        return frozenset(party.extension for party in self.talking) - {""}

    def find_partner(self, leg_id: LegId) -> Party | None:
        """With whom this leg is connected, whether or not one of them holds; None where that is not one party."""
        others = [one for one in self.talking if one.leg != leg_id]
        return others[0] if len(others) == 1 else None

    def is_talking(self, leg_id: LegId) -> bool:
        leg = self.get(leg_id)
        return leg is not None and leg.state in TALKING

    def _in(self, states: Collection[LegState]) -> tuple[Party, ...]:
        return tuple(leg.party for leg in self.values() if leg.state in states)
