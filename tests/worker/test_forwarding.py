"""Where a call goes when nobody takes it, within the same session."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.forwarding import ForwardWhen
from callmanager.domain.live_events import LiveEventFeed
from callmanager.domain.outcome import CallStatus
from callmanager.domain.snapshot import TenantSnapshot
from sipworker.call.actions import BridgeLegs, CancelLeg, DialLeg, DialTrunk, RefuseLeg, RingLeg
from sipworker.call.signals import LegAnswered, LegFailed, LegHungUp, LegRinging
from tests.cast import ACME_DOMAIN, ACME_ID, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory
from tests.pure.dialplan.company import with_extension
from tests.worker.trunk_cast import (
    ACME_TRUNKS,
    BOBS_DID,
    BOBS_MOBILE_NUMBER,
    CALLER,
    available,
    offline,
    provider_calls,
)

DESK, MOBILE, NEXT = "s1-1", "s1-2", "s1-3"
TO_MOBILE = available(ForwardWhen.BUSY, BOBS_MOBILE_NUMBER)


def use(worker: WorkerInMemory, snapshot: TenantSnapshot) -> None:
    worker.snapshots.by_tenant[ACME_ID] = snapshot


def trunk_dials(worker: WorkerInMemory) -> list[DialTrunk]:
    return [action for action in worker.sip.actions if isinstance(action, DialTrunk)]


def reroutes(worker: WorkerInMemory) -> list[tuple[object, ...]]:
    events = [e for e in worker.events.of("s1") if e.kind is CallEventKind.CALL_REROUTE]
    return [(e.data["reason"], e.data["from_number"], e.data["number"]) for e in events]


@pytest.mark.parametrize(
    "answers",
    [[(DESK, 486), (MOBILE, 486)], [(DESK, 603)], [(DESK, 600)]],
    ids=["both busy", "declined", "busy everywhere"],
)
def test_busy_goes_outside_in_the_same_call(worker: WorkerInMemory, answers: list[tuple[str, int]]) -> None:
    use(worker, with_extension(ACME_TRUNKS, BOB, forwards=TO_MOBILE))
    worker.hear(alice_calls(BOB))
    worker.hear(*(LegFailed(leg, code, "") for leg, code in answers))
    (dial,) = trunk_dials(worker)
    assert (dial.leg, dial.number, dial.on_behalf_of) == (NEXT, BOBS_MOBILE_NUMBER, BOB)
    assert RingLeg("alice", 181, False) in worker.sip.actions
    assert reroutes(worker) == [("busy", BOB, BOBS_MOBILE_NUMBER)]
    worker.hear(LegAnswered(NEXT), LegHungUp("alice", False, 200, ""))
    cdr = worker.cdr()
    assert (cdr.direction, cdr.answered_number, cdr.answered_by) == ("ext", BOBS_MOBILE_NUMBER, "trunk")
    assert cdr.outbound is not None
    assert cdr.outbound.on_behalf_of == BOB
    assert cdr.rung_extensions == (BOB,)


def test_declining_on_one_phone_stops_the_other_and_says_why(worker: WorkerInMemory) -> None:
    use(worker, with_extension(ACME_TRUNKS, BOB, forwards=TO_MOBILE))
    worker.hear(alice_calls(BOB), LegFailed(DESK, 603, "Decline"))
    assert CancelLeg(MOBILE, 603, "Declined") in worker.sip.actions


def test_declining_on_one_phone_leaves_the_other_where_the_extension_wants_that(
    worker: WorkerInMemory,
) -> None:
    use(worker, with_extension(ACME_TRUNKS, BOB, is_decline_final=False))
    worker.hear(alice_calls(BOB), LegRinging(MOBILE, 180, False), LegFailed(DESK, 603, "Decline"))
    assert worker.runner.live_calls == 1
    worker.hear(LegAnswered(MOBILE))
    assert worker.events.kinds("s1").count(CallEventKind.CALL_ESTABLISHED) == 1


def test_no_answer_goes_to_another_extension_after_the_rules_own_time(worker: WorkerInMemory) -> None:
    rules = tuple(replace(rule, ring_timeout_s=7) for rule in available(ForwardWhen.NO_ANSWER, CAROL))
    use(worker, with_extension(ACME_TRUNKS, BOB, forwards=rules))
    worker.contacts.by_aor[f"{CAROL}@{ACME_DOMAIN}"] = (worker.contacts.by_aor[f"{BOB}@{ACME_DOMAIN}"][0],)
    worker.hear(alice_calls(BOB), LegRinging(DESK, 180, False))
    worker.wait(6.9)
    assert len(worker.dialled_legs()) == 2
    worker.wait(0.2)
    assert {CancelLeg(leg, 480, "No answer") for leg in (DESK, MOBILE)} <= {
        action for action in worker.sip.actions if isinstance(action, CancelLeg)
    }
    (carols,) = [a for a in worker.sip.actions if isinstance(a, DialLeg) and a.number == CAROL]
    assert carols.leg == NEXT
    worker.hear(LegAnswered(DESK))
    worker.hear(LegAnswered(NEXT))
    assert worker.sip.actions[-1] != BridgeLegs("alice", DESK)
    assert BridgeLegs("alice", NEXT) in worker.sip.actions
    worker.hear(LegHungUp(NEXT, False, 200, ""))
    assert (worker.cdr().answered_number, worker.cdr().rung_extensions) == (CAROL, (BOB, CAROL))
    kinds = worker.events.kinds("s1")
    assert kinds.count(CallEventKind.TARGET_NOANSWER) == 2


def test_nobody_registered_goes_outside_at_once(worker: WorkerInMemory) -> None:
    use(worker, with_extension(ACME_TRUNKS, CAROL, forwards=offline(BOBS_MOBILE_NUMBER)))
    worker.hear(alice_calls(CAROL))
    assert [dial.on_behalf_of for dial in trunk_dials(worker)] == [CAROL]
    assert reroutes(worker) == [("offline", CAROL, BOBS_MOBILE_NUMBER)]


def test_a_circle_of_forwardings_ends(worker: WorkerInMemory) -> None:
    snapshot = with_extension(ACME_TRUNKS, BOB, forwards=offline(CAROL))
    use(worker, with_extension(snapshot, CAROL, forwards=offline(BOB)))
    worker.contacts.by_aor.clear()
    worker.hear(alice_calls(BOB))
    assert worker.cdr().sip_code == 480
    assert reroutes(worker) == [("offline", BOB, CAROL)]


def test_a_forwarding_that_may_not_be_is_refused_in_the_end(worker: WorkerInMemory) -> None:
    snapshot = with_extension(ACME_TRUNKS, BOB, forwards=TO_MOBILE)
    use(worker, replace(snapshot, groups=()))
    worker.hear(alice_calls(BOB), LegFailed(DESK, 603, "Decline"))
    assert not trunk_dials(worker)
    refusals = [a for a in worker.sip.actions if isinstance(a, RefuseLeg)]
    assert [refusal.sip_code for refusal in refusals] == [403]
    assert worker.cdr().status is CallStatus.REFUSED


def test_a_call_from_outside_is_forwarded_outside(worker: WorkerInMemory) -> None:
    use(worker, with_extension(ACME_TRUNKS, BOB, forwards=available(ForwardWhen.ALWAYS, BOBS_MOBILE_NUMBER)))
    worker.hear(provider_calls(BOBS_DID))
    (dial,) = trunk_dials(worker)
    assert dial.leg == DESK
    assert any(name == "Diversion" for name, _ in dial.headers.others)
    worker.hear(LegAnswered(dial.leg), LegHungUp("provider", False, 200, ""))
    cdr = worker.cdr()
    assert (cdr.direction, cdr.caller, cdr.did, cdr.rung_extensions) == ("in", CALLER, BOBS_DID, ())
    assert cdr.outbound is not None
    assert reroutes(worker) == [("always", BOB, BOBS_MOBILE_NUMBER)]
    feed = LiveEventFeed()
    told = [feed.message(event)["extensions"] for event in worker.events.of("s1")]
    assert told[1:] == [[BOB]] * (len(told) - 1)


def test_forwarding_outside_counts_among_the_forwarders_calls(worker: WorkerInMemory) -> None:
    use(worker, with_extension(ACME_TRUNKS, BOB, forwards=TO_MOBILE, max_external_calls=1))
    for number in ("one", "two"):
        worker.hear(alice_calls(BOB, leg=number))
    worker.hear(LegFailed("s1-1", 603, ""), LegFailed("s2-1", 603, ""))
    assert len(trunk_dials(worker)) == 1
    assert worker.cdr("s2").sip_code == 486
