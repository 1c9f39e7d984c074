"""The dialplan as a table: the id of a row is its rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callmanager.domain.decisions import (
    CheckMessages,
    Decision,
    EchoTest,
    LeaveMessage,
    Refuse,
    RingExtension,
    ToneTest,
)
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.domain.mailbox import Mailbox
from callmanager.domain.snapshot import ExtensionEntry, TenantSnapshot
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ALICE,
    BOB,
    CAROL,
    DISABLED_DAVE,
    GLOBEX,
    GLOBEX_DOMAIN,
    MALLORY,
)

MONDAY_MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CLOSED_ACME = replace(ACME, is_enabled=False)


def from_alice(dialled: str, domain: str = ACME_DOMAIN) -> IncomingCall:
    return IncomingCall(ALICE, ACME_DOMAIN, dialled, domain)


def from_acme(caller: str, dialled: str = BOB) -> IncomingCall:
    return IncomingCall(caller, ACME_DOMAIN, dialled, ACME_DOMAIN)


TABLE = {
    "an extension is rung for as long as it says": (from_alice(BOB), RingExtension(BOB, "Bob", 20)),
    "an extension without a name is rung": (from_alice(CAROL), RingExtension(CAROL, "", 30)),
    "case of the domain does not matter": (
        from_alice(BOB, "Acme.EXAMPLE"),
        RingExtension(BOB, "Bob", 20),
    ),
    "*43 is the echo test": (from_alice("*43"), EchoTest()),
    "*44 is the tone test": (from_alice("*44"), ToneTest(440)),
    "another star code is an unknown number": (from_alice("*99"), Refuse(404, "No such extension")),
    "an unknown number is not found": (from_alice("999"), Refuse(404, "No such extension")),
    "a number is matched as a whole": (from_alice("10"), Refuse(404, "No such extension")),
    "a name is no number": (from_alice("bob"), Refuse(404, "No such extension")),
    "no number is incomplete": (from_alice(""), Refuse(484, "No number dialled")),
    "a disabled extension is unavailable": (
        from_alice(DISABLED_DAVE),
        Refuse(480, "Extension disabled"),
    ),
    "one's own number is busy": (from_alice(ALICE), Refuse(486, "Caller dialled their own number")),
    "another tenant's domain is refused": (
        from_alice(MALLORY, GLOBEX_DOMAIN),
        Refuse(403, "Calls to other domains are not allowed"),
    ),
    "a star code of another domain is refused": (
        from_alice("*43", GLOBEX_DOMAIN),
        Refuse(403, "Calls to other domains are not allowed"),
    ),
    "an empty domain is refused": (
        from_alice(BOB, ""),
        Refuse(403, "Calls to other domains are not allowed"),
    ),
    "a disabled caller may not call": (from_acme(DISABLED_DAVE), Refuse(403, "Caller may not call")),
    "a disabled caller gets no echo either": (
        from_acme(DISABLED_DAVE, "*43"),
        Refuse(403, "Caller may not call"),
    ),
    "a number outside needs the right to call there": (
        from_alice("+4930123456"),
        Refuse(403, "External calls are not allowed for this extension"),
    ),
    "so does an international one": (
        from_alice("00441"),
        Refuse(403, "External calls are not allowed for this extension"),
    ),
    "so does a long one": (
        from_alice("5550100"),
        Refuse(403, "External calls are not allowed for this extension"),
    ),
    "one group of several is enough for the right": (
        from_acme(BOB, "+4930123456"),
        Refuse(404, "No way to call this number"),
    ),
    "a short unknown number is somebody of the company's": (
        from_acme(BOB, "999999"),
        Refuse(404, "No such extension"),
    ),
    "an unknown caller may not call": (from_acme("555"), Refuse(403, "Caller may not call")),
    "a caller of another tenant with a known number may not call": (
        IncomingCall(MALLORY, GLOBEX_DOMAIN, BOB, ACME_DOMAIN),
        Refuse(403, "Caller is not of this tenant"),
    ),
}


@pytest.mark.parametrize(("call", "expected"), TABLE.values(), ids=TABLE.keys())
def test_decide(call: IncomingCall, expected: Decision) -> None:
    assert decide(call, ACME, MONDAY_MORNING) == expected


@pytest.mark.parametrize("dialled", [BOB, "*43", "999", ""])
def test_nothing_goes_in_a_disabled_tenant(dialled: str) -> None:
    assert decide(from_alice(dialled), CLOSED_ACME, MONDAY_MORNING) == Refuse(403, "Tenant disabled")


@pytest.mark.parametrize("snapshot", [ACME, GLOBEX], ids=["acme", "globex"])
def test_the_same_number_never_crosses_tenants(snapshot: TenantSnapshot) -> None:
    other = GLOBEX_DOMAIN if snapshot is ACME else ACME_DOMAIN
    call = IncomingCall("101", snapshot.sip_domain, "102", other)
    assert isinstance(decide(call, snapshot, MONDAY_MORNING), Refuse)


def with_mailbox(*numbers: str) -> TenantSnapshot:
    extensions = [replace(one, mailbox=Mailbox()) if one.number == ALICE else one for one in ACME.extensions]
    return replace(ACME, extensions=(*extensions, *(ExtensionEntry(number, "") for number in numbers)))


@pytest.mark.parametrize(
    ("snapshot", "dialled", "expected"),
    [
        (with_mailbox(), "999", CheckMessages(ALICE, Mailbox())),
        (with_mailbox(), "*97", CheckMessages(ALICE, Mailbox())),
        (with_mailbox("999"), "999", RingExtension("999", "", 30)),
        (with_mailbox("999"), "*97", CheckMessages(ALICE, Mailbox())),
        (ACME, "999", Refuse(404, "No such extension")),
        (ACME, "*97", Refuse(404, "No such extension")),
    ],
)
def test_messages_are_heard_by_who_has_a_mailbox(
    snapshot: TenantSnapshot, dialled: str, expected: Decision
) -> None:
    assert decide(from_alice(dialled), snapshot, MONDAY_MORNING) == expected


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("*55101", "leave"),
        ("*55102", Refuse(480, "There is no mailbox to leave a message in")),
        ("*55777", Refuse(480, "There is no mailbox to leave a message in")),
    ],
    ids=["a mailbox, even one's own", "an extension without one", "nobody"],
)
def test_a_message_is_left_without_ringing(dialled: str, expected: object) -> None:
    decision = decide(from_alice(dialled), with_mailbox(), MONDAY_MORNING)
    assert (decision == expected) or (expected == "leave" and isinstance(decision, LeaveMessage))
