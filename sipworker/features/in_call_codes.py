"""Codes typed during a conversation: held back while they may still become one, passed on when they do not. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sipworker.call.signals import DigitPressed, LegId

# Between two keys of one code.
PATIENCE_S = 1.5


@dataclass(frozen=True, slots=True)
class Typed:
    """What follows from one key. `passed` are the digits that were meant for the other side."""

    passed: tuple[DigitPressed, ...] = ()
    code: str = ""
    is_waiting: bool = False


class InCallCodes:
    """Of one call; each leg types for itself."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held: dict[LegId, list[DigitPressed]] = {}

    def press(self, signal: DigitPressed, codes: Collection[str]) -> Typed:
        held = [*self._held.pop(signal.leg, ()), signal]
        typed = _text(held)
        if typed in codes:
            return Typed(code=typed)
        if any(code.startswith(typed) for code in codes):
            self._held[signal.leg] = held
            return Typed(is_waiting=True)
        if len(held) == 1:
            return Typed(passed=(signal,))
        # The key that spoils one code may begin the next.
        again = self.press(signal, codes)
        return Typed((*held[:-1], *again.passed), again.code, again.is_waiting)

    def give_up(self) -> tuple[DigitPressed, ...]:
        """Whoever began a code does not go on."""
        held = tuple(signal for of_leg in self._held.values() for signal in of_leg)
        self._held.clear()
        return held


def _text(held: Collection[DigitPressed]) -> str:
    return "".join(signal.digit for signal in held)
