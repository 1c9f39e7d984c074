"""Who appears in the tests. Acme: Alice 101, Bob 102. Globex: Mallory, also 101, who must not reach Acme."""

from __future__ import annotations

from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.snapshot import ExtensionEntry, TenantSnapshot
from sipworker.call.signals import Contact, InviteReceived

ALICE, BOB, CAROL, DISABLED_DAVE, MALLORY = "101", "102", "103", "104", "101"
ACME_ID, GLOBEX_ID = 1, 2
ACME_DOMAIN, GLOBEX_DOMAIN = "acme.example", "globex.example"

ACME = TenantSnapshot(
    tenant_id=ACME_ID,
    tenant_name="acme",
    sip_domain=ACME_DOMAIN,
    is_enabled=True,
    config_rev=7,
    time_zone="Europe/Berlin",
    extensions=(
        ExtensionEntry(ALICE, "Alice"),
        ExtensionEntry(BOB, "Bob", ring_timeout_s=20),
        ExtensionEntry(CAROL, ""),
        ExtensionEntry(DISABLED_DAVE, "Dave", is_enabled=False),
    ),
    groups=(
        GroupEntry(1, "DEFAULT", frozenset({Right.PAGE}), frozenset({ALICE, BOB, CAROL, DISABLED_DAVE})),
        GroupEntry(2, "Sales", frozenset({Right.CALL_EXTERNAL}), frozenset({BOB})),
    ),
)
GLOBEX = TenantSnapshot(
    tenant_id=GLOBEX_ID,
    tenant_name="globex",
    sip_domain=GLOBEX_DOMAIN,
    is_enabled=True,
    config_rev=3,
    time_zone="America/New_York",
    extensions=(ExtensionEntry(MALLORY, "Mallory"),),
)

BOBS_DESK = Contact("uloc-desk", "sip:102@192.0.2.2:5060", "Desk phone")
BOBS_MOBILE = Contact("uloc-mobile", "sip:102@198.51.100.9:40000;transport=tcp", "Softphone")


def alice_calls(dialled: str, leg: str = "alice", dialled_domain: str = ACME_DOMAIN) -> InviteReceived:
    """Alice's INVITE as the SIP adapter reports it."""
    return InviteReceived(
        leg=leg,
        sip_call_id=f"{leg}@192.0.2.1",
        tenant_id=ACME_ID,
        caller=ALICE,
        caller_domain=ACME_DOMAIN,
        caller_display_name="whatever the phone says",
        dialled=dialled,
        dialled_domain=dialled_domain,
        source="udp:192.0.2.1:5060",
        user_agent="Alice's phone",
        codecs=("G722", "PCMA"),
    )


def mallory_calls(dialled: str, dialled_domain: str, leg: str = "mallory") -> InviteReceived:
    """Globex's 101, who has the same number as Alice."""
    return InviteReceived(
        leg=leg,
        sip_call_id=f"{leg}@203.0.113.1",
        tenant_id=GLOBEX_ID,
        caller=MALLORY,
        caller_domain=GLOBEX_DOMAIN,
        caller_display_name="",
        dialled=dialled,
        dialled_domain=dialled_domain,
        source="udp:203.0.113.1:5060",
        user_agent="",
    )
