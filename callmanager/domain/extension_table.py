"""The columns of a table of extensions, and how their cells are read and written. Import and export agree here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

# Our name -> what other systems, and people, call it. Case, blanks and signs do not matter.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("extension number", "extension", "ext", "user name"),
    "first_name": ("firstname", "given name"),
    "last_name": ("lastname", "surname", "family name"),
    "display_name": ("name", "full name"),
    "gender": ("sex",),
    "email": ("e-mail", "mail", "email address"),
    "mobile": ("mobile number", "mobile phone", "cell"),
    "did": ("did number", "direct inbound dialing"),
    "outbound_caller_id": ("outbound cid",),
    "emergency_caller_id": ("caller id for emergency calls", "emergency cid"),
    "is_audio_recorded": ("record audio calls",),
    "is_video_recorded": ("record video calls",),
    "is_enabled": ("enabled",),
    "ring_timeout_s": ("ring time", "ring time (s)"),
    "is_decline_final": ("declining ends the call",),
    "may_set_caller_id": ("may choose its caller id",),
    "max_external_calls": ("external calls at a time",),
    "max_external_minutes_per_day": ("minutes of external calls a day",),
    "time_zone": ("timezone",),
    "groups": ("group", "extension groups", "belonged groups"),
    "voicemail": ("voicemail enabled", "voice mail", "mailbox"),
    "voicemail_takes_unanswered": ("voicemail takes unanswered calls",),
    "voicemail_language": ("prompt language", "voicemail prompts"),
    "voicemail_mail": ("voicemail to email", "voicemail e-mail"),
    "voicemail_pin": ("voicemail password", "voice mail pin", "vm pin"),
    "sip_password": ("password", "sip secret", "auth password"),
    "web_password": ("web access password",),
}
SECRETS = ("sip_password", "web_password", "voicemail_pin")
# Of the mailbox: its field.
MAILBOX_COLUMNS: Mapping[str, str] = {
    "voicemail": "is_enabled",
    "voicemail_takes_unanswered": "takes_unanswered",
    "voicemail_language": "language",
    "voicemail_mail": "mail",
    "voicemail_pin": "pin",
}
GROUPS = "groups"
GROUP_SEPARATOR = ";"
SWITCHES = frozenset(
    {
        "is_audio_recorded",
        "is_video_recorded",
        "is_enabled",
        "is_decline_final",
        "may_set_caller_id",
        "voicemail",
        "voicemail_takes_unanswered",
    }
)
_NUMBERS = frozenset({"ring_timeout_s", "max_external_calls", "max_external_minutes_per_day"})
_YES = frozenset({"yes", "y", "true", "1", "on", "x"})
_NO = frozenset({"no", "n", "false", "0", "off"})


@dataclass(frozen=True, slots=True)
class CellError:
    """What is wrong in a cell, for the row's error."""

    code: str
    message: str


Cell = str | bool | int


def read_cell(column: str, text: str) -> Cell | CellError | None:
    """The value; None where an empty cell means "as it is", or what new ones begin with."""
    if column in SWITCHES:
        word = text.lower()
        if not word:
            return None
        if word in _YES or word in _NO:
            return word in _YES
        return CellError("invalid", "Write yes or no.")
    if column in _NUMBERS:
        if not text:
            return None
        is_number = text.isascii() and text.isdigit() and len(text) < 9
        return int(text) if is_number else CellError("invalid", "Write a whole number.")
    if (column in SECRETS or column in MAILBOX_COLUMNS) and not text:
        return None
    if column in ("gender", "voicemail_language", "voicemail_mail"):
        return text.lower()
    return text


def write_cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case int():
            return str(value)
        case None:
            return ""
        case _:
            raise TypeError(value)


def group_names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(GROUP_SEPARATOR) if name.strip())


SAMPLE = (
    "number,first_name,last_name,email,mobile,groups,is_enabled,ring_timeout_s\r\n"
    "201,Ada,Lovelace,ada@example.com,+44 20 7946 0001,DEFAULT,yes,30\r\n"
    "202,Alan,Turing,alan@example.com,,DEFAULT,yes,20\r\n"
)
