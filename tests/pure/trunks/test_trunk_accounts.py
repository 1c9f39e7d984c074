"""Which registrations change when trunks do: nobody else's is disturbed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.trunk_accounts import (
    AccountChanges,
    TrunkAccount,
    TrunkState,
    account_changes,
    account_user,
    registration_state,
)

pytestmark = pytest.mark.pure

ONE = TrunkAccount("trk-1-aa", "100", "p.example", "acct", "secret", "sip:192.0.2.7:5060", 600)
TWO = replace(ONE, user="trk-2-bb", domain="q.example")
MOVED = replace(ONE, proxy="sip:192.0.2.8:5060")


@pytest.mark.parametrize(
    ("wanted", "present", "removed", "added"),
    [
        ([], [], (), ()),
        ([ONE, TWO], [ONE, TWO], (), ()),
        ([ONE, TWO], [ONE], (), (TWO,)),
        ([ONE], [ONE, TWO], (TWO.user,), ()),
        ([MOVED, TWO], [ONE, TWO], (ONE.user,), (MOVED,)),
        ([], [ONE], (ONE.user,), ()),
    ],
)
def test_only_what_differs_changes(
    wanted: list[TrunkAccount],
    present: list[TrunkAccount],
    removed: tuple[str, ...],
    added: tuple[TrunkAccount, ...],
) -> None:
    changes = account_changes(wanted, {account.user: account for account in present})
    assert changes == AccountChanges(removed, added)


@pytest.mark.parametrize(
    ("flags", "state"),
    [
        (20, TrunkState.REGISTERED),
        (18, TrunkState.REGISTERING),
        (16, TrunkState.FAILED),
        (0, TrunkState.FAILED),
        (17, TrunkState.DISABLED),
    ],
)
def test_the_edges_flags_say_whether_we_are_registered(flags: int, state: TrunkState) -> None:
    assert registration_state(flags) is state


def test_an_account_has_another_name_after_every_change() -> None:
    name = account_user(7, "token", "100", "p.example", "secret", 600)
    assert name.startswith("trk-7-")
    assert name == account_user(7, "token", "100", "p.example", "secret", 600)
    assert name != account_user(7, "other", "100", "p.example", "secret", 600)
    assert name != account_user(7, "token", "100", "p.example", "secret2", 600)
