"""Reads the mailboxes of a snapshot, over the same cursor as `snapshot_load`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from callmanager.domain.forwarding import PresenceStatus
from callmanager.domain.mailbox import BUSY_GREETING, SPOKEN_NAME, TEMPORARY_GREETING, Mailbox, StoredGreeting

Execute = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]

_OF_NO_STATUS = ("", BUSY_GREETING, TEMPORARY_GREETING, SPOKEN_NAME)

_MAILBOXES_SQL = """
    SELECT extension.number, box.language, box.max_message_s, box.max_messages,
           box.is_pin_asked AND box.has_pin, box.pin, box.says_caller, box.says_time, box.takes_unanswered
      FROM callmanager_mailbox AS box
      JOIN callmanager_extension AS extension ON extension.id = box.extension_id
     WHERE box.is_enabled
"""

_GREETINGS_SQL = """
    SELECT extension.number, greeting.id, greeting.status, greeting.stored_name, greeting.is_active
      FROM callmanager_greeting AS greeting
      JOIN callmanager_extension AS extension ON extension.id = greeting.extension_id
     ORDER BY greeting.id
"""


def load_mailboxes(execute: Execute, schema_name: str) -> dict[str, Mailbox]:
    """By the extension's number; extensions without voicemail are not in it."""
    greetings: defaultdict[str, dict[str, str]] = defaultdict(dict)
    stored: defaultdict[str, list[StoredGreeting]] = defaultdict(list)
    for number, greeting_id, status, stored_name, is_active in execute(_GREETINGS_SQL, ()):
        path = f"{schema_name}/prompt/{stored_name}"
        stored[number].append(StoredGreeting(greeting_id, status, path, is_active))
        if is_active:
            greetings[number][status] = path
    return {
        number: Mailbox(
            language=language,
            greeting=greetings[number].get("", ""),
            status_greetings=tuple(
                (PresenceStatus(kind), path)
                for kind, path in greetings[number].items()
                if kind not in _OF_NO_STATUS
            ),
            busy_greeting=greetings[number].get(BUSY_GREETING, ""),
            temporary_greeting=greetings[number].get(TEMPORARY_GREETING, ""),
            spoken_name=greetings[number].get(SPOKEN_NAME, ""),
            max_message_s=max_message_s,
            max_messages=max_messages,
            is_pin_asked=is_pin_asked,
            pin_token=pin if is_pin_asked and pin else "",
            says_caller=says_caller,
            says_time=says_time,
            takes_unanswered=takes_unanswered,
            stored_greetings=tuple(stored[number]),
        )
        for (
            number,
            language,
            max_message_s,
            max_messages,
            is_pin_asked,
            pin,
            says_caller,
            says_time,
            takes_unanswered,
        ) in execute(_MAILBOXES_SQL, ())
    }
