"""How loud legs are: the bridge meters what it reads, and it reads what somebody hears."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sipworker.call.signals import LegId
from sipworker.pjsip.media import METER, Patchbay

PURPOSE = "meter"


class Meters:
    """All on the SIP thread. Whoever is metered is heard by a device that is none, so that a participant whom nobody
    hears has a level, too.
    """

    def __init__(self, patchbay: Patchbay) -> None:
        self._patchbay = patchbay
        self._metered: set[LegId] = set()

    def read(self, legs: Collection[LegId]) -> Mapping[LegId, int]:
        wanted = set(legs)
        for leg in self._metered - wanted:
            self._patchbay.disconnect(leg, METER, PURPOSE)
        for leg in wanted - self._metered:
            self._patchbay.connect(leg, METER, PURPOSE)
        self._metered = wanted
        levels = ((leg, self._patchbay.level(leg)) for leg in legs)
        return {leg: level for leg, level in levels if level is not None}

    def forget(self, leg: LegId) -> None:
        """The leg is over; the patchbay has forgotten it, too."""
        self._metered.discard(leg)
