"""Reads what a call needs of a SIP message (RFC 3261 section 7): header fields and name-addr values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from callmanager.domain.sip_text import printable

# RFC 3261 section 7.3.3 and the registry of compact forms, those that matter here.
COMPACT_FORMS = {
    "i": "call-id",
    "m": "contact",
    "c": "content-type",
    "l": "content-length",
    "f": "from",
    "t": "to",
    "v": "via",
    "k": "supported",
    "s": "subject",
}
LINE_BREAK = re.compile(r"\r\n|\n|\r")


@dataclass(frozen=True, slots=True)
class SipMessage:
    """`headers` maps lower-case long names to the values in order of appearance."""

    start_line: str
    headers: Mapping[str, tuple[str, ...]]
    body: str

    def first(self, name: str) -> str:
        """The first value of a header, "" if there is none."""
        return self.headers.get(name.lower(), ("",))[0]

    @property
    def request_uri(self) -> str:
        parts = self.start_line.split(" ")
        return parts[1] if len(parts) == 3 else ""


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A SIP or tel URI with its display name; `user` is unescaped, `host` is lower case without the port."""

    display_name: str
    user: str
    host: str


def parse_message(text: str) -> SipMessage:
    """Split a message that the stack has accepted; unfolds continuation lines, expands compact names."""
    head, _, body = text.partition("\r\n\r\n")
    start_line, *lines = _unfolded(head)
    headers: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        name = name.strip().lower()
        name = COMPACT_FORMS.get(name, name)
        headers[name] = (*headers.get(name, ()), printable(value.strip()))
    return SipMessage(printable(start_line), headers, body)


def _unfolded(head: str) -> list[str]:
    """One entry per header: a line that begins with white space continues the one before (section 7.3.1)."""
    lines: list[str] = [""]
    for line in LINE_BREAK.split(head):
        if line[:1] in (" ", "\t"):
            lines[-1] += " " + line.strip()
        elif line:
            lines.append(line)
    return lines[1:] or [""]


def parse_name_addr(value: str) -> NameAddr:
    """Read `"Bob" <sip:102@host:5060;x=y>;tag=1`, `Bob <sip:102@host>` or `sip:102@host;tag=1`."""
    display_name, rest = _display_name(value.strip())
    if rest.startswith("<"):
        uri = rest[1:].partition(">")[0]
    else:
        # Without brackets, parameters after ";" belong to the header, not to the URI (section 20).
        uri = rest.partition(";")[0]
    if uri[:4].lower() == "tel:":
        number = unquote(uri[4:].partition(";")[0], errors="replace")
        return NameAddr(display_name, printable(number), "")
    user, host = parse_sip_uri(uri)
    return NameAddr(display_name, user, host)


def tag_of(value: str) -> str:
    """The tag of a From or To header."""
    parameters = value.rpartition(">")[2] if "<" in value else value
    found = (part.partition("=") for part in parameters.split(";"))
    return next((tag.strip() for name, _, tag in found if name.strip().lower() == "tag"), "")


def _display_name(value: str) -> tuple[str, str]:
    if not value.startswith('"'):
        name, bracket, rest = value.partition("<")
        return (name.strip(), bracket + rest) if bracket else ("", value)
    characters: list[str] = []
    position = 1
    while position < len(value) and value[position] != '"':
        if value[position] == "\\":
            position += 1
        characters.append(value[position : position + 1])
        position += 1
    return "".join(characters), value[position + 1 :].lstrip()


def parse_sip_uri(uri: str) -> tuple[str, str]:
    """User (unescaped, no password) and host (lower case, no port); ("", "") for another scheme."""
    scheme, _, rest = uri.strip().partition(":")
    if scheme.lower() not in ("sip", "sips"):
        return "", ""
    address = rest.partition("?")[0]
    userinfo, at, hostport = address.rpartition("@")
    if not at:
        hostport = address
    user = unquote(userinfo.partition(":")[0].partition(";")[0], errors="replace")
    return printable(user), _host(hostport.partition(";")[0])


def _host(hostport: str) -> str:
    if hostport.startswith("["):
        return hostport[: hostport.find("]") + 1].lower()
    return hostport.partition(":")[0].lower()
