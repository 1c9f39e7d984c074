"""What watchers are shown: dialog-info (RFC 4235), message-summary (RFC 3842) and pidf (RFC 3863). Pure.

Who is at the other end of a call is told to nobody: a watcher need not have the right to see calls.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from xml.sax.saxutils import escape, quoteattr

from callmanager.domain.forwarding import PresenceStatus

# One NOTIFY fits into one packet; who has more calls is busy with the most important of them.
DIALOGS_MAX = 4


class DialogState(StrEnum):
    TRYING = "trying"
    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class DialogSide(StrEnum):
    """Who began the call, as its extension sees it."""

    INITIATOR = "initiator"
    RECIPIENT = "recipient"


@dataclass(frozen=True, slots=True)
class Dialog:
    dialog_id: str
    side: DialogSide
    state: DialogState
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class MailboxCounts:
    """Urgent ones are among the others."""

    new: int = 0
    old: int = 0
    new_urgent: int = 0
    old_urgent: int = 0


def dialog_document(uri: str, dialogs: Iterable[Dialog]) -> str:
    """All dialogs of this address at this moment: `state` is full. The edge numbers the versions."""
    shown = sorted(dialogs, key=lambda one: (-_RANK[one.state], one.dialog_id))[:DIALOGS_MAX]
    rows = "".join(_dialog_row(uri, one) for one in shown)
    return (
        '<?xml version="1.0"?>\n<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="0" state="full" '
        f"entity={quoteattr(uri)}>{rows}</dialog-info>\n"
    )


_RANK = {
    DialogState.TERMINATED: 0,
    DialogState.TRYING: 1,
    DialogState.CONFIRMED: 2,
    DialogState.EARLY: 3,
}


def _dialog_row(uri: str, dialog: Dialog) -> str:
    rendering = '<param pname="+sip.rendering" pval="no"/>' if dialog.is_held else ""
    return (
        f"<dialog id={quoteattr(dialog.dialog_id)} direction={quoteattr(dialog.side.value)}>"
        f"<state>{dialog.state.value}</state>"
        f"<local><identity>{escape(uri)}</identity><target uri={quoteattr(uri)}>{rendering}</target></local></dialog>"
    )


def mailbox_document(counts: MailboxCounts, account_uri: str) -> str:
    waiting = "yes" if counts.new else "no"
    return (
        f"Messages-Waiting: {waiting}\r\nMessage-Account: {account_uri}\r\n"
        f"Voice-Message: {counts.new}/{counts.old} ({counts.new_urgent}/{counts.old_urgent})\r\n"
    )


# RFC 4480, and the words for people.
_ACTIVITIES = {
    PresenceStatus.AVAILABLE: "",
    PresenceStatus.AWAY: "away",
    PresenceStatus.DO_NOT_DISTURB: "busy",
    PresenceStatus.LUNCH: "meal",
    PresenceStatus.BUSINESS_TRIP: "travel",
}
_NOTES = {
    PresenceStatus.AVAILABLE: "Available",
    PresenceStatus.AWAY: "Away",
    PresenceStatus.DO_NOT_DISTURB: "Do not disturb",
    PresenceStatus.LUNCH: "Lunch",
    PresenceStatus.BUSINESS_TRIP: "Business trip",
}


def presence_document(uri: str, *, status: PresenceStatus, is_registered: bool, is_talking: bool) -> str:
    """Open while a phone of theirs is registered, whatever they say of themselves."""
    activities = [_ACTIVITIES[status]] if _ACTIVITIES[status] else []
    note = _NOTES[status]
    if is_talking:
        activities.append("on-the-phone")
        note = "On the phone" if status is PresenceStatus.AVAILABLE else f"{note}, on the phone"
    if not is_registered:
        note = "Offline" if status is PresenceStatus.AVAILABLE else f"{note}, offline"
    rows = "".join(f"<rpid:{one}/>" for one in activities)
    person = f"<rpid:activities>{rows}</rpid:activities>" if rows else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<presence xmlns="urn:ietf:params:xml:ns:pidf" '
        'xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" '
        f'entity={quoteattr(uri)}><tuple id="phones"><status><basic>{"open" if is_registered else "closed"}</basic>'
        f'</status><note>{escape(note)}</note></tuple><dm:person id="person">{person}'
        f"<dm:note>{escape(note)}</dm:note></dm:person></presence>\n"
    )
