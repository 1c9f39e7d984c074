"""What a trunk's INVITE says of caller and called number, and where a provider's INVITE says it (manual 5.6).

The administrator changes single parts by rules; every part without a rule is filled as most providers want it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class HeaderPart(StrEnum):
    """A part of the INVITE that we send. `custom` is a whole header, whose name the rule gives."""

    REQUEST_USER = "request_user"
    REQUEST_HOST = "request_host"
    FROM_USER = "from_user"
    FROM_DISPLAY = "from_display"
    FROM_HOST = "from_host"
    TO_USER = "to_user"
    TO_DISPLAY = "to_display"
    TO_HOST = "to_host"
    CONTACT_USER = "contact_user"
    PAI_USER = "pai_user"
    PAI_DISPLAY = "pai_display"
    PAI_HOST = "pai_host"
    RPID_USER = "rpid_user"
    RPID_DISPLAY = "rpid_display"
    RPID_HOST = "rpid_host"
    DIVERSION_USER = "diversion_user"
    DIVERSION_HOST = "diversion_host"
    CUSTOM = "custom"


class HeaderSource(StrEnum):
    """What a part is filled with. `empty` leaves it out, `constant` is the rule's own text."""

    CALLED_NUMBER = "called_number"
    DIALLED_NUMBER = "dialled_number"
    OUTBOUND_CALLER_ID = "outbound_caller_id"
    EMERGENCY_CALLER_ID = "emergency_caller_id"
    CALLER_NUMBER = "caller_number"
    CALLER_NAME = "caller_name"
    ORIGINAL_CALLER = "original_caller"
    DID = "did"
    FORWARDING_NUMBER = "forwarding_number"
    TRUNK_USERNAME = "trunk_username"
    TRUNK_AUTHORIZATION_NAME = "trunk_authorization_name"
    TRUNK_HOST = "trunk_host"
    SIP_DOMAIN = "sip_domain"
    CONSTANT = "constant"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class HeaderRule:
    """`header_name` is for `custom` alone, `constant` for the source of that name."""

    part: HeaderPart
    source: HeaderSource
    constant: str = ""
    header_name: str = ""


class CallerPart(StrEnum):
    """What a provider's INVITE can tell us of its caller."""

    NUMBER = "number"
    NAME = "name"


class ProviderField(StrEnum):
    """Where it may stand. `custom` is a header whose name the mapping gives; its user part, or the text itself."""

    FROM_USER = "from_user"
    FROM_DISPLAY = "from_display"
    PAI_USER = "pai_user"
    PAI_DISPLAY = "pai_display"
    PPI_USER = "ppi_user"
    PPI_DISPLAY = "ppi_display"
    RPID_USER = "rpid_user"
    RPID_DISPLAY = "rpid_display"
    CONTACT_USER = "contact_user"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class CallerMapping:
    """Several for one part are tried in order; the first that is there counts."""

    part: CallerPart
    field: ProviderField
    header_name: str = ""


@dataclass(frozen=True, slots=True)
class ProviderCaller:
    """What a provider's INVITE says of its caller, unread. Header names in `others` are lower case.

    `diversions` counts how often the call was forwarded before it came to us (Diversion or History-Info).
    """

    parts: Mapping[ProviderField, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    is_private: bool = False
    diversions: int = 0


@dataclass(frozen=True, slots=True)
class CallerIdentity:
    """Who calls, as routing and phones see it."""

    number: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingHeaders:
    """Parts of one INVITE to a provider. `others` are whole headers in order, ready to be sent."""

    request_user: str
    request_host: str
    from_user: str
    from_host: str
    from_display: str = ""
    to_user: str = ""
    to_host: str = ""
    to_display: str = ""
    contact_user: str = ""
    others: tuple[tuple[str, str], ...] = ()


_DEFAULT_MAPPINGS = (
    CallerMapping(CallerPart.NUMBER, ProviderField.PAI_USER),
    CallerMapping(CallerPart.NUMBER, ProviderField.FROM_USER),
    CallerMapping(CallerPart.NAME, ProviderField.PAI_DISPLAY),
    CallerMapping(CallerPart.NAME, ProviderField.FROM_DISPLAY),
)


def caller_identity(caller: ProviderCaller, mappings: Iterable[CallerMapping]) -> CallerIdentity:
    """By the trunk's mappings, then by the usual places."""
    order = (*mappings, *_DEFAULT_MAPPINGS)
    return CallerIdentity(_first(caller, order, CallerPart.NUMBER), _first(caller, order, CallerPart.NAME))


def _first(caller: ProviderCaller, order: Iterable[CallerMapping], part: CallerPart) -> str:
    for mapping in order:
        if mapping.part is not part:
            continue
        if mapping.field is ProviderField.CUSTOM:
            value = caller.others.get(mapping.header_name.lower(), "")
        else:
            value = caller.parts.get(mapping.field, "")
        if value:
            return value
    return ""
