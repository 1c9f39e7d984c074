"""Who talks to whom in a call, on which side, and whose extensions and trunks these are. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from sipworker.call.actions import BridgeLegs, HearLeg, UnbridgeLegs, UnhearLeg
from sipworker.call.context import CallContext
from sipworker.call.signals import LegId

# Two who hear each other, or one who hears another that is muted itself.
Wish = BridgeLegs | HearLeg
Change = Wish | UnbridgeLegs | UnhearLeg
Sides = tuple[tuple[LegId, ...], tuple[LegId, ...]]


class Conversation:
    """Learns from what the call does. Whoever is bridged to the caller is on the other side."""

    __slots__ = (
        "_callees",
        "_context",
        "_is_callee",
        "_numbers",
        "_trunk_ids",
        "_wishes",
        "is_established",
        "queue",
    )

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._wishes: dict[Wish, None] = {}
        self._is_callee: dict[LegId, bool] = {context.caller_leg: False}
        self._numbers: dict[LegId, str] = {}
        if not context.is_from_outside:
            self._numbers[context.caller_leg] = context.invite.caller
        self._callees: dict[str, None] = {}
        self._trunk_ids: dict[int, None] = {}
        if context.is_from_outside:
            self._trunk_ids[context.invite.trunk_id] = None
        # The number of the ring group or queue whose member answered.
        self.queue = ""
        # Two people talk; a service of the PBX is nobody.
        self.is_established = False

    @property
    def caller(self) -> str:
        """The extension that calls; empty: somebody outside."""
        return "" if self._context.is_from_outside else self._context.invite.caller

    @property
    def callees(self) -> tuple[str, ...]:
        """Extensions that answered, or on whose behalf the call went outside."""
        return tuple(self._callees)

    @property
    def trunk_ids(self) -> tuple[int, ...]:
        return tuple(self._trunk_ids)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """What makes them hear each other at this moment."""
        return tuple(self._wishes)

    @property
    def undone(self) -> tuple[UnbridgeLegs | UnhearLeg, ...]:
        """What keeps them from it."""
        return tuple(
            UnbridgeLegs(wish.first, wish.second)
            if isinstance(wish, BridgeLegs)
            else UnhearLeg(wish.listener, wish.source)
            for wish in self._wishes
        )

    @property
    def legs(self) -> tuple[LegId, ...]:
        return tuple(dict.fromkeys(leg for wish in self._wishes for leg in _legs_of(wish)))

    @property
    def sides(self) -> Sides:
        """The legs that are heard by somebody: the caller's side, the callee's."""
        heard = tuple(
            dict.fromkeys(
                leg
                for wish in self._wishes
                for leg in ((wish.source,) if isinstance(wish, HearLeg) else _legs_of(wish))
            )
        )
        return (
            tuple(leg for leg in heard if not self._is_callee[leg]),
            tuple(leg for leg in heard if self._is_callee[leg]),
        )

    def number_of(self, leg: LegId) -> str:
        """The extension at this leg; empty: nobody of the company, or nobody knows."""
        return self._numbers.get(leg, "")

    def note(self, change: Change) -> bool:
        """Whether it is about the people of this conversation; somebody may listen who is of another call."""
        match change:
            case UnbridgeLegs(first=first, second=second):
                self._wishes.pop(BridgeLegs(first, second), None)
                self._wishes.pop(BridgeLegs(second, first), None)
            case UnhearLeg(listener=listener, source=source):
                return self._wishes.pop(HearLeg(listener, source), 0) is None
            case BridgeLegs(first=first, second=second):
                self._place(first, second)
                self._wishes.setdefault(change)
            case HearLeg(listener=listener, source=source):
                if listener not in self._is_callee or source not in self._is_callee:
                    return False
                self._wishes.setdefault(change)
        return True

    def _place(self, first: LegId, second: LegId) -> None:
        """Somebody new takes the side of whoever talked with the partner before."""
        newcomer, partner = (second, first) if first in self._is_callee else (first, second)
        of_partner = self._is_callee.setdefault(partner, False)
        if self._is_callee.get(newcomer, of_partner) == of_partner:
            self._is_callee[newcomer] = not of_partner

    def establish(self, data: Mapping[str, object]) -> None:
        """The data of `call_established`: somebody, or a service of the PBX."""
        answered_by, number = data.get("answered_by"), str(data.get("number", ""))
        self.queue = str(data.get("ring_group") or self.queue)
        if answered_by == "extension":
            self._callees[number] = None
            self._numbers[str(data.get("target_id", ""))] = number
        elif answered_by == "trunk":
            if isinstance(trunk_id := data.get("trunk_id"), int):
                self._trunk_ids[trunk_id] = None
            behalf = str(data.get("on_behalf_of") or "")
            if behalf and behalf != self.caller:
                self._callees[behalf] = None
        else:
            return
        self.is_established = True

    def seat(self, data: Mapping[str, object]) -> None:
        """The data of `call_joined` and `call_transferred`: who is on that side from now on."""
        self._is_callee[str(data.get("target_id", ""))] = data.get("side") == "callee"
        self.establish(data)


def _legs_of(wish: Wish) -> tuple[LegId, LegId]:
    return (wish.first, wish.second) if isinstance(wish, BridgeLegs) else (wish.source, wish.listener)
