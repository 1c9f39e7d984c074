"""What is said of a message before it is played: which one, whose, from when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from callmanager.domain.mailbox import Mailbox, StoredMessage
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.spoken import say_digits, say_moment, say_number, words


class MessageSpeech:
    __slots__ = ("_settings", "_snapshot")

    def __init__(self, snapshot: TenantSnapshot | None, settings: Mailbox) -> None:
        self._snapshot = snapshot
        self._settings = settings

    def introduction(self, message: StoredMessage, position: int, count: int) -> tuple[str, ...]:
        """As much as the owner wants to be told."""
        return (
            *self._order(position, count),
            *(self._caller(message) if self._settings.says_caller else ()),
            *(self._received(message) if self._settings.says_time else ()),
        )

    def envelope(self, message: StoredMessage) -> tuple[str, ...]:
        """All of it, because it was asked for."""
        return (*self._caller(message), *self._received(message))

    def _order(self, position: int, count: int) -> tuple[str, ...]:
        if position == 0:
            return self._words("vm-first", "vm-message")
        if position == count - 1:
            return self._words("vm-last", "vm-message")
        return (*self._words("vm-message"), *say_number(self._settings.language, position + 1))

    def _caller(self, message: StoredMessage) -> tuple[str, ...]:
        if not any(character.isdigit() for character in message.caller):
            return self._words("vm-unknown-caller")
        is_inside = self._snapshot is not None and self._snapshot.find_extension(message.caller) is not None
        said = "vm-from-extension" if is_inside else "vm-from-phonenumber"
        return (*self._words(said), *say_digits(self._settings.language, message.caller))

    def _received(self, message: StoredMessage) -> tuple[str, ...]:
        zone = ZoneInfo(self._snapshot.time_zone if self._snapshot is not None else "UTC")
        at = datetime.fromtimestamp(message.left_at, zone)
        return (*self._words("vm-received"), *say_moment(self._settings.language, at))

    def _words(self, *names: str) -> tuple[str, ...]:
        return words(self._settings.language, names)
