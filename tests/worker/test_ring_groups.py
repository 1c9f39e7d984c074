"""Ring groups on the worker's own machine: rounds, who gets the call, and what is remembered of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.ring_groups import MemberUse, RingGroupEntry, RingStrategy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    DialTrunk,
    HangUpLeg,
    RefuseLeg,
    RingLeg,
)
from sipworker.call.signals import Contact, LegAnswered, LegFailed, LegHungUp, LegRinging
from tests.cast import ACME_DOMAIN, ACME_ID, ALICE, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory
from tests.worker.trunk_cast import ACME_OUTSIDE, NUMBER

SALES = RingGroupEntry(
    1, "9000", "Sales", members=(BOB, CAROL, NUMBER), outside_members=frozenset({NUMBER}), ring_timeout_s=20
)


def worker_with(**changes: Any) -> WorkerInMemory:
    worker = WorkerInMemory()
    group = replace(SALES, **changes)
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME_OUTSIDE, ring_groups=(group,))
    worker.contacts.by_aor = {
        f"{number}@{ACME_DOMAIN}": (Contact(f"ruid-{number}", f"sip:{number}@192.0.2.9", "Phone"),)
        for number in (ALICE, BOB, CAROL)
    }
    return worker


def dialled(worker: WorkerInMemory) -> dict[str, str]:
    return {one.number: one.leg for one in worker.sip.actions if isinstance(one, DialLeg | DialTrunk)}


def test_the_first_to_answer_gets_the_call_and_the_others_are_told_so() -> None:
    worker, invite = worker_with(), alice_calls("9000")
    worker.hear(invite)
    legs = dialled(worker)
    assert list(legs) == [BOB, CAROL, NUMBER]
    names = {one.caller_display_name for one in worker.sip.actions if isinstance(one, DialLeg)}
    assert names == {"Sales: Alice"}
    worker.hear(LegRinging(legs[CAROL], 180, False), LegRinging(legs[NUMBER], 180, False))
    assert [one for one in worker.sip.actions if isinstance(one, RingLeg)] == [
        RingLeg(invite.leg, 180, False)
    ]
    worker.sip.take_actions()
    worker.hear(LegAnswered(legs[CAROL]))
    told = worker.sip.take_actions()
    assert told == [
        AnswerLeg(invite.leg),
        BridgeLegs(invite.leg, legs[CAROL]),
        CancelLeg(legs[BOB], 200, "Call completed elsewhere"),
        CancelLeg(legs[NUMBER], 200, "Call completed elsewhere"),
    ]
    # An answer that crosses the CANCEL.
    worker.hear(LegAnswered(legs[BOB]))
    assert [one.leg for one in worker.sip.take_actions() if isinstance(one, HangUpLeg)] == [legs[BOB]]
    worker.hear(LegHungUp(invite.leg, False, 200, ""))
    detail = worker.cdr()
    assert (detail.ring_group, detail.answered_number) == ("9000", CAROL)
    assert {one.ring_group for one in detail.targets} == {"9000"}


def test_what_members_let_hear_before_an_answer_is_nobodys_and_the_caller_hears_ringing() -> None:
    worker, invite = worker_with(), alice_calls("9000")
    worker.hear(invite)
    legs = dialled(worker)
    worker.sip.take_actions()
    worker.hear(LegRinging(legs[NUMBER], 183, True, "PCMA"), LegRinging(legs[BOB], 183, True, "PCMA"))
    told = worker.sip.take_actions()
    assert [one for one in told if isinstance(one, RingLeg)] == [RingLeg(invite.leg, 180, False)]
    assert not [one for one in told if isinstance(one, BridgeLegs)]
    worker.hear(LegAnswered(legs[BOB]))
    bridges = [one for one in worker.sip.take_actions() if isinstance(one, BridgeLegs)]
    assert bridges == [BridgeLegs(invite.leg, legs[BOB])]


def test_each_member_of_a_hunt_has_the_ring_time() -> None:
    worker = worker_with(strategy=RingStrategy.PRIORITIZED_HUNT)
    invite = alice_calls("9000")
    worker.hear(invite)
    assert list(dialled(worker)) == [BOB]
    worker.hear(LegRinging(dialled(worker)[BOB], 180, False))
    worker.wait(19)
    assert list(dialled(worker)) == [BOB]
    worker.wait(1)
    assert list(dialled(worker)) == [BOB, CAROL]
    # Who declines is not waited for, and does not speak for the others.
    worker.hear(LegFailed(dialled(worker)[CAROL], 603, "Decline"))
    assert list(dialled(worker)) == [BOB, CAROL, NUMBER]
    worker.wait(20)
    (refusal,) = [one for one in worker.sip.actions if isinstance(one, RefuseLeg)]
    assert (refusal.sip_code, refusal.reason) == (480, "No answer")
    assert worker.cdr().status.value == "no_answer"


def test_a_member_outside_goes_from_trunk_to_trunk_while_the_others_ring() -> None:
    worker = worker_with()
    worker.hear(alice_calls("9000"))
    first = dialled(worker)[NUMBER]
    worker.hear(LegFailed(first, 503, "Trunk Down"))
    second = dialled(worker)[NUMBER]
    assert second != first
    worker.hear(LegAnswered(second))
    cancelled = {one.leg for one in worker.sip.actions if isinstance(one, CancelLeg)}
    assert cancelled == {dialled(worker)[BOB], dialled(worker)[CAROL]}


def test_when_everybody_is_busy_the_caller_hears_busy() -> None:
    worker = worker_with(members=(BOB, CAROL), outside_members=frozenset())
    worker.hear(alice_calls("9000"))
    for leg in dialled(worker).values():
        worker.hear(LegFailed(leg, 486, "Busy Here"))
    (refusal,) = [one for one in worker.sip.actions if isinstance(one, RefuseLeg)]
    assert refusal.sip_code == 486


@pytest.mark.parametrize(("skips_busy", "rung"), [(True, [CAROL]), (False, [BOB, CAROL])])
def test_who_has_a_call_is_skipped_if_the_group_wants_it(skips_busy: bool, rung: list[str]) -> None:
    worker = worker_with(members=(BOB, CAROL), outside_members=frozenset(), skips_busy=skips_busy)
    worker.hear(replace(alice_calls("*43"), leg="in-bob", caller=BOB))
    worker.hear(alice_calls("9000"))
    assert list(dialled(worker)) == rung


def test_a_caller_who_gives_up_stops_all_of_them() -> None:
    worker, invite = worker_with(), alice_calls("9000")
    worker.hear(invite)
    worker.hear(LegHungUp(invite.leg, True, 487, ""))
    cancelled = {one.leg for one in worker.sip.actions if isinstance(one, CancelLeg)}
    assert cancelled == set(dialled(worker).values())
    assert CallEventKind.CALL_ENDED in worker.events.kinds("s1")


def answer_next(worker: WorkerInMemory, number: int) -> str:
    invite = replace(alice_calls("9000"), leg=f"in-{number}")
    worker.sip.take_actions()
    worker.hear(invite)
    ((rung, leg),) = dialled(worker).items()
    worker.hear(LegAnswered(leg))
    worker.hear(LegHungUp(invite.leg, False, 200, ""))
    worker.wait(1)
    return rung


def test_a_cyclic_hunt_goes_round() -> None:
    worker = worker_with(strategy=RingStrategy.CYCLIC_HUNT, members=(BOB, CAROL), outside_members=frozenset())
    assert [answer_next(worker, number) for number in range(4)] == [BOB, CAROL, BOB, CAROL]


def test_what_was_answered_before_this_worker_began_counts_beside_what_it_answers_itself() -> None:
    worker = worker_with(
        strategy=RingStrategy.LEAST_WORKED_HUNT, members=(BOB, CAROL), outside_members=frozenset()
    )
    worker.stored_use.members = {("9000", BOB): MemberUse(2), ("9000", CAROL): MemberUse(1)}
    assert [answer_next(worker, number) for number in range(4)] == [CAROL, BOB, CAROL, BOB]


def test_what_was_answered_thirty_days_ago_is_forgotten() -> None:
    worker = worker_with(
        strategy=RingStrategy.LEAST_WORKED_HUNT, members=(BOB, CAROL), outside_members=frozenset()
    )
    assert answer_next(worker, 1) == BOB
    worker.wait(31 * 24 * 3600)
    assert answer_next(worker, 2) == BOB
