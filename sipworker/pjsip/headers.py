"""The contract with the edge (docs/interfaces.md section 2): what its INVITE says and what ours must say."""

from __future__ import annotations

from urllib.parse import quote

from sipworker.call.actions import DialLeg
from sipworker.call.signals import InviteReceived, LegId
from sipworker.pjsip.sdp import offered_codecs
from sipworker.pjsip.sip_message import SipMessage, parse_name_addr, parse_sip_uri, printable

# RFC 3261 section 25.1: what may stand in the user part beside letters and digits.
USER_UNRESERVED = "-_.!~*'()&=+$,;?/"


class ContractBrokenError(ValueError):
    """An INVITE from the edge lacks what the edge must add; the message says what."""


def read_invite(leg: LegId, message: SipMessage) -> InviteReceived:
    """Translate an INVITE of the edge; ContractBrokenError if it does not say whose call this is."""
    if message.first("X-PBX-Kind") != "ext":
        raise ContractBrokenError("X-PBX-Kind")
    tenant = message.first("X-PBX-Tenant")
    if not (tenant.isascii() and tenant.isdigit()):
        raise ContractBrokenError("X-PBX-Tenant")
    caller, caller_domain = message.first("X-PBX-User"), message.first("X-PBX-Domain")
    if not caller or not caller_domain:
        raise ContractBrokenError("X-PBX-User and X-PBX-Domain")
    dialled, dialled_domain = parse_sip_uri(message.request_uri)
    return InviteReceived(
        leg=leg,
        sip_call_id=message.first("Call-ID"),
        tenant_id=int(tenant),
        caller=caller,
        caller_domain=caller_domain.lower(),
        caller_display_name=parse_name_addr(message.first("From")).display_name,
        dialled=dialled,
        dialled_domain=dialled_domain,
        source=message.first("X-PBX-Src"),
        user_agent=message.first("User-Agent"),
        codecs=offered_codecs(message.body),
    )


def dial_headers(action: DialLeg) -> dict[str, str]:
    """What the edge must know to ring the right registration."""
    headers = {"X-PBX-Dest": "ext", "X-PBX-Tenant": str(action.tenant_id)}
    if action.ruid:
        headers["X-PBX-Ruid"] = printable(action.ruid)
    return headers


def dial_uri(action: DialLeg) -> str:
    return sip_uri(action.number, action.sip_domain)


def caller_identity(action: DialLeg) -> str:
    """The From header of our INVITE."""
    uri = sip_uri(action.caller, action.sip_domain)
    if not action.caller_display_name:
        return f"<{uri}>"
    return f'"{_quoted(action.caller_display_name)}" <{uri}>'


def sip_uri(user: str, host: str) -> str:
    return f"sip:{quote(user, safe=USER_UNRESERVED)}@{printable(host)}"


def reason_header(protocol: str, cause: int, text: str) -> str:
    """RFC 3326, e.g. `SIP;cause=200;text="Call completed elsewhere"`."""
    return f'{protocol};cause={cause};text="{_quoted(text)}"'


def _quoted(text: str) -> str:
    return printable(text).replace("\\", "\\\\").replace('"', '\\"')
