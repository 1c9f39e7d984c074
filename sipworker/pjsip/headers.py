"""The contract with the edge (docs/interfaces.md section 2): what its INVITE says and what ours must say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from callmanager.domain.sip_text import name_addr, printable, quoted, sip_uri
from sipworker.call.actions import DialLeg, DialTrunk, RingCaller
from sipworker.call.signals import InviteReceived, LegId
from sipworker.pjsip.provider_caller import read_provider_caller
from sipworker.pjsip.sdp import offered_codecs, offers_srtp
from sipworker.pjsip.sip_message import SipMessage, parse_name_addr, parse_sip_uri

# RFC 3261 section 25.1: token.
_HEADER_NAME = re.compile(r"[A-Za-z0-9.!%*_+`'~-]{1,64}")
# What no rule of an administrator may add: the SIP stack and the edge write these.
_OF_THE_STACK = (
    *("x-pbx-", "via", "route", "record-route", "from", "to", "call-id", "cseq", "contact", "max-forwards"),
    *(
        "content-",
        "authorization",
        "proxy-auth",
        "session-expires",
        "min-se",
        "require",
        "supported",
        "allow",
    ),
)
# RFC 5373 first.
AUTO_ANSWER = (
    ("Answer-Mode", "Auto"),
    ("Call-Info", "<sip:pbx.invalid>;answer-after=0"),
    ("Alert-Info", "<http://pbx.invalid>;info=alert-autoanswer;delay=0"),
)
# A bigint of the database.
MAX_ID_DIGITS = 18
MAX_CLI_HEADERS = 10


@dataclass(frozen=True, slots=True)
class TrunkAddresses:
    """Values of the headers of an INVITE to a provider that the SIP stack writes itself."""

    request_uri: str
    from_: str
    to: str
    contact: str


class ContractBrokenError(ValueError):
    """An INVITE from the edge lacks what the edge must add; the message says what."""


def read_invite(leg: LegId, message: SipMessage) -> InviteReceived:
    """Translate an INVITE of the edge; ContractBrokenError if it does not say whose call this is."""
    match message.first("X-PBX-Kind"):
        case "ext":
            return _of_extension(leg, message)
        case "trunk":
            return _of_provider(leg, message)
        case _:
            raise ContractBrokenError("X-PBX-Kind")


def _of_extension(leg: LegId, message: SipMessage) -> InviteReceived:
    caller, domain = message.first("X-PBX-User"), message.first("X-PBX-Domain")
    if not caller or not domain:
        raise ContractBrokenError("X-PBX-User and X-PBX-Domain")
    dialled, dialled_domain = parse_sip_uri(message.request_uri)
    return InviteReceived(
        leg=leg,
        sip_call_id=message.first("Call-ID"),
        tenant_id=_whole_number(message, "X-PBX-Tenant"),
        caller=caller,
        caller_domain=domain.lower(),
        caller_display_name=parse_name_addr(message.first("From")).display_name,
        dialled=dialled,
        dialled_domain=dialled_domain,
        source=message.first("X-PBX-Src"),
        user_agent=message.first("User-Agent"),
        codecs=offered_codecs(message.body),
        outbound_cli=message.headers.get("x-outbound-cli", ())[:MAX_CLI_HEADERS],
    )


def _of_provider(leg: LegId, message: SipMessage) -> InviteReceived:
    did, domain = message.first("X-PBX-Did"), message.first("X-PBX-Domain").lower()
    if not did or not domain:
        raise ContractBrokenError("X-PBX-Did and X-PBX-Domain")
    return InviteReceived(
        leg=leg,
        sip_call_id=message.first("Call-ID"),
        tenant_id=_whole_number(message, "X-PBX-Tenant"),
        caller="",
        caller_domain=domain,
        caller_display_name="",
        dialled=did,
        dialled_domain=domain,
        source=message.first("X-PBX-Src"),
        user_agent=message.first("User-Agent"),
        codecs=offered_codecs(message.body),
        trunk_id=_whole_number(message, "X-PBX-Trunk"),
        provider_caller=read_provider_caller(message),
        is_srtp_offered=offers_srtp(message.body),
    )


def _whole_number(message: SipMessage, name: str) -> int:
    text = message.first(name)
    if not (text.isascii() and text.isdigit() and len(text) <= MAX_ID_DIGITS and int(text)):
        raise ContractBrokenError(name)
    return int(text)


def dial_headers(action: DialLeg) -> dict[str, str]:
    """What the edge must know to ring the right registration."""
    headers = {"X-PBX-Dest": "ext", "X-PBX-Tenant": str(action.tenant_id)}
    if action.ruid:
        headers["X-PBX-Ruid"] = printable(action.ruid)
    return headers


def caller_headers(action: RingCaller) -> tuple[tuple[str, str], ...]:
    """As of any call to an extension; and each maker of telephones has a header of its own for going off the hook."""
    headers = (("X-PBX-Dest", "ext"), ("X-PBX-Tenant", str(action.tenant_id)))
    return (*headers, *AUTO_ANSWER) if action.is_auto_answered else headers


def trunk_headers(action: DialTrunk) -> tuple[tuple[str, str], ...]:
    """What the edge must know to find the provider, and what the provider is told beside From and To."""
    others = (
        (name, printable(value))
        for name, value in action.headers.others
        if _HEADER_NAME.fullmatch(name) and not name.lower().startswith(_OF_THE_STACK)
    )
    return (
        *others,
        ("X-PBX-Dest", "trunk"),
        ("X-PBX-Trunk", str(action.trunk.trunk_id)),
        ("X-PBX-Tenant", str(action.tenant_id)),
    )


def trunk_addresses(action: DialTrunk, worker: str) -> TrunkAddresses:
    """`worker` is where requests within the dialog find us: behind the edge, which is in the route."""
    headers = action.headers
    to = name_addr(headers.to_display, sip_uri(headers.to_user, headers.to_host))
    return TrunkAddresses(
        request_uri=sip_uri(headers.request_user, headers.request_host),
        from_=name_addr(headers.from_display, sip_uri(headers.from_user, headers.from_host)),
        to=to,
        contact=f"<{sip_uri(headers.contact_user or headers.from_user, worker)}>",
    )


def dial_uri(action: DialLeg) -> str:
    return sip_uri(action.number, action.sip_domain)


def caller_identity(action: DialLeg) -> str:
    """The From header of our INVITE."""
    uri = sip_uri(action.caller, action.caller_domain or action.sip_domain)
    return name_addr(action.caller_display_name, uri)


def reason_header(protocol: str, cause: int, text: str) -> str:
    """RFC 3326, e.g. `SIP;cause=200;text="Call completed elsewhere"`."""
    return f'{protocol};cause={cause};text="{quoted(text)}"'
