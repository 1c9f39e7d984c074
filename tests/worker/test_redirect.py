"""A call that rings is sent elsewhere by request, played through a whole worker."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEventKind as Kind
from callmanager.domain.mailbox import Mailbox
from sipworker.call.actions import BridgeLegs, CancelLeg, DialLeg, DialTrunk
from sipworker.call.signals import Contact, LegAnswered, LegHungUp, LegRinging
from tests.cast import ACME_DOMAIN, ACME_ID, ALICE, BOB, CAROL, GLOBEX_ID, alice_calls
from tests.fakes import WorkerInMemory
from tests.pure.dialplan.company import with_extension
from tests.worker import test_queues as queues
from tests.worker import test_ring_groups as groups
from tests.worker.trunk_cast import ACME_TRUNKS, BOBS_MOBILE_NUMBER, NUMBER

DESK, NEXT = "s1-1", "s1-2"


@pytest.fixture
def ringing() -> WorkerInMemory:
    """Alice calls Bob, whose one phone rings."""
    worker = WorkerInMemory()
    worker.snapshots.by_tenant[ACME_ID] = ACME_TRUNKS
    for number in (ALICE, BOB, CAROL):
        worker.contacts.by_aor[f"{number}@{ACME_DOMAIN}"] = (
            Contact(f"{number}-0", f"sip:{number}@192.0.2.9", ""),
        )
    worker.hear(alice_calls(BOB), LegRinging(DESK, 180, False))
    return worker


def reroutes(worker: WorkerInMemory) -> list[tuple[object, ...]]:
    events = [e for e in worker.events.of("s1") if e.kind is Kind.CALL_REROUTE]
    return [(e.data["reason"], e.data["from_number"], e.data["number"]) for e in events]


def test_the_call_rings_at_another_extension_and_at_the_first_no_more(ringing: WorkerInMemory) -> None:
    reply = ringing.command("redirect", ACME_ID, "s1", target=CAROL)
    assert (reply.ok, reply.result) == (True, {"number": CAROL})
    assert CancelLeg(DESK, 200, "Redirected") in ringing.sip.actions
    dials = [(one.leg, one.number) for one in ringing.sip.actions if isinstance(one, DialLeg)]
    assert dials == [(DESK, BOB), (NEXT, CAROL)]
    assert reroutes(ringing) == [("redirect", BOB, CAROL)]
    ringing.hear(LegAnswered(NEXT))
    assert BridgeLegs("alice", NEXT) in ringing.sip.actions
    ringing.hear(LegHungUp("alice", False, 200, ""))
    assert ringing.cdr().answered_number == CAROL


def test_an_answer_that_comes_too_late_changes_nothing(ringing: WorkerInMemory) -> None:
    ringing.command("redirect", ACME_ID, "s1", target=CAROL)
    ringing.hear(LegAnswered(DESK), LegAnswered(NEXT), LegHungUp("alice", False, 200, ""))
    assert ringing.cdr().answered_number == CAROL


def test_the_call_goes_outside_with_the_rights_of_whom_it_rang(ringing: WorkerInMemory) -> None:
    assert ringing.command("redirect", ACME_ID, "s1", target=BOBS_MOBILE_NUMBER).ok
    (dial,) = [one for one in ringing.sip.actions if isinstance(one, DialTrunk)]
    assert (dial.number, dial.on_behalf_of) == (BOBS_MOBILE_NUMBER, BOB)


def test_the_call_goes_to_a_mailbox(ringing: WorkerInMemory) -> None:
    worker = WorkerInMemory()
    worker.snapshots.by_tenant[ACME_ID] = with_extension(ACME_TRUNKS, CAROL, mailbox=Mailbox())
    worker.hear(alice_calls(BOB))
    assert worker.command("redirect", ACME_ID, "s1", mailbox=CAROL).ok
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().answered_by == "voicemail"


@pytest.mark.parametrize(
    ("wanted", "code", "words"),
    [
        ({"target": "*43"}, "call_refused", "dial code"),
        ({"target": BOB}, "call_refused", "rings there already"),
        ({"target": ALICE}, "call_refused", "lead back to the caller"),
        ({"mailbox": CAROL}, "call_refused", "no mailbox"),
        ({"mailbox": CAROL, "target": CAROL}, "argument_wrong", "either"),
        ({}, "argument_wrong", "either"),
        ({"target": CAROL, "extension": CAROL}, "not_ringing", "103 is not rung"),
    ],
)
def test_where_it_can_not_go_the_phones_ring_on(
    ringing: WorkerInMemory, wanted: dict[str, object], code: str, words: str
) -> None:
    before = len(ringing.sip.actions)
    reply = ringing.command("redirect", ACME_ID, "s1", **wanted)
    assert (reply.ok, reply.code, words in reply.message) == (False, code, True)
    assert len(ringing.sip.actions) == before
    ringing.hear(LegAnswered(DESK), LegHungUp("alice", False, 200, ""))
    assert ringing.cdr().answered_number == BOB


def test_who_talks_is_not_redirected_and_a_strangers_call_does_not_exist(ringing: WorkerInMemory) -> None:
    assert ringing.command("redirect", GLOBEX_ID, "s1", target="101").code == "not_found"
    ringing.hear(LegAnswered(DESK))
    reply = ringing.command("redirect", ACME_ID, "s1", target=CAROL)
    assert (reply.code, "s1" in reply.message, "talking" in reply.message) == ("wrong_state", True, True)


def test_a_call_that_is_sent_on_without_end_is_not(ringing: WorkerInMemory) -> None:
    places = [CAROL, BOB] * 4
    replies = [ringing.command("redirect", ACME_ID, "s1", target=place) for place in places]
    assert [one.ok for one in replies[:3]] == [True, True, True]
    assert not all(one.ok for one in replies)
    assert replies[-1].message == "The call was forwarded too often"


def test_a_member_of_a_group_who_is_rung_sends_the_call_on_with_its_own_rights() -> None:
    worker = groups.worker_with(outside_members=frozenset(), members=(BOB, CAROL))
    worker.hear(alice_calls("9000"))
    assert worker.command("redirect", ACME_ID, "s1", target=NUMBER, extension=CAROL).ok
    (dial,) = [one for one in worker.sip.actions if isinstance(one, DialTrunk)]
    assert (dial.number, dial.on_behalf_of) == (NUMBER, CAROL)
    cancelled = [one for one in worker.sip.actions if isinstance(one, CancelLeg)]
    assert [(one.sip_code, one.reason) for one in cancelled] == [(200, "Redirected")] * 2


def test_a_company_sends_the_call_of_a_group_on_for_the_group() -> None:
    worker = groups.worker_with(outbound_caller_id="4930777")
    worker.hear(alice_calls("9000"))
    assert worker.command("redirect", ACME_ID, "s1", target="9000").message == "The call rings there already"
    assert worker.command("redirect", ACME_ID, "s1", target=BOB).ok
    assert [one.number for one in worker.sip.actions if isinstance(one, DialLeg)] == [BOB, CAROL, BOB]


def test_who_waits_in_a_queue_is_sent_elsewhere_and_leaves_the_line() -> None:
    worker = queues.worker_with()
    queues.enter(worker)
    assert set(queues.rung(worker)) == {BOB}
    assert worker.command("redirect", ACME_ID, "s1", target=CAROL).ok
    left = [one.data for one in worker.events.of("s1") if one.kind is Kind.QUEUE_LEFT]
    assert [one["why"] for one in left] == ["transferred"]
    assert CancelLeg(DESK, 200, "Redirected") in worker.sip.actions
    worker.hear(LegAnswered(queues.rung(worker)[CAROL]))
    assert BridgeLegs(queues.CALLER, NEXT) in worker.sip.actions
