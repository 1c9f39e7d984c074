"""Callers of one company who hung up because their queue calls them back: whose place is kept, and who rings for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from callmanager.domain.queue_line import Offer, QueueLine

# A caller whom nobody could call for so long is not called any more.
KEPT_S = 12 * 3600.0
# So many agents may not call the number; then nobody is asked any more.
REFUSALS_MAX = 3
# So many are known by their places after they are over: none is made twice, however often it is asked for.
REMEMBERED = 5000


@dataclass(slots=True)
class Promise:
    tenant_id: int
    number: str
    made_at: float
    refusals: int = 0


@dataclass(frozen=True, slots=True)
class KeptCallback:
    """What another worker has promised, in unix seconds."""

    place: str
    queue: str
    number: str
    entered_at: float
    promised_at: float


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """`agent` is free and shall call `number`; `place` names where the caller stood in the line of `queue`."""

    tenant_id: int
    place: str
    queue: str
    number: str
    agent: str


class Promises:
    """By the place in the line, which is named after the call that ended."""

    __slots__ = ("_calls", "_kept", "_over")

    def __init__(self) -> None:
        self._kept: dict[str, Promise] = {}
        # The agents' calls that are made for them.
        self._calls: dict[str, str] = {}
        self._over: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def place_of(self, session: str) -> str:
        """A call stands for itself, unless an agent makes it for somebody who was promised one."""
        return self._calls.get(session, session)

    def keep(self, line: QueueLine, place: str, tenant_id: int, number: str, now: float) -> None:
        line.keep_place(place)
        self._kept[place] = Promise(tenant_id, number, now)

    def knows(self, place: str) -> bool:
        """Also one that is over."""
        return place in self._kept or place in self._over

    def is_called(self, place: str) -> bool:
        """An agent is at it."""
        return place in self._calls.values()

    def drop(self, place: str) -> None:
        """It is made, or never will be."""
        if self._kept.pop(place, None) is not None:
            self._over[place] = None
            if len(self._over) > REMEMBERED:
                self._over.popitem(last=False)

    def give_back(self, place: str) -> None:
        """Somebody else keeps it."""
        self._kept.pop(place, None)

    def resume(self, line: QueueLine, session: str, number: str) -> Iterator[str]:
        """Who calls again before being called stands where they stood; the places that are theirs no longer."""
        own = line.find(session)
        for place, promise in tuple(self._kept.items()):
            kept = line.find(place)
            if own is not None and kept is not None and (kept.queue, promise.number) == (own.queue, number):
                line.take_place(session, place)
                if line.find(place) is None:
                    self.drop(place)
                    yield place

    def due(self, line: QueueLine, offer: Offer) -> CallbackDue | None:
        promise, waiting = self._kept.get(offer.call), line.find(offer.call)
        if promise is None or waiting is None:
            return None
        return CallbackDue(promise.tenant_id, offer.call, waiting.queue, promise.number, offer.agents[0])

    def begin_call(self, due: CallbackDue, session: str) -> None:
        self._calls[session] = due.place

    def end_call(self, line: QueueLine, session: str, now: float) -> bool:
        """Whether the line goes on without changes for the caller: what was promised is still to be done, or an agent
        who was to do it has not answered and the next one shall.
        """
        place = self._calls.pop(session, "")
        waiting = line.find(place) if place else None
        for agent in tuple(waiting.offered) if waiting is not None else ():
            line.decline(place, agent, now)
        if session in self._kept:
            line.open(session)
        return bool(place) or session in self._kept

    def refuse(self, place: str) -> bool:
        """Whether it is given up."""
        promise = self._kept.get(place)
        if promise is None:
            return False
        promise.refusals += 1
        return promise.refusals >= REFUSALS_MAX

    def outdated(self, line: QueueLine, queues: Collection[str], now: float) -> Iterator[str]:
        """Whose queue is gone, and who waited too long."""
        for place, promise in tuple(self._kept.items()):
            waiting = line.find(place)
            if waiting is None or waiting.queue not in queues or now >= promise.made_at + KEPT_S:
                yield place
