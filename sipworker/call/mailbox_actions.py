"""What a call wishes of a mailbox: imperative, frozen, as in `actions`."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CheckPin:
    """Compare what was typed with the PIN of a mailbox or a conference room; PinChecked answers. `other_token` is the
    second one that a room may have, its admin's."""

    mailbox: str
    pin: str
    pin_token: str
    other_token: str = ""


@dataclass(frozen=True, slots=True)
class ChangePin:
    """Tell the world of a new PIN, sealed."""

    mailbox: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FindRoom:
    """Ask whether one more message fits into a mailbox; RoomFound answers."""

    mailbox: str


@dataclass(frozen=True, slots=True)
class FindMessages:
    """Ask what is in a mailbox; MessagesFound answers."""

    mailbox: str


MailboxAction = CheckPin | ChangePin | FindMessages | FindRoom
