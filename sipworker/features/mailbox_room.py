"""What the parts of a mailbox call have in common: one listens to its owner at a time and hands over to the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callmanager.domain.decisions import Decision
from callmanager.domain.outcome import CallOutcome, CallStatus, EndedBy
from callmanager.domain.spoken import words
from sipworker.call.actions import Action, PlayFiles, StartTimer
from sipworker.call.signals import LegId, Signal

PLAYBACK, WAIT_TIMER = "mailbox", "mailbox_wait"
WAIT_S = 10.0
MAX_DIGITS = 20
OVER = CallOutcome(CallStatus.ANSWERED, EndedBy.PBX, "Messages heard", 200)


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks to the owner."""

    leg: LegId
    language: str

    def say(self, *names: str) -> PlayFiles:
        return self.play(*self.words(*names))

    def play(self, *sounds: str) -> PlayFiles:
        return PlayFiles(self.leg, PLAYBACK, sounds)

    def words(self, *names: str) -> tuple[str, ...]:
        return words(self.language, names)


@dataclass(frozen=True, slots=True)
class Enter:
    """Another room listens from now on; it speaks first unless something else is said."""

    room: Room
    is_speaking: bool = True


@dataclass(frozen=True, slots=True)
class ToMessages:
    """Back to the messages, having said this."""

    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The end, having said this."""

    outcome: CallOutcome = OVER
    said: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Onward:
    """The mailbox is left; the call goes on with this decision."""

    decision: Decision


Step = Enter | ToMessages | Goodbye | Onward
Wishes = tuple[Action | Step, ...]


class Room:
    """One part. What it does not override is its silence."""

    __slots__ = ("voice",)

    def __init__(self, voice: Voice) -> None:
        self.voice = voice

    def enter(self) -> Wishes:
        """The first words, said again when nobody answers."""
        raise NotImplementedError

    def pressed(self, digit: str) -> Wishes:
        """What was played has stopped already."""
        return self.enter()

    def played(self) -> Wishes:
        return (StartTimer(WAIT_TIMER, WAIT_S),)

    def waited(self) -> Wishes:
        return self.enter()

    def heard(self, signal: Signal) -> Wishes:
        """Whatever else happens."""
        return ()


class Question(Room):
    """Digits that end with # or with a silence. A star alone goes back to the messages."""

    __slots__ = ("_answered", "_digits", "_names")

    def __init__(self, voice: Voice, names: tuple[str, ...], answered: Callable[[str], Wishes]) -> None:
        super().__init__(voice)
        self._names = names
        self._answered = answered
        self._digits = ""

    def enter(self) -> Wishes:
        return (self.voice.say(*self._names),)

    def pressed(self, digit: str) -> Wishes:
        if digit == "*" and not self._digits:
            return (ToMessages(),)
        if digit == "#" or len(self._digits) >= MAX_DIGITS:
            return self._answer()
        self._digits += digit
        return (StartTimer(WAIT_TIMER, WAIT_S),)

    def waited(self) -> Wishes:
        return self._answer() if self._digits else self.enter()

    def _answer(self) -> Wishes:
        digits, self._digits = self._digits, ""
        return self._answered(digits)
