"""A mailbox: what callers hear, what its owner is asked for. Pure; part of an extension's entry in a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.forwarding import PresenceStatus

LANGUAGES = ("en", "es", "fr", "it", "ru")
# Greetings that belong to no status; the last is put where the common greeting names the extension.
BUSY_GREETING, TEMPORARY_GREETING, SPOKEN_NAME = "busy", "temporary", "name"
PIN_LENGTHS = range(4, 13)
# Unless its owner wants another number; what is above is not taken.
MAX_MESSAGES = 200
# Tenant, mailbox, unix time.
WrongPin = tuple[int, str, float]


@dataclass(frozen=True, slots=True)
class StoredGreeting:
    """One of those that a mailbox has, whether or not callers hear it. `kind` as in the rows: a status, or none."""

    greeting_id: int
    kind: str
    path: str
    is_active: bool = False


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Greetings and the name are files of the tenant (paths); empty: what comes with the system.

    `pin_token` is encrypted; the worker's outer side alone opens it. `takes_unanswered`: also calls that no forwarding
    rule sends there.
    """

    language: str = "en"
    greeting: str = ""
    status_greetings: tuple[tuple[PresenceStatus, str], ...] = ()
    busy_greeting: str = ""
    temporary_greeting: str = ""
    spoken_name: str = ""
    max_message_s: int = 180
    max_messages: int = MAX_MESSAGES
    is_pin_asked: bool = True
    pin_token: str = ""
    says_caller: bool = True
    says_time: bool = True
    takes_unanswered: bool = False
    # All of them, the oldest first.
    stored_greetings: tuple[StoredGreeting, ...] = ()

    def greeting_for(self, status: PresenceStatus, *, is_busy: bool) -> str:
        """The owner's own: the temporary one, of the status, for while it is talked, of all times; empty: none."""
        of_status = dict(self.status_greetings).get(status, "")
        # Being available says less than talking does.
        absent = of_status if status is not PresenceStatus.AVAILABLE else ""
        busy = self.busy_greeting if is_busy else ""
        return self.temporary_greeting or absent or busy or of_status or self.greeting


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message as its owner hears it. `left_at` is unix time; `sound` names its file."""

    message_id: int
    caller: str
    left_at: float
    duration_s: float
    sound: str
    is_new: bool = True
    is_urgent: bool = False
