"""Who should hear whom: wishes in, wires to plug and to pull out. Pure, and blind to whether anybody has media."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sipworker.call.attendance import Attendance
from sipworker.call.signals import LegId


@dataclass(frozen=True, slots=True)
class Wire:
    """`source` is a leg id or the name of a shared source."""

    source: str
    listener: LegId


@dataclass(frozen=True, slots=True)
class Changes:
    plugged: tuple[Wire, ...] = ()
    pulled: tuple[Wire, ...] = ()


class Wiring:
    """A wire stays as long as one purpose wants it.

    Attendance is a wish about a leg rather than about two: whoever attends to a leg hears what that leg hears, whatever
    it is connected to by and by, and (`BARGE`) is heard by whoever hears that leg.
    """

    def __init__(self) -> None:
        self._wanted: defaultdict[LegId, dict[str, set[str]]] = defaultdict(dict)
        self._listeners: defaultdict[str, set[LegId]] = defaultdict(set)
        self._attending: dict[LegId, tuple[LegId, Attendance]] = {}
        self._implied: set[Wire] = set()

    def sources_of(self, listener: LegId) -> frozenset[str]:
        """All that a leg should hear."""
        return frozenset((*self._wanted.get(listener, ()), *self._implied_of(listener)))

    def listeners_of(self, source: str) -> frozenset[LegId]:
        implied = (wire.listener for wire in self._implied if wire.source == source)
        return frozenset((*self._listeners.get(source, ()), *implied))

    def want(self, source: str, listener: LegId, purpose: str = "") -> Changes:
        purposes = self._wanted[listener].setdefault(source, set())
        is_new = not purposes
        purposes.add(purpose)
        self._listeners[source].add(listener)
        return self._changed({Wire(source, listener)} if is_new else set())

    def unwant(self, source: str, listener: LegId, purpose: str = "") -> Changes:
        purposes = self._wanted.get(listener, {}).get(source, set())
        if purpose not in purposes:
            return Changes()
        purposes.remove(purpose)
        if purposes:
            return Changes()
        self._drop(source, listener)
        return self._changed(pulled={Wire(source, listener)})

    def attend(self, listener: LegId, leg: LegId, how: Attendance) -> Changes:
        self._attending[listener] = (leg, how)
        return self._changed()

    def leave(self, listener: LegId) -> Changes:
        """End what `attend` began; what is wanted for another purpose stays."""
        self._attending.pop(listener, None)
        return self._changed()

    def forget(self, leg: LegId) -> Changes:
        """The leg is over, and so is whatever somebody heard because of it."""
        pulled = set()
        for source in tuple(self._wanted.get(leg, ())):
            self._drop(source, leg)
            pulled.add(Wire(source, leg))
        for listener in tuple(self._listeners.get(leg, ())):
            self._drop(leg, listener)
            pulled.add(Wire(leg, listener))
        attending = {
            who: (whom, how) for who, (whom, how) in self._attending.items() if leg not in (who, whom)
        }
        self._attending = attending
        return self._changed(pulled=pulled)

    def _drop(self, source: str, listener: LegId) -> None:
        self._wanted[listener].pop(source)
        if not self._wanted[listener]:
            del self._wanted[listener]
        self._listeners[source].discard(listener)
        if not self._listeners[source]:
            del self._listeners[source]

    def _changed(self, plugged: set[Wire] | None = None, pulled: set[Wire] | None = None) -> Changes:
        """What is different now, with what follows from it for those who attend."""
        before, after = self._implied, self._implications() if self._attending else set()
        self._implied = after
        plugged, pulled = plugged or set(), pulled or set()
        return Changes(
            tuple((plugged - before) | {wire for wire in after - before if not self._is_wanted(wire)}),
            tuple((pulled - after) | {wire for wire in before - after if not self._is_wanted(wire)}),
        )

    def _implications(self) -> set[Wire]:
        heard = {
            Wire(source, leg)
            for listener, (leg, how) in self._attending.items()
            for source, leg in self._spoken(listener, leg, how)
        }
        for listener, (leg, _) in self._attending.items():
            told = {wire.source for wire in heard if wire.listener == leg}
            heard |= {Wire(source, listener) for source in (leg, *self._wanted.get(leg, ()), *told)}
        return {wire for wire in heard if wire.source != wire.listener}

    def _spoken(self, listener: LegId, leg: LegId, how: Attendance) -> Iterator[tuple[LegId, LegId]]:
        """Who hears the one who attends, by what is wanted."""
        if how is Attendance.SILENT:
            return
        yield listener, leg
        if how is Attendance.BARGE:
            yield from ((listener, other) for other in self._listeners.get(leg, ()))

    def _is_wanted(self, wire: Wire) -> bool:
        return wire.source in self._wanted.get(wire.listener, ())

    def _implied_of(self, listener: LegId) -> Iterator[str]:
        return (wire.source for wire in self._implied if wire.listener == listener)
