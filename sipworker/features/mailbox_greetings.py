"""The greetings of one kind that a mailbox has: heard one after the other, and one of them is what callers hear."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from callmanager.domain.mailbox import StoredGreeting
from callmanager.domain.sounds import stored
from callmanager.domain.spoken import say_number
from sipworker.features import mailbox_words
from sipworker.features.mailbox_room import Enter, Room, Voice, Wishes


class Choices(Protocol):
    """Who sees to what was chosen, and says so."""

    def record(self, kind: str, prompt: str) -> Wishes: ...

    def erase(self, kind: str) -> Wishes: ...

    def choose(self, greeting: StoredGreeting) -> Wishes: ...


class Greetings(Room):
    """Keys as of messages and of recordings: 1 takes, 2 takes out of use, 3 records, 4 to 6 lead through the list."""

    __slots__ = ("_active", "_choices", "_greetings", "_leave", "_place", "_prompt")

    def __init__(
        self,
        voice: Voice,
        choices: Choices,
        greetings: Sequence[StoredGreeting],
        active: int,
        prompt: str,
        leave: Callable[[], Room],
    ) -> None:
        """`active` is the id of what callers hear now, 0 for what comes with the system; it is heard first."""
        super().__init__(voice)
        self._choices = choices
        self._greetings = greetings
        self._active = active
        self._prompt = prompt
        self._leave = leave
        ids = [one.greeting_id for one in greetings]
        self._place = ids.index(active) if active in ids else 0

    @property
    def _current(self) -> StoredGreeting:
        return self._greetings[self._place]

    def enter(self) -> Wishes:
        number = say_number(self.voice.language, self._place + 1)
        is_active = self._current.greeting_id == self._active
        help_ = (
            *(mailbox_words.GREETING_ACTIVE if is_active else mailbox_words.GREETING_CHOICE),
            *(mailbox_words.GREETING_OTHERS if len(self._greetings) > 1 else ()),
        )
        return (self.voice.play(*number, stored(self._current.path), *self.voice.words(*help_)),)

    def pressed(self, digit: str) -> Wishes:
        match digit:
            case "1":
                return self._choices.choose(self._current)
            case "2" if self._active:
                return self._choices.erase(self._current.kind)
            case "3":
                return self._choices.record(self._current.kind, self._prompt)
            case "4":
                self._place = (self._place - 1) % len(self._greetings)
            case "6":
                self._place = (self._place + 1) % len(self._greetings)
            case "*" | "#":
                return (Enter(self._leave()),)
        return self.enter()
