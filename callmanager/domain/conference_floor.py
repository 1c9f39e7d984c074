"""What goes on in one conference room: who is in, who hears whom, and who may change that (manual 5.11, 5.12). Pure.

Times and sound are the affair of others. Once everybody has left, a room is as it was before: open and not muted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.conference_speakers import Speakers


class NotAdmitted(StrEnum):
    """Why somebody can't come in."""

    LOCKED = "locked"
    FULL = "full"
    DELETED = "deleted"


@dataclass(slots=True)
class Participant:
    """`place` names one presence in the room: the call that came in."""

    place: str
    leg: str
    number: str
    name: str = ""
    is_admin: bool = False
    is_muted: bool = False
    # Unix seconds.
    joined_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Hearing:
    """Legs: `listener` hears `source`."""

    listener: str
    source: str


class ConferenceFloor:
    """In the order in which people came in."""

    __slots__ = ("_people", "_speakers", "is_locked", "is_muted")

    def __init__(self, speakers: Speakers | None = None) -> None:
        self._speakers = speakers or Speakers()
        self._people: dict[str, Participant] = {}
        self.is_locked = False
        self.is_muted = False

    def __len__(self) -> int:
        return len(self._people)

    def __iter__(self) -> Iterator[Participant]:
        return iter(tuple(self._people.values()))

    def find(self, place: str) -> Participant | None:
        return self._people.get(place)

    def enter(self, room: ConferenceRoom, participant: Participant) -> NotAdmitted | None:
        """A lock is no bar to whoever could open it; a room that is full is full for everybody."""
        if self.is_locked and not participant.is_admin:
            return NotAdmitted.LOCKED
        if len(self._people) >= room.max_participants:
            return NotAdmitted.FULL
        self._people[participant.place] = participant
        return None

    def leave(self, place: str) -> Participant | None:
        gone = self._people.pop(place, None)
        if not self._people:
            self.is_locked = self.is_muted = False
        return gone

    def mute(self, place: str, *, is_muted: bool) -> bool:
        """Whether that is any news."""
        found = self._people.get(place)
        if found is None or found.is_muted is is_muted:
            return False
        found.is_muted = is_muted
        return True

    @property
    def last(self) -> Participant | None:
        """The one who came last and is no admin."""
        return next((one for one in reversed(self._people.values()) if not one.is_admin), None)

    def listen(self, levels: Mapping[str, int], now_s: float) -> None:
        """How loud everybody is, by place, on the scale of `conference_speakers`."""
        self._speakers.listen(levels, now_s)

    @property
    def talking(self) -> frozenset[str]:
        """Places: who talks and is heard, or would be in a room that mixes all."""
        return frozenset() if self.is_muted else self._speakers.talking - self._muted

    @property
    def _muted(self) -> frozenset[str]:
        return frozenset(one.place for one in self._people.values() if one.is_muted)

    @property
    def hearings(self) -> frozenset[Hearing]:
        """In a muted room nobody hears anybody (manual 5.12); nobody ever hears themselves. In a big room all hear only
        the loudest speakers.
        """
        if self.is_muted:
            return frozenset()
        return frozenset(
            Hearing(listener.leg, self._people[place].leg)
            for place in self._speakers.mix(self._people, self._muted)
            for listener in self._people.values()
            if listener.place != place
        )
