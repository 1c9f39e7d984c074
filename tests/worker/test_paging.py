"""Paging and intercom on the worker's own machine: who hears whom, and when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.paging import AlertInfo, AutoAnswer
from callmanager.domain.rights import GroupEntry, Right
from callmanager.domain.ring_groups import RingGroupEntry, RingStrategy
from sipworker.call.actions import (
    AnswerLeg,
    BridgeLegs,
    CancelLeg,
    DialLeg,
    HangUpLeg,
    HearLeg,
    RefuseLeg,
    SendDigit,
    UnhearLeg,
)
from sipworker.call.signals import Contact, DigitPressed, LegAnswered, LegHungUp
from tests.cast import ACME, ACME_DOMAIN, ACME_ID, ALICE, BOB, CAROL, alice_calls
from tests.fakes import WorkerInMemory

PAGING = RingGroupEntry(1, "9000", "Hall", RingStrategy.PAGING, 10, (ALICE, BOB, CAROL))
MAY_PAGE = GroupEntry(1, "DEFAULT", frozenset({Right.PAGE}), frozenset({ALICE}))
HEADERS = (
    ("Alert-Info", "info=alert-autoanswer"),
    ("Call-Info", f"<sip:{ACME_DOMAIN}>;answer-after=0"),
    ("Answer-Mode", "Auto"),
)


@pytest.fixture
def worker() -> WorkerInMemory:
    worker = WorkerInMemory()
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, ring_groups=(PAGING,), groups=(MAY_PAGE,))
    for number in (BOB, CAROL):
        contact = Contact(f"ruid-{number}", f"sip:{number}@192.0.2.9", "Phone")
        worker.contacts.by_aor[f"{number}@{ACME_DOMAIN}"] = (contact,)
    return worker


def legs(worker: WorkerInMemory) -> dict[str, str]:
    return {one.number: one.leg for one in worker.sip.actions if isinstance(one, DialLeg)}


def done(worker: WorkerInMemory, *kinds: type) -> list[object]:
    return [one for one in worker.sip.take_actions() if isinstance(one, kinds)]


def test_phones_are_asked_to_answer_by_themselves_and_hear_the_caller_who_hears_nobody(
    worker: WorkerInMemory,
) -> None:
    invite = alice_calls("9000")
    worker.hear(invite)
    dials = [one for one in worker.sip.actions if isinstance(one, DialLeg)]
    assert [one.number for one in dials] == [BOB, CAROL]
    assert {one.more_headers for one in dials} == {HEADERS}
    assert dials[0].caller_display_name.startswith("Hall: ")
    bob = legs(worker)[BOB]
    worker.sip.take_actions()
    worker.hear(LegAnswered(bob))
    assert done(worker, AnswerLeg, HearLeg, BridgeLegs) == [AnswerLeg(invite.leg), HearLeg(bob, invite.leg)]


def test_a_member_is_heard_from_star_to_hash_and_the_keys_go_nowhere(worker: WorkerInMemory) -> None:
    invite = alice_calls("9000")
    worker.hear(invite)
    bob, carol = legs(worker)[BOB], legs(worker)[CAROL]
    worker.hear(LegAnswered(bob), LegAnswered(carol))
    worker.sip.take_actions()
    worker.hear(DigitPressed(carol, "#", 100), DigitPressed(carol, "*", 100), DigitPressed(carol, "*", 100))
    worker.hear(
        DigitPressed(carol, "5", 100), DigitPressed(carol, "#", 100), DigitPressed(invite.leg, "*", 100)
    )
    assert done(worker, HearLeg, UnhearLeg, SendDigit) == [
        HearLeg(invite.leg, carol),
        UnhearLeg(invite.leg, carol),
    ]


def test_who_does_not_answer_in_the_ring_time_is_given_up_and_the_page_goes_on_for_long(
    worker: WorkerInMemory,
) -> None:
    invite = alice_calls("9000")
    worker.hear(invite)
    bob, carol = legs(worker)[BOB], legs(worker)[CAROL]
    worker.hear(LegAnswered(bob))
    worker.sip.take_actions()
    worker.wait(10)
    assert done(worker, CancelLeg) == [CancelLeg(carol, 480, "No answer")]
    worker.wait(3600)
    assert worker.runner.live_calls == 1
    worker.hear(LegHungUp(invite.leg, False, 200, ""))
    assert [one.leg for one in done(worker, HangUpLeg) if isinstance(one, HangUpLeg)] == [bob]
    assert worker.runner.live_calls == 0
    detail = worker.cdr("s1")
    assert (detail.answered_by, detail.answered_number, detail.ring_group) == ("paging", "9000", "9000")
    assert {one.number: one.status for one in detail.targets} == {BOB: "answered", CAROL: "no_answer"}


def test_the_page_ends_with_its_last_member(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("9000"))
    bob, carol = legs(worker)[BOB], legs(worker)[CAROL]
    worker.hear(LegAnswered(bob), LegAnswered(carol))
    worker.hear(LegHungUp(bob, False, 200, ""))
    assert worker.runner.live_calls == 1
    worker.hear(LegHungUp(carol, False, 200, ""))
    assert worker.runner.live_calls == 0


def test_members_in_a_call_are_left_alone(worker: WorkerInMemory) -> None:
    worker.hear(replace(alice_calls("*43"), leg="in-bob", caller=BOB))
    worker.sip.take_actions()
    worker.hear(alice_calls("9000"))
    assert list(legs(worker)) == [CAROL]


def test_with_nobody_to_reach_the_caller_hears_so(worker: WorkerInMemory) -> None:
    worker.contacts.by_aor.clear()
    invite = alice_calls("9000")
    worker.hear(invite)
    (refusal,) = done(worker, RefuseLeg)
    assert isinstance(refusal, RefuseLeg)
    assert (refusal.leg, refusal.sip_code) == (invite.leg, 480)


def test_an_intercom_is_a_talk_from_the_first_moment(worker: WorkerInMemory) -> None:
    invite = alice_calls(f"*11{BOB}")
    worker.hear(invite)
    (dial,) = [one for one in worker.sip.take_actions() if isinstance(one, DialLeg)]
    assert dial.more_headers == HEADERS
    worker.hear(LegAnswered(dial.leg))
    assert done(worker, AnswerLeg, BridgeLegs) == [AnswerLeg(invite.leg), BridgeLegs(invite.leg, dial.leg)]
    worker.hear(DigitPressed(dial.leg, "*", 100))
    assert done(worker, SendDigit) == [SendDigit(invite.leg, "*", 100)]
    worker.hear(LegHungUp(dial.leg, False, 200, ""))
    assert worker.runner.live_calls == 0
    assert worker.cdr("s1").answered_number == BOB


@pytest.mark.parametrize(
    ("is_busy", "sip_code", "reason"), [(True, 486, "Busy"), (False, 480, "Not registered")]
)
def test_an_intercom_that_nobody_can_take_says_why(
    worker: WorkerInMemory, is_busy: bool, sip_code: int, reason: str
) -> None:
    if is_busy:
        worker.hear(replace(alice_calls("*43"), leg="in-bob", caller=BOB))
    else:
        worker.contacts.by_aor.clear()
    worker.sip.take_actions()
    worker.hear(alice_calls(f"*11{BOB}"))
    (refusal,) = done(worker, RefuseLeg)
    assert isinstance(refusal, RefuseLeg)
    assert (refusal.sip_code, refusal.reason) == (sip_code, reason)


def test_the_dial_code_pages_a_group_and_only_who_may(worker: WorkerInMemory) -> None:
    worker.hear(alice_calls("*119000"))
    assert set(legs(worker)) == {BOB, CAROL}
    worker.sip.take_actions()
    for number, dialled in ((BOB, "9000"), (BOB, f"*11{CAROL}"), (BOB, "*119000")):
        worker.hear(replace(alice_calls(dialled), leg=f"in-{dialled}", caller=number))
        (refusal,) = done(worker, RefuseLeg)
        assert isinstance(refusal, RefuseLeg)
        assert (refusal.sip_code, refusal.reason) == (
            403,
            "Paging and intercom are not allowed for this extension",
        )


def test_headers_are_those_that_the_company_chose(worker: WorkerInMemory) -> None:
    chosen = AutoAnswer(AlertInfo.RING_ANSWER, says_call_info=False, says_answer_mode=False)
    worker.snapshots.by_tenant[ACME_ID] = replace(worker.snapshots.by_tenant[ACME_ID], auto_answer=chosen)
    worker.hear(alice_calls(f"*11{BOB}"))
    (dial,) = [one for one in worker.sip.actions if isinstance(one, DialLeg)]
    assert dial.more_headers == (("Alert-Info", "ring-answer"),)
