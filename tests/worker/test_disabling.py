"""A tenant or extension that is switched off loses its calls, and nobody else does; the limit of calls is exact."""

from __future__ import annotations

from dataclasses import replace

from callmanager.domain.outcome import CallStatus, EndedBy
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.actions import AnswerLeg, CancelLeg, HangUpLeg, RefuseLeg
from sipworker.call.signals import LegAnswered, LegHungUp, LegRinging
from tests.cast import ACME, ACME_ID, ALICE, BOB, CAROL, GLOBEX_DOMAIN, alice_calls, mallory_calls
from tests.fakes import WorkerInMemory

DESK, MOBILE = "s1-1", "s1-2"


def without(number: str) -> TenantSnapshot:
    extensions = tuple(
        replace(entry, is_enabled=False) if entry.number == number else entry for entry in ACME.extensions
    )
    return replace(ACME, extensions=extensions)


def talking(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB))
    worker.hear(LegRinging(DESK, 180, False), LegAnswered(DESK))
    worker.sip.take_actions()


def change(worker: WorkerInMemory, snapshot: TenantSnapshot | None) -> None:
    worker.snapshots.put(ACME_ID, snapshot)
    worker.wait(0)


def test_a_disabled_tenants_calls_are_hung_up_and_the_neighbours_go_on(worker: WorkerInMemory) -> None:
    talking(worker)
    worker.hear(mallory_calls("*43", GLOBEX_DOMAIN))
    change(worker, replace(ACME, is_enabled=False))
    assert {HangUpLeg("alice", "Tenant disabled"), HangUpLeg(DESK, "Tenant disabled")} <= set(
        worker.sip.actions
    )
    assert worker.runner.live_calls == 1
    record = worker.cdr("s1")
    assert (record.status, record.ended_by, record.ended_reason) == (
        CallStatus.ANSWERED,
        EndedBy.PBX,
        "Tenant disabled",
    )


def test_a_deleted_tenants_calls_are_hung_up(worker: WorkerInMemory) -> None:
    talking(worker)
    change(worker, None)
    assert (worker.runner.live_calls, worker.cdr().ended_reason) == (0, "Tenant deleted")


def test_a_ringing_call_is_refused_and_no_other_worker_tries_it(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls(BOB), LegRinging(DESK, 180, False))
    change(worker, replace(ACME, is_enabled=False))
    assert RefuseLeg("alice", 403, "Tenant disabled", 21) in worker.sip.actions
    assert {action.leg for action in worker.sip.actions if isinstance(action, CancelLeg)} == {DESK, MOBILE}
    assert worker.cdr().status is CallStatus.REFUSED


def test_disabling_either_side_ends_the_call_and_disabling_a_third_does_not(worker: WorkerInMemory) -> None:
    talking(worker)
    change(worker, without(CAROL))
    assert worker.runner.live_calls == 1
    change(worker, without(BOB))
    assert worker.cdr().ended_reason == "Extension disabled"
    worker.hear(alice_calls("*43", leg="again"))
    change(worker, without(ALICE))
    assert (worker.runner.live_calls, worker.cdr("s2").ended_reason) == (0, "Extension disabled")


def test_another_change_of_the_configuration_leaves_calls_alone(worker: WorkerInMemory) -> None:
    talking(worker)
    change(worker, replace(ACME, config_rev=8, max_simultaneous_calls=0))
    assert (worker.runner.live_calls, worker.sip.actions) == (1, [])


def test_the_limit_counts_every_call_of_the_tenant_and_of_no_other(worker: WorkerInMemory) -> None:
    change(worker, replace(ACME, max_simultaneous_calls=2))
    worker.hear(mallory_calls("*43", GLOBEX_DOMAIN), alice_calls(BOB, leg="one"))
    worker.hear(alice_calls("nobody", leg="unknown"), alice_calls("*43", leg="two"))
    worker.hear(alice_calls("*43", leg="three"), alice_calls("nobody", leg="unknown-again"))
    text = "The company's limit of 2 simultaneous calls is reached"
    assert RefuseLeg("three", 486, text, 17) in worker.sip.actions
    assert any(
        isinstance(a, RefuseLeg) and a.leg == "unknown-again" and a.sip_code == 404
        for a in worker.sip.actions
    )
    assert worker.runner.live_calls == 3
    worker.hear(LegHungUp("two", False, 200, ""), alice_calls("*43", leg="four"))
    assert AnswerLeg("four") in worker.sip.actions


def test_a_limit_of_none_at_all(worker: WorkerInMemory) -> None:
    change(worker, replace(ACME, max_simultaneous_calls=0))
    worker.hear(alice_calls(BOB))
    assert worker.cdr().sip_code == 486
