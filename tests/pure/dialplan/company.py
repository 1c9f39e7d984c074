"""A company in Berlin with two trunks, whose rules and people the tests of the dialplan change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from callmanager.domain.destination import Destination, DestinationKind
from callmanager.domain.incoming_call import IncomingCall
from callmanager.domain.number_policy import NumberPolicy
from callmanager.domain.outbound_rules import OutboundRoute, OutboundRule
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.schedule import Interval
from callmanager.domain.snapshot import ExtensionEntry, TenantSnapshot
from callmanager.domain.trunk_entry import TrunkEntry
from tests.cast import ACME, ACME_DOMAIN, ALICE, BOB, CAROL, DISABLED_DAVE

FIRST, SECOND = 1, 2
# Berlin: Monday 9:00 and 20:00.
MORNING, EVENING = (datetime(2026, 3, 2, hour, 0, tzinfo=UTC) for hour in (8, 19))
NINE_TO_FIVE = tuple(Interval(weekday, 9 * 60, 17 * 60) for weekday in range(5))
OUTSIDER = "+4917012345"

BERLIN = NumberPolicy("DE")
FIRST_TRUNK = TrunkEntry(
    FIRST,
    "First line",
    "sip.first.example",
    username="4930555",
    authorization_name="acct-1",
    did_pool="4930555**",
)
SECOND_TRUNK = TrunkEntry(SECOND, "Second line", "192.0.2.9", port=5080)
EVERYBODY = GroupEntry(
    1, "DEFAULT", frozenset({Right.CALL_EXTERNAL}), frozenset({ALICE, BOB, CAROL, DISABLED_DAVE})
)
ABROAD_AND_HOME = OutboundRule(1, "All numbers", routes=(OutboundRoute(FIRST), OutboundRoute(SECOND)))


def company(**changes: Any) -> TenantSnapshot:
    """Acme with trunks, where everybody may call outside."""
    fields: dict[str, Any] = {
        "groups": (EVERYBODY,),
        "trunks": (FIRST_TRUNK, SECOND_TRUNK),
        "outbound_rules": (ABROAD_AND_HOME,),
        "numbers": BERLIN,
        "office_intervals": NINE_TO_FIVE,
    }
    return replace(ACME, **(fields | changes))


def with_extension(snapshot: TenantSnapshot, whose: str, **changes: Any) -> TenantSnapshot:
    extensions: tuple[ExtensionEntry, ...] = tuple(
        replace(one, **changes) if one.number == whose else one for one in snapshot.extensions
    )
    return replace(snapshot, extensions=extensions)


def alice_dials(dialled: str, **changes: Any) -> IncomingCall:
    return replace(IncomingCall(ALICE, ACME_DOMAIN, dialled, ACME_DOMAIN), **changes)


def outsider_calls(did: str, caller: str = OUTSIDER, trunk_id: int = FIRST, **changes: Any) -> IncomingCall:
    return replace(IncomingCall(caller, ACME_DOMAIN, did, ACME_DOMAIN, trunk_id=trunk_id), **changes)


def to_extension(number: str) -> Destination:
    return Destination(DestinationKind.EXTENSION, number)


def to_outside(number: str) -> Destination:
    return Destination(DestinationKind.EXTERNAL_NUMBER, number)
