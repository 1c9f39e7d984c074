"""What a telephone names in REFER (RFC 3515): a number, or (RFC 3891) a dialog that is to be replaced.

The address may carry headers for the INVITE that it asks for. The stack would send them, past everything that the edge
removes from what comes from outside: so whatever is not Replaces is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from sipworker.pjsip.sip_message import parse_name_addr

LONGEST = 1024
BAD_REQUEST, UNSUPPORTED_SCHEME = 400, 416
_KNOWN = frozenset({"replaces", "require"})


class ReferError(ValueError):
    """The address can't be called; `sip_code` is the answer to the REFER."""

    def __init__(self, sip_code: int) -> None:
        super().__init__(f"Refer-To is answered with {sip_code}")
        self.sip_code = sip_code


@dataclass(frozen=True, slots=True)
class Replaces:
    """A dialog as whoever takes the INVITE knows it: `to_tag` is its own."""

    call_id: str
    to_tag: str
    from_tag: str


@dataclass(frozen=True, slots=True)
class ReferTo:
    user: str
    host: str
    replaces: Replaces | None = None


def read_refer_to(value: str) -> ReferTo:
    if len(value) > LONGEST or not value.isprintable() or not value.isascii():
        raise ReferError(BAD_REQUEST)
    address = value.partition("<")[2].partition(">")[0] if "<" in value else value.strip()
    uri, _, headers = address.partition("?")
    if uri[:4].lower() not in ("sip:", "tel:") and uri[:5].lower() != "sips:":
        raise ReferError(UNSUPPORTED_SCHEME)
    party = parse_name_addr(f"<{uri}>")
    if not party.user:
        raise ReferError(BAD_REQUEST)
    return ReferTo(party.user, party.host, _replaces(headers))


def read_replaces(value: str) -> Replaces:
    """`call-id;to-tag=x;from-tag=y`, with or without early-only."""
    call_id, *parameters = (part.strip() for part in value.split(";"))
    tags = dict(part.partition("=")[::2] for part in parameters)
    if not call_id or not tags.get("to-tag") or not tags.get("from-tag"):
        raise ReferError(BAD_REQUEST)
    return Replaces(call_id, tags["to-tag"], tags["from-tag"])


def _replaces(headers: str) -> Replaces | None:
    found: list[str] = []
    for header in headers.split("&") if headers else ():
        name, _, value = header.partition("=")
        if unquote(name).strip().lower() not in _KNOWN:
            raise ReferError(BAD_REQUEST)
        if unquote(name).strip().lower() == "replaces":
            found.append(unquote(value))
        elif unquote(value).strip().lower() != "replaces":
            raise ReferError(BAD_REQUEST)
    if len(found) > 1:
        raise ReferError(BAD_REQUEST)
    return read_replaces(found[0]) if found else None
