"""Calls that end in a mailbox instead of a talk."""

from __future__ import annotations

from callmanager.domain.decisions import LeaveMessage, Refuse
from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.extension_entry import ExtensionEntry
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.routing import Routing
from callmanager.domain.sounds import stored
from callmanager.domain.spoken import say_digits, words


def mailbox_of(callee: ExtensionEntry) -> Destination | None:
    """Where a call goes that nobody takes and no rule sends elsewhere."""
    if callee.mailbox is None or not callee.mailbox.takes_unanswered:
        return None
    return Destination(DestinationKind.VOICEMAIL, callee.number)


def leave_message(routing: Routing, number: str, *, is_busy: bool) -> LeaveMessage | Refuse:
    """In the mailbox of this extension."""
    owner = routing.snapshot.find_extension(number)
    if owner is None or not owner.is_enabled or owner.mailbox is None:
        return Refuse(480, "There is no mailbox to leave a message in")
    routing.note("mailbox", number, is_taken=True)
    return LeaveMessage(
        number,
        _greeting(owner, owner.mailbox, is_busy=is_busy),
        owner.mailbox.language,
        owner.mailbox.max_message_s,
        routing.passed,
        owner.mailbox.max_messages,
    )


def _greeting(owner: ExtensionEntry, mailbox: Mailbox, *, is_busy: bool) -> tuple[str, ...]:
    own_greeting = mailbox.greeting_for(owner.status, is_busy=is_busy)
    if own_greeting:
        return (stored(own_greeting),)
    language = mailbox.language
    reason = "vm-isonphone" if is_busy else "vm-isunavail"
    if mailbox.spoken_name:
        who: tuple[str, ...] = (stored(mailbox.spoken_name),)
    else:
        who = (*words(language, ["vm-theperson"]), *say_digits(language, owner.number))
    return (*who, *words(language, [reason, "vm-intro"]))
