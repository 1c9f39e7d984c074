"""Who may pick up whose calls."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callmanager.domain.decisions import Decision, PickUp, Refuse, Takes
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.domain.rights import DEFAULT_GROUP, GroupEntry
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ACME, ACME_DOMAIN, ALICE, BOB, CAROL

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RINGING, HELD = Takes.RINGING, Takes.HELD
EVERYBODY = GroupEntry(1, DEFAULT_GROUP, members=frozenset({ALICE, BOB, CAROL}))
SALES = GroupEntry(2, "Sales", members=frozenset({ALICE, BOB}))
SUPPORT = GroupEntry(3, "Support", members=frozenset({CAROL}))


def acme(*groups: GroupEntry) -> TenantSnapshot:
    return replace(ACME, groups=groups)


TABLE: dict[str, tuple[tuple[GroupEntry, ...], str, Decision]] = {
    "ringing, or else held": ((EVERYBODY,), "**102", PickUp((BOB,), (RINGING, HELD))),
    "held alone": ((EVERYBODY,), "##102", PickUp((BOB,), (HELD,))),
    "one's own": ((SALES, SUPPORT), "##101", PickUp((ALICE,), (HELD,))),
    "of no group of mine": (
        (SALES, SUPPORT),
        "**103",
        Refuse(403, "You may only pick up calls of your groups"),
    ),
    "whom there is not": ((EVERYBODY,), "**199", Refuse(403, "You may only pick up calls of your groups")),
    "the group": ((EVERYBODY, SALES), "*8", PickUp((BOB,), (RINGING,))),
    "the company, where there is no other group": ((EVERYBODY,), "*8", PickUp((BOB, CAROL), (RINGING,))),
    "a group of one": (
        (replace(SUPPORT, members=frozenset({ALICE})),),
        "*8",
        Refuse(404, "Nobody else is in your groups"),
    ),
}


@pytest.mark.parametrize(("groups", "dialled", "expected"), TABLE.values(), ids=TABLE.keys())
def test_who_picks_up_what(groups: tuple[GroupEntry, ...], dialled: str, expected: Decision) -> None:
    call = IncomingCall(ALICE, ACME_DOMAIN, dialled, ACME_DOMAIN)
    assert decide(call, acme(*groups), NOW) == expected
