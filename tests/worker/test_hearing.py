"""Hearing across calls, and who is found where."""

from __future__ import annotations

import pytest

from sipworker.call.actions import AttendLeg, HearLeg, UnattendLeg, UnhearLeg
from sipworker.call.attendance import Attendance
from sipworker.call.errors import IllegalAction
from sipworker.runtime.hearing import Hearings
from sipworker.runtime.places import places_of
from sipworker.runtime.registry import Registry
from tests.cast import ACME_ID, ALICE, BOB, GLOBEX_DOMAIN, GLOBEX_ID, MALLORY, alice_calls, mallory_calls
from tests.fakes import WorkerInMemory


@pytest.fixture
def registry(worker: WorkerInMemory) -> Registry:
    """Alice rings Bob; Mallory, also 101, tests her echo; Alice's second phone does, too."""
    worker.hear(alice_calls(BOB), mallory_calls("*43", GLOBEX_DOMAIN), alice_calls("*43", leg="second"))
    worker.sip.take_actions()
    return worker.runner._registry


def test_wires_between_calls_end_with_the_call_that_wished_them(
    worker: WorkerInMemory, registry: Registry
) -> None:
    hearings = Hearings(worker.sip, registry)
    call = registry.find("s1")
    assert call is not None
    hear, attend = HearLeg("second", "alice"), AttendLeg("alice", "second", Attendance.BARGE)
    for action in (hear, attend, UnattendLeg("alice")):
        hearings.perform(call, action)
    hearings.end(call)
    assert worker.sip.take_actions() == [hear, attend, UnattendLeg("alice"), UnhearLeg("second", "alice")]
    hearings.end(call)
    assert worker.sip.take_actions() == []


def test_a_leg_of_another_tenant_is_never_heard(worker: WorkerInMemory, registry: Registry) -> None:
    hearings = Hearings(worker.sip, registry)
    call = registry.find("s1")
    assert call is not None
    for action in (HearLeg("alice", "mallory"), AttendLeg("mallory", "alice", Attendance.SILENT)):
        with pytest.raises(IllegalAction):
            hearings.perform(call, action)
    assert worker.sip.take_actions() == []


def test_a_leg_that_is_gone_is_not_heard(worker: WorkerInMemory, registry: Registry) -> None:
    call = registry.find("s1")
    assert call is not None
    Hearings(worker.sip, registry).perform(call, HearLeg("alice", "gone"))
    assert worker.sip.take_actions() == []


def test_everybody_is_found_in_their_own_tenants_calls_alone(registry: Registry) -> None:
    assert ALICE == MALLORY
    assert [place.leg.leg_id for place in places_of(registry, ACME_ID, ALICE)] == ["alice", "second"]
    assert [place.leg.leg_id for place in places_of(registry, GLOBEX_ID, MALLORY)] == ["mallory"]
    assert [place.is_ringing for place in places_of(registry, ACME_ID, BOB)] == [True, True]
    assert places_of(registry, GLOBEX_ID, BOB) == ()
