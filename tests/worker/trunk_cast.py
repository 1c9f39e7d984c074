"""Acme with three trunks: Alice calls outside, Bob has a number of his own and sends calls on."""

from __future__ import annotations

from callmanager.domain.forwarding import ForwardHours, ForwardRule, ForwardStatus, ForwardWhen
from callmanager.domain.header_parameters import ProviderCaller, ProviderField
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule
from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.trunk_entry import TrunkEntry
from sipworker.call.signals import InviteReceived
from tests.cast import ACME_DOMAIN, ACME_ID, BOB, CAROL
from tests.pure.dialplan.company import (
    EVERYBODY,
    FIRST,
    FIRST_TRUNK,
    SECOND,
    SECOND_TRUNK,
    company,
    to_extension,
    to_outside,
    with_extension,
)

THIRD = 3
THIRD_TRUNK = TrunkEntry(THIRD, "Third line", "sip.third.example", codecs=("PCMU", "PCMA"))
NUMBER, BOBS_MOBILE_NUMBER = "03012345678", "017098765432"
BOBS_DID = "493055502"
CALLER = "+33199005500"
__all__ = ["EVERYBODY", "FIRST", "SECOND"]


def always_the_same(when: ForwardWhen, destination: str, status: ForwardStatus) -> tuple[ForwardRule, ...]:
    """In and outside of office hours. A long number is one outside."""
    target = to_extension(destination) if len(destination) == 3 else to_outside(destination)
    return tuple(ForwardRule(status, hours, when, target) for hours in ForwardHours)


def available(when: ForwardWhen, destination: str) -> tuple[ForwardRule, ...]:
    return always_the_same(when, destination, ForwardStatus.AVAILABLE)


def offline(destination: str) -> tuple[ForwardRule, ...]:
    return always_the_same(ForwardWhen.ALWAYS, destination, ForwardStatus.OFFLINE)


OVER_ALL_TRUNKS = OutboundRule(
    1,
    "All numbers",
    routes=(OutboundRoute(FIRST), OutboundRoute(SECOND), OutboundRoute(THIRD)),
)
ACME_TRUNKS = with_extension(
    company(trunks=(FIRST_TRUNK, SECOND_TRUNK, THIRD_TRUNK), outbound_rules=(OVER_ALL_TRUNKS,)),
    BOB,
    did=BOBS_DID,
)
ACME_OUTSIDE: TenantSnapshot = with_extension(
    with_extension(
        ACME_TRUNKS,
        BOB,
        forwards=(*available(ForwardWhen.BUSY, BOBS_MOBILE_NUMBER), *available(ForwardWhen.NO_ANSWER, CAROL)),
    ),
    CAROL,
    forwards=(*available(ForwardWhen.NO_ANSWER, BOB), *offline(BOBS_MOBILE_NUMBER)),
)


def provider_calls(
    did: str,
    leg: str = "provider",
    caller: str = CALLER,
    name: str = "Père Noël",
    trunk_id: int = FIRST,
    *,
    is_private: bool = False,
    is_srtp_offered: bool = False,
) -> InviteReceived:
    """An INVITE of the first trunk as the SIP adapter reports it."""
    parts = {ProviderField.FROM_USER: caller, ProviderField.FROM_DISPLAY: name}
    return InviteReceived(
        leg=leg,
        sip_call_id=f"{leg}@192.0.2.99",
        tenant_id=ACME_ID,
        caller="",
        caller_domain=ACME_DOMAIN,
        caller_display_name="",
        dialled=did,
        dialled_domain=ACME_DOMAIN,
        source="udp:192.0.2.99:5060",
        user_agent="",
        codecs=("PCMA", "PCMU"),
        trunk_id=trunk_id,
        provider_caller=ProviderCaller(parts=parts, is_private=is_private),
        is_srtp_offered=is_srtp_offered,
    )
