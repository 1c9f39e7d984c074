"""Who may monitor whom, and what is dialled for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from callmanager.domain.call_simulation import EndKind, Simulated, simulate
from callmanager.domain.decisions import Decision, Monitor, MonitorMode, Refuse
from callmanager.domain.dial_codes import DialCodes, profile_codes
from callmanager.domain.dial_features import DialProfile
from callmanager.domain.dialplan import IncomingCall, decide
from callmanager.domain.rights import GroupEntry, MonitorScope
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ACME, ACME_DOMAIN, ALICE, BOB, CAROL, GLOBEX, GLOBEX_DOMAIN, MALLORY

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ON = profile_codes(DialProfile.MANUAL, is_monitoring_enabled=True)
MANAGERS = GroupEntry(7, "Queue Manager", monitors=frozenset({ALICE}))
SALES = GroupEntry(
    8, "Sales", members=frozenset({BOB}), monitors=frozenset({CAROL}), monitor_scope=MonitorScope.MEMBERS
)


def acme(codes: DialCodes = ON) -> TenantSnapshot:
    return replace(ACME, dial_codes=codes, groups=(*ACME.groups, MANAGERS, SALES))


def dials(caller: str, dialled: str) -> IncomingCall:
    return IncomingCall(caller, ACME_DOMAIN, dialled, ACME_DOMAIN)


def refused(code: int, reason: str) -> Refuse:
    return Refuse(code, reason, is_confidential=True)


NO_RIGHT = refused(403, "You may not monitor this extension")
TABLE: dict[str, tuple[str, str, Decision]] = {
    "the number alone is silent": (ALICE, "888*102", Monitor(BOB, MonitorMode.SILENT)),
    "1 is silent": (ALICE, "888*102*1", Monitor(BOB, MonitorMode.SILENT)),
    "2 whispers": (ALICE, "888*102*2", Monitor(BOB, MonitorMode.WHISPER)),
    "3 joins": (ALICE, "888*103*3", Monitor(CAROL, MonitorMode.BARGE)),
    "4 takes over": (ALICE, "888*103*4", Monitor(CAROL, MonitorMode.TAKE_OVER)),
    "there is no 5": (
        ALICE,
        "888*102*5",
        refused(484, "Behind the extension: *1 silent, *2 whisper, *3 join, *4 take over"),
    ),
    "nobody monitors themselves": (ALICE, "888*101", refused(403, "Nobody monitors their own calls")),
    "whom there is not": (ALICE, "888*199", refused(404, "No such extension")),
    "a group's monitor, its member": (CAROL, "888*102", Monitor(BOB, MonitorMode.SILENT)),
    "a group's monitor, somebody else": (CAROL, "888*101", NO_RIGHT),
    "without the right nobody learns who there is": (CAROL, "888*199", NO_RIGHT),
    "a member is no monitor": (BOB, "888*103", NO_RIGHT),
}


@pytest.mark.parametrize(("caller", "dialled", "expected"), TABLE.values(), ids=TABLE.keys())
def test_who_monitors_whom(caller: str, dialled: str, expected: Decision) -> None:
    assert decide(dials(caller, dialled), acme(), NOW) == expected


def test_it_is_off_until_somebody_switches_it_on() -> None:
    decision = decide(dials(ALICE, "888*102"), acme(profile_codes(DialProfile.MANUAL)), NOW)
    assert decision == refused(403, "Monitoring is not enabled")


def test_the_monitor_number_is_the_companys_own() -> None:
    codes = profile_codes(DialProfile.MODERN, is_monitoring_enabled=True)
    assert decide(dials(ALICE, "*63*102*2"), acme(codes), NOW) == Monitor(BOB, MonitorMode.WHISPER)
    assert decide(dials(ALICE, "888*102*2"), acme(codes), NOW) == Refuse(404, "No such extension")


def test_a_right_in_one_company_is_none_in_another() -> None:
    """Mallory has Alice's number, who may monitor Bob."""
    globex = replace(GLOBEX, dial_codes=ON)
    call = IncomingCall(MALLORY, GLOBEX_DOMAIN, "888*102", GLOBEX_DOMAIN)
    assert decide(call, globex, NOW) == NO_RIGHT
    from_globex = IncomingCall(MALLORY, GLOBEX_DOMAIN, "888*102", ACME_DOMAIN)
    assert decide(from_globex, acme(), NOW) == Refuse(403, "Caller is not of this tenant")


def test_the_simulator_tells_that_it_would_be_answered() -> None:
    end = simulate(Simulated(dials(ALICE, "888*102"), NOW), acme()).end
    assert (end.kind, end.answered_by) == (EndKind.SERVICE, "888*102")
