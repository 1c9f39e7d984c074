"""What a provider's INVITE says of its caller, unread (manual 5.6): bounded, since a provider may send anything."""

from __future__ import annotations

from collections.abc import Iterator

from callmanager.domain.header_parameters import ProviderCaller, ProviderField
from sipworker.pjsip.sip_message import NameAddr, SipMessage, parse_name_addr

MAX_VALUE = 256
MAX_OTHERS = 32
MAX_HOPS = 50
# Names of headers that say nothing of a caller, or that only the edge may write.
_NOT_OF_CALLERS = frozenset(
    {
        "via",
        "route",
        "record-route",
        "call-id",
        "cseq",
        "max-forwards",
        "content-length",
        "content-type",
        "allow",
        "supported",
        "require",
        "authorization",
        "proxy-authorization",
        "session-expires",
        "min-se",
    }
)
_FIELDS = (
    ("from", ProviderField.FROM_USER, ProviderField.FROM_DISPLAY),
    ("p-asserted-identity", ProviderField.PAI_USER, ProviderField.PAI_DISPLAY),
    ("p-preferred-identity", ProviderField.PPI_USER, ProviderField.PPI_DISPLAY),
    ("remote-party-id", ProviderField.RPID_USER, ProviderField.RPID_DISPLAY),
    ("contact", ProviderField.CONTACT_USER, None),
)
_PUBLIC = frozenset({"", "none"})


def read_provider_caller(message: SipMessage) -> ProviderCaller:
    parts: dict[ProviderField, str] = {}
    for name, user_field, display_field in _FIELDS:
        # A display name may stand in one identity and the number in another (RFC 3325: one sip, one tel).
        for identity in _identities(message, name):
            if identity.user:
                parts.setdefault(user_field, identity.user)
            if display_field is not None and identity.display_name:
                parts.setdefault(display_field, identity.display_name)
    return ProviderCaller(
        parts={field: value[:MAX_VALUE] for field, value in parts.items()},
        others=_others(message),
        is_private=_is_private(message),
        diversions=_diversions(message),
    )


def _identities(message: SipMessage, name: str) -> Iterator[NameAddr]:
    for value in message.headers.get(name, ())[:MAX_HOPS]:
        for part in split_list(value):
            yield parse_name_addr(part)


def _others(message: SipMessage) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, values in message.headers.items():
        if name in _NOT_OF_CALLERS or name.startswith("x-pbx-"):
            continue
        if len(found) == MAX_OTHERS:
            break
        user = parse_name_addr(values[0]).user
        found[name[:MAX_VALUE]] = (user or values[0])[:MAX_VALUE]
    return found


def _is_private(message: SipMessage) -> bool:
    """RFC 3323, the older way of Remote-Party-ID, and a From that says nobody."""
    wishes = {
        wish.strip().lower() for value in message.headers.get("privacy", ()) for wish in value.split(";")
    }
    if wishes - _PUBLIC:
        return True
    if "privacy=full" in message.first("Remote-Party-ID").lower():
        return True
    return parse_name_addr(message.first("From")).host == "anonymous.invalid"


def _diversions(message: SipMessage) -> int:
    """RFC 5806: an entry for each. RFC 7044: the first entry of History-Info is who was called at first."""
    diversions = sum(len(split_list(value)) for value in message.headers.get("diversion", ())[:MAX_HOPS])
    history = sum(len(split_list(value)) for value in message.headers.get("history-info", ())[:MAX_HOPS])
    return min(MAX_HOPS, max(diversions, history - 1, 0))


def split_list(value: str) -> list[str]:
    """The members of a header's comma-separated list; commas in quotes and angle brackets separate nothing."""
    members, start, is_quoted, depth = [], 0, False, 0
    is_escaped = False
    for position, character in enumerate(value):
        if is_escaped:
            is_escaped = False
        elif is_quoted:
            is_escaped = character == "\\"
            is_quoted = character != '"'
        elif character == '"':
            is_quoted = True
        elif character in "<>":
            depth += 1 if character == "<" else -1
        elif character == "," and depth <= 0:
            members.append(value[start:position])
            start = position + 1
    return [member.strip() for member in (*members, value[start:]) if member.strip()]
