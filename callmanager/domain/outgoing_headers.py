"""Fills the INVITE to a provider: the trunk's rules, then what a client asked for, then what most providers want."""

from __future__ import annotations

from dataclasses import dataclass

from callmanager.domain.header_parameters import HeaderPart, HeaderRule, HeaderSource, OutgoingHeaders
from callmanager.domain.outbound_cli import NO_WISH, CliWish
from callmanager.domain.sip_text import is_host, name_addr, printable, sip_uri
from callmanager.domain.trunk_entry import TrunkEntry

ANONYMOUS, ANONYMOUS_HOST = "anonymous", "anonymous.invalid"
_SIP_PORT = 5060


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What rules can choose from. Empty: unknown for this call.

    `caller_number` is the calling extension, or the outside caller of a call that is passed on; `original_caller` the
    outside one only. `forwarding_number` is who passed it on, `forwarded_for` why (RFC 5806: user-busy, ...),
    `diversions` how often that had happened before.
    """

    called_number: str
    dialled_number: str
    sip_domain: str
    outbound_caller_id: str = ""
    emergency_caller_id: str = ""
    caller_number: str = ""
    caller_name: str = ""
    original_caller: str = ""
    did: str = ""
    forwarding_number: str = ""
    forwarded_for: str = "unconditional"
    diversions: int = 0
    is_private: bool = False
    is_emergency: bool = False


def fill_headers(trunk: TrunkEntry, facts: CallFacts, wish: CliWish = NO_WISH) -> OutgoingHeaders:
    """Rules with an empty value change nothing, except those that leave a part out on purpose."""
    values = _values(trunk, facts)
    parts = _default_parts(trunk, facts)
    custom: list[tuple[str, str]] = []
    for rule in trunk.outbound:
        value = printable(
            rule.constant if rule.source is HeaderSource.CONSTANT else values.get(rule.source, "")
        )
        if rule.part is HeaderPart.CUSTOM:
            if value:
                custom.append((rule.header_name, value))
        elif _may_set(rule, value):
            parts[rule.part] = value
    if not facts.is_emergency:
        _obey_wish(parts, wish)
        if facts.is_private:
            custom.append(_hide(parts, trunk))
    return _assemble(trunk, facts, parts, custom)


def trunk_address(trunk: TrunkEntry) -> str:
    """Without a port where the name servers say it (0)."""
    return trunk.host if trunk.port in (0, _SIP_PORT) else f"{trunk.host}:{trunk.port}"


def _values(trunk: TrunkEntry, facts: CallFacts) -> dict[HeaderSource, str]:
    return {
        HeaderSource.CALLED_NUMBER: facts.called_number,
        HeaderSource.DIALLED_NUMBER: facts.dialled_number,
        HeaderSource.OUTBOUND_CALLER_ID: facts.outbound_caller_id,
        HeaderSource.EMERGENCY_CALLER_ID: facts.emergency_caller_id,
        HeaderSource.CALLER_NUMBER: facts.caller_number,
        HeaderSource.CALLER_NAME: facts.caller_name,
        HeaderSource.ORIGINAL_CALLER: facts.original_caller,
        HeaderSource.DID: facts.did,
        HeaderSource.FORWARDING_NUMBER: facts.forwarding_number,
        HeaderSource.TRUNK_USERNAME: trunk.username,
        HeaderSource.TRUNK_AUTHORIZATION_NAME: trunk.authorization_name,
        HeaderSource.TRUNK_HOST: trunk.host,
        HeaderSource.SIP_DOMAIN: facts.sip_domain,
    }


def _default_parts(trunk: TrunkEntry, facts: CallFacts) -> dict[HeaderPart, str]:
    emergency = facts.emergency_caller_id if facts.is_emergency else ""
    caller = (
        emergency
        or facts.outbound_caller_id
        or facts.did
        or trunk.username
        or trunk.authorization_name
        or facts.caller_number
    )
    return {
        HeaderPart.REQUEST_USER: facts.called_number,
        HeaderPart.REQUEST_HOST: trunk_address(trunk),
        HeaderPart.FROM_USER: caller,
        HeaderPart.FROM_DISPLAY: facts.caller_name,
        HeaderPart.FROM_HOST: trunk.host,
        HeaderPart.TO_USER: facts.called_number,
        HeaderPart.TO_HOST: trunk.host,
        HeaderPart.DIVERSION_USER: facts.forwarding_number,
    }


_HOSTS = frozenset(part for part in HeaderPart if part.value.endswith("_host"))
# An INVITE without these is none.
_NEEDED = frozenset({HeaderPart.REQUEST_USER, HeaderPart.FROM_USER, HeaderPart.TO_USER})


def _may_set(rule: HeaderRule, value: str) -> bool:
    if rule.source is HeaderSource.EMPTY:
        return rule.part not in _NEEDED and rule.part not in _HOSTS
    return bool(value) and (rule.part not in _HOSTS or is_host(value))


def _obey_wish(parts: dict[HeaderPart, str], wish: CliWish) -> None:
    wanted = {
        HeaderPart.FROM_USER: wish.from_user,
        HeaderPart.PAI_USER: wish.pai_user,
        HeaderPart.RPID_USER: wish.rpid_user,
    }
    parts.update({part: value for part, value in wanted.items() if value})


def _hide(parts: dict[HeaderPart, str], trunk: TrunkEntry) -> tuple[str, str]:
    """The provider still learns who calls (RFC 3325 section 9.3); the person called does not (RFC 3323)."""
    parts.setdefault(HeaderPart.PAI_USER, parts[HeaderPart.FROM_USER])
    parts.setdefault(HeaderPart.PAI_HOST, trunk.host)
    parts[HeaderPart.FROM_USER], parts[HeaderPart.FROM_HOST] = ANONYMOUS, ANONYMOUS_HOST
    parts[HeaderPart.FROM_DISPLAY] = "Anonymous"
    return ("Privacy", "id")


def _assemble(
    trunk: TrunkEntry, facts: CallFacts, parts: dict[HeaderPart, str], custom: list[tuple[str, str]]
) -> OutgoingHeaders:
    others: list[tuple[str, str]] = []
    if user := parts.get(HeaderPart.PAI_USER):
        uri = sip_uri(user, parts.get(HeaderPart.PAI_HOST, trunk.host))
        others.append(("P-Asserted-Identity", name_addr(parts.get(HeaderPart.PAI_DISPLAY, ""), uri)))
    if user := parts.get(HeaderPart.RPID_USER):
        uri = sip_uri(user, parts.get(HeaderPart.RPID_HOST, trunk.host))
        identity = name_addr(parts.get(HeaderPart.RPID_DISPLAY, ""), uri)
        others.append(("Remote-Party-ID", f"{identity};party=calling;screen=yes"))
    if user := parts.get(HeaderPart.DIVERSION_USER):
        uri = sip_uri(user, parts.get(HeaderPart.DIVERSION_HOST, trunk.host))
        why = f"reason={facts.forwarded_for};counter={facts.diversions + 1}"
        others.append(("Diversion", f"{name_addr('', uri)};{why}"))
    return OutgoingHeaders(
        request_user=parts[HeaderPart.REQUEST_USER],
        request_host=parts[HeaderPart.REQUEST_HOST],
        from_user=parts[HeaderPart.FROM_USER],
        from_host=parts[HeaderPart.FROM_HOST],
        from_display=parts.get(HeaderPart.FROM_DISPLAY, ""),
        to_user=parts[HeaderPart.TO_USER],
        to_host=parts[HeaderPart.TO_HOST],
        to_display=parts.get(HeaderPart.TO_DISPLAY, ""),
        contact_user=parts.get(HeaderPart.CONTACT_USER, ""),
        others=(*others, *custom),
    )
