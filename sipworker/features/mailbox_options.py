"""Greetings, the spoken name and the PIN of a mailbox, changed by its owner on the telephone.

What changed holds for calls that begin when this one is over.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import partial

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages
from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.mailbox import (
    BUSY_GREETING,
    PIN_LENGTHS,
    SPOKEN_NAME,
    TEMPORARY_GREETING,
    StoredGreeting,
)
from callmanager.domain.sounds import stored
from sipworker.call.actions import EmitEvent
from sipworker.call.mailbox_actions import ChangePin
from sipworker.features import mailbox_words
from sipworker.features.mailbox_greetings import Greetings
from sipworker.features.mailbox_recorder import Recorder
from sipworker.features.mailbox_room import Enter, Goodbye, Question, Room, ToMessages, Voice, Wishes

# The first four and 5 (the PIN) are told by the prompt; those of statuses stand on the page of the mailbox.
GREETING_KEYS: Mapping[str, tuple[str, str]] = {
    "1": ("", "vm-rec-unv"),
    "2": (BUSY_GREETING, "vm-rec-busy"),
    "3": (SPOKEN_NAME, "vm-rec-name"),
    "4": (TEMPORARY_GREETING, "vm-rec-temp"),
    "6": (PresenceStatus.AVAILABLE.value, "vm-rec-unv"),
    "7": (PresenceStatus.AWAY.value, "vm-rec-unv"),
    "8": (PresenceStatus.DO_NOT_DISTURB.value, "vm-rec-unv"),
    "9": (PresenceStatus.LUNCH.value, "vm-rec-unv"),
    "0": (PresenceStatus.BUSINESS_TRIP.value, "vm-rec-unv"),
}


class Options(Room):
    __slots__ = ("_active", "_decision", "_first_pin", "_numbers", "_session_id")

    def __init__(self, voice: Voice, decision: CheckMessages, session_id: str) -> None:
        super().__init__(voice)
        self._decision = decision
        self._session_id = session_id
        self._numbers: Iterator[int] = itertools.count(1)
        self._first_pin = ""
        # What callers will hear, by kind, as far as that is known: 0 is what comes with the system.
        self._active = {
            one.kind: one.greeting_id for one in decision.settings.stored_greetings if one.is_active
        }

    def enter(self) -> Wishes:
        return (self.voice.say(*mailbox_words.OPTIONS),)

    def pressed(self, digit: str) -> Wishes:
        if digit == "*":
            return (ToMessages(),)
        if digit == "#":
            return (Goodbye(),)
        if digit == "5":
            return self._ask_new_pin()
        kind, prompt = GREETING_KEYS[digit]
        return self._hear(kind, prompt)

    def _hear(self, kind: str, prompt: str) -> Wishes:
        """One greeting is kept or not; of several, or one out of use, the owner chooses."""
        of_kind = [one for one in self._decision.settings.stored_greetings if one.kind == kind]
        active = self._active.get(kind, 0)
        if len(of_kind) > 1 or (of_kind and not active):
            return (Enter(Greetings(self.voice, self, of_kind, active, prompt, lambda: self)),)
        current = self._current(kind)
        if current:
            return (Enter(_Current(self.voice, self, current, kind, prompt)),)
        return self.record(kind, prompt)

    def choose(self, greeting: StoredGreeting) -> Wishes:
        """Callers hear this one from now on, and the one before no more."""
        self._active[greeting.kind] = greeting.greeting_id
        told = self._told("greeting_chosen", greeting=greeting.kind, greeting_id=greeting.greeting_id)
        return (told, *self._again("activated"))

    def record(self, kind: str, prompt: str) -> Wishes:
        stem = f"{self._session_id}-greeting-{next(self._numbers)}"
        keep = partial(self._keep, kind)
        return (Enter(Recorder(self.voice, (prompt,), self._decision.mailbox, stem, keep)),)

    def erase(self, kind: str) -> Wishes:
        """The greeting stays in the list on the page, but callers do not hear it any more."""
        self._active[kind] = 0
        return (self._told("greeting_unlocked", greeting=kind), *self._again("vm-tempremoved"))

    def _keep(self, kind: str, path: str) -> Wishes:
        return (self._told("greeting", greeting=kind, path=path), *self._again("vm-msgsaved"))

    def _again(self, said: str) -> Wishes:
        """Back here, having said this."""
        return (Enter(_Said(self, said)),)

    def _current(self, kind: str) -> str:
        settings = self._decision.settings
        named = {
            "": settings.greeting,
            BUSY_GREETING: settings.busy_greeting,
            SPOKEN_NAME: settings.spoken_name,
            TEMPORARY_GREETING: settings.temporary_greeting,
        }
        of_status = {status.value: path for status, path in settings.status_greetings}
        return named.get(kind, "") or of_status.get(kind, "")

    # The PIN

    def _ask_new_pin(self, *said: str) -> Wishes:
        return (Enter(Question(self.voice, (*said, "vm-newpassword"), self._first_typed)),)

    def _first_typed(self, pin: str) -> Wishes:
        if len(pin) not in PIN_LENGTHS or not (pin.isascii() and pin.isdigit()):
            return self._ask_new_pin("vm-invalid-password")
        self._first_pin = pin
        return (Enter(Question(self.voice, ("vm-reenterpassword",), self._typed_again)),)

    def _typed_again(self, pin: str) -> Wishes:
        first, self._first_pin = self._first_pin, ""
        if pin != first:
            return self._ask_new_pin("vm-mismatch")
        return (ChangePin(self._decision.mailbox, pin), *self._again("vm-passchanged"))

    def _told(self, change: str, **more: object) -> EmitEvent:
        data = {"mailbox": self._decision.mailbox, "message_id": 0, "change": change, **more}
        return EmitEvent(CallEventKind.VOICEMAIL_CHANGED, data)


class _Current(Room):
    """What callers hear now, and whether it is recorded anew or no longer played."""

    __slots__ = ("_kind", "_options", "_prompt", "_sound")

    def __init__(self, voice: Voice, options: Options, path: str, kind: str, prompt: str) -> None:
        super().__init__(voice)
        self._options = options
        self._sound = stored(path)
        self._kind = kind
        self._prompt = prompt

    def enter(self) -> Wishes:
        return (self.voice.play(self._sound, *self.voice.words("vm-tempgreeting2")),)

    def pressed(self, digit: str) -> Wishes:
        match digit:
            case "1":
                return self._options.record(self._kind, self._prompt)
            case "2":
                return self._options.erase(self._kind)
            case "*" | "#":
                return (Enter(self._options),)
        return self.enter()


class _Said(Room):
    """A word before the options come again; from then on they listen."""

    __slots__ = ("_options", "_said")

    def __init__(self, options: Options, said: str) -> None:
        super().__init__(options.voice)
        self._options = options
        self._said = said

    def enter(self) -> Wishes:
        return (self.voice.say(self._said, *mailbox_words.OPTIONS),)

    def pressed(self, digit: str) -> Wishes:
        return (Enter(self._options, is_speaking=False), *self._options.pressed(digit))

    def waited(self) -> Wishes:
        return (Enter(self._options),)
