"""A mailbox: what callers hear, what its owner is asked for. Pure; part of an extension's entry in a snapshot."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.forwarding import PresenceStatus

LANGUAGES = ("en", "es", "fr", "it", "ru")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """`greeting` and those by status are files of the tenant (paths); empty: the one that comes with the system.

    `pin_token` is encrypted; the worker's outer side alone opens it. `takes_unanswered`: also calls that no forwarding
    rule sends there.
    """

    language: str = "en"
    greeting: str = ""
    status_greetings: tuple[tuple[PresenceStatus, str], ...] = ()
    max_message_s: int = 180
    is_pin_asked: bool = True
    pin_token: str = ""
    says_caller: bool = True
    says_time: bool = True
    takes_unanswered: bool = False

    def greeting_for(self, status: PresenceStatus) -> str:
        """The owner's own greeting for this status, else the one for all; empty if there is none."""
        return dict(self.status_greetings).get(status, self.greeting)


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
