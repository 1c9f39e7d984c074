"""Who of two hears what: each other, or music while somebody holds. Pure: what is wanted, and what to do for it."""

from __future__ import annotations

from sipworker.call.actions import (
    Action,
    BridgeLegs,
    HearLeg,
    PlayMusicOnHold,
    StopMusicOnHold,
    UnbridgeLegs,
    UnhearLeg,
)
from sipworker.call.signals import LegId

Wish = BridgeLegs | HearLeg | PlayMusicOnHold


class Sound:
    """Starts with both legs bridged. A leg holds as long as its telephone does or somebody asked for it."""

    __slots__ = ("_asked_to_hold", "_callee", "_caller", "_holding", "_is_paused", "_music", "_muted")

    def __init__(self, caller: LegId, callee: LegId, music: tuple[str, ...] | None) -> None:
        self._caller = caller
        self._callee = callee
        self._music = music
        self._holding: set[LegId] = set()
        self._asked_to_hold: set[LegId] = set()
        self._muted: set[LegId] = set()
        self._is_paused = False

    def pause(self, is_paused: bool) -> tuple[Action, ...]:
        """Neither hears the other nor any music of ours, whoever holds meanwhile; or again what is due."""
        before = self._wishes()
        self._is_paused = is_paused
        return _between(before, self._wishes())

    def is_held_by(self, leg: LegId) -> bool:
        return leg in self._holding or leg in self._asked_to_hold

    def is_muted(self, leg: LegId) -> bool:
        return leg in self._muted

    def hold(self, leg: LegId, is_held: bool) -> tuple[Action, ...]:
        """Its telephone says so."""
        return self._change(self._holding, leg, is_held)

    def hold_by_request(self, leg: LegId, is_held: bool) -> tuple[Action, ...]:
        return self._change(self._asked_to_hold, leg, is_held)

    def mute(self, leg: LegId, is_muted: bool) -> tuple[Action, ...]:
        return self._change(self._muted, leg, is_muted)

    def replace(self, old: LegId, new: LegId, *, is_held: bool) -> tuple[Action, ...]:
        """Somebody else in the place of `old`, as their own telephone is: held or not, and not muted."""
        before = self._wishes()
        for of in (self._holding, self._asked_to_hold, self._muted):
            of.discard(old)
        if old == self._caller:
            self._caller = new
        else:
            self._callee = new
        if is_held:
            self._holding.add(new)
        return _between(before, self._wishes())

    def other(self, leg: LegId) -> LegId:
        return self._callee if leg == self._caller else self._caller

    def _change(self, of: set[LegId], leg: LegId, is_in: bool) -> tuple[Action, ...]:
        before = self._wishes()
        (of.add if is_in else of.discard)(leg)
        return _between(before, self._wishes())

    def _wishes(self) -> tuple[Wish, ...]:
        if self._is_paused:
            return ()
        holders = [leg for leg in (self._caller, self._callee) if self.is_held_by(leg)]
        if holders:
            music = self._music
            return () if music is None else tuple(PlayMusicOnHold(self.other(leg), music) for leg in holders)
        if not self._muted:
            return (BridgeLegs(self._caller, self._callee),)
        heard = (leg for leg in (self._caller, self._callee) if leg not in self._muted)
        return tuple(HearLeg(listener=self.other(leg), source=leg) for leg in heard)


def _between(before: tuple[Wish, ...], after: tuple[Wish, ...]) -> tuple[Action, ...]:
    return (
        *(_undone(wish) for wish in before if wish not in after),
        *(wish for wish in after if wish not in before),
    )


def _undone(wish: Wish) -> Action:
    match wish:
        case BridgeLegs(first=first, second=second):
            return UnbridgeLegs(first, second)
        case HearLeg(listener=listener, source=source):
            return UnhearLeg(listener, source)
        case PlayMusicOnHold(leg=leg, files=files):
            return StopMusicOnHold(leg, files)
