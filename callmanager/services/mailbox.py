"""What an extension's mailbox asks for and plays."""

from __future__ import annotations

from typing import Any

from callmanager.models import Mailbox
from callmanager.services.routing_guard import routing_guarded

MAILBOX_FIELDS = (
    "is_enabled",
    "takes_unanswered",
    "language",
    "max_message_s",
    "is_pin_asked",
    "pin",
    "says_caller",
    "says_time",
    "mail",
)


@routing_guarded
def mailbox_update(*, mailbox: Mailbox, **changes: Any) -> Mailbox:
    """An empty PIN: none is asked for, and the extension's own phone alone gets in."""
    if unknown := changes.keys() - set(MAILBOX_FIELDS):
        raise TypeError(f"A mailbox's {', '.join(sorted(unknown))} can't be changed.")
    for field, value in changes.items():
        setattr(mailbox, field, value or None if field == "pin" else value)
    mailbox.full_clean(validate_unique=False)
    if changes:
        mailbox.save(update_fields=list(changes))
    return mailbox
