"""A telephone that rings is told to answer by request, played through a whole worker."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from callmanager.domain.outcome import EndedBy
from sipworker.call.actions import AskToTalk, CancelLeg
from sipworker.call.signals import AskedToTalk, Contact, LegAnswered, LegFailed, LegHungUp, LegRinging
from sipworker.ports import Command, CommandReply
from tests.cast import ACME_DOMAIN, ACME_ID, BOB, CAROL, GLOBEX_ID, alice_calls
from tests.fakes import WorkerInMemory
from tests.worker import test_ring_groups as groups

DESK, MOBILE = "s1-1", "s1-2"


@pytest.fixture
def worker() -> WorkerInMemory:
    """Alice calls Bob; his desk phone and his mobile ring."""
    worker = WorkerInMemory()
    worker.hear(alice_calls(BOB), LegRinging(DESK, 180, False), LegRinging(MOBILE, 180, False))
    return worker


def order(worker: WorkerInMemory, name: str = "answer", number: str = "c1", **arguments: object) -> None:
    worker.commands.waiting.append(Command(number, name, ACME_ID, "s1", arguments))
    worker.runner.run_once(0.02)


def reply(worker: WorkerInMemory, number: str = "c1") -> CommandReply | None:
    return worker.commands.replies.get(number)


def said(worker: WorkerInMemory, number: str = "c1") -> tuple[str, str, Mapping[str, object]]:
    answer = worker.commands.replies[number]
    return answer.code, answer.message, answer.result


def asked(worker: WorkerInMemory) -> list[str]:
    return [one.leg for one in worker.sip.actions if isinstance(one, AskToTalk)]


def test_the_telephone_is_asked_and_the_program_hears_when_it_has_answered(worker: WorkerInMemory) -> None:
    order(worker)
    assert (asked(worker), reply(worker)) == ([DESK], None)
    worker.hear(AskedToTalk(DESK, 200, "OK"))
    assert reply(worker) is None
    worker.hear(LegAnswered(DESK))
    assert reply(worker) == CommandReply(ok=True, result={"extension_number": BOB})
    assert CancelLeg(MOBILE, 200, "Call completed elsewhere") in worker.sip.actions
    worker.wait(60.0)
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().answered_number == BOB


def test_a_telephone_may_answer_the_call_before_it_answers_the_question(worker: WorkerInMemory) -> None:
    order(worker)
    worker.hear(LegAnswered(DESK), AskedToTalk(DESK, 200, "OK"))
    assert reply(worker) == CommandReply(ok=True, result={"extension_number": BOB})
    worker.hear(LegHungUp("alice", False, 200, ""))
    assert worker.cdr().answered_number == BOB


def test_where_one_telephone_does_not_know_how_the_next_one_is_asked(worker: WorkerInMemory) -> None:
    order(worker, extension=BOB)
    worker.hear(AskedToTalk(DESK, 489, "Bad Event"))
    assert asked(worker) == [DESK, MOBILE]
    worker.hear(LegFailed(MOBILE, 486, "Busy Here"))
    code, message, result = said(worker)
    assert (code, result) == ("not_supported", {"sip_code": 489})
    assert ("s1" in message, "489 Bad Event" in message, BOB in message) == (True, True, True)
    # It rings on, and is answered by hand.
    worker.hear(LegAnswered(DESK), LegHungUp("alice", False, 200, ""))
    assert worker.cdr().answered_number == BOB


def test_a_telephone_that_agrees_and_does_nothing_is_not_waited_for_for_ever(worker: WorkerInMemory) -> None:
    order(worker)
    worker.hear(AskedToTalk(DESK, 200, "OK"))
    worker.wait(6.0)
    code, message, _ = said(worker)
    assert (code, "has agreed to answer, and did not" in message) == ("not_answered", True)
    order(worker, number="c2")
    worker.wait(6.0)
    assert said(worker, "c2")[1].endswith("did not say anything")


def test_whoever_answers_meanwhile_has_answered(worker: WorkerInMemory) -> None:
    order(worker)
    worker.hear(LegAnswered(MOBILE))
    assert reply(worker) == CommandReply(ok=True, result={"extension_number": BOB})


def test_who_asks_a_second_time_is_told_so_and_the_first_one_hears_the_end(worker: WorkerInMemory) -> None:
    order(worker)
    order(worker, number="c2")
    assert said(worker, "c2")[0] == "asked_already"
    order(worker, "hang_up", "c3")
    assert (reply(worker, "c3"), said(worker)[0]) == (CommandReply(ok=True), "call_ended")


def test_a_caller_who_gives_up_ends_the_waiting(worker: WorkerInMemory) -> None:
    order(worker)
    worker.hear(LegHungUp("alice", True, 487, ""))
    assert said(worker)[0] == "call_ended"
    assert worker.cdr().ended_by == EndedBy.CALLER


def test_what_does_not_ring_is_not_answered(worker: WorkerInMemory) -> None:
    assert worker.command("answer", GLOBEX_ID, "s1").code == "not_found"
    order(worker, extension=CAROL)
    assert said(worker)[:2] == ("not_ringing", f"Call s1: it rings at no telephone of extension {CAROL}")
    order(worker, leg="x")
    assert said(worker)[0] == "argument_unknown"
    worker.hear(LegAnswered(DESK))
    order(worker)
    assert (said(worker)[0], "s1 is talking" in said(worker)[1]) == ("wrong_state", True)


def test_before_it_rings_there_is_no_telephone_to_ask() -> None:
    worker = WorkerInMemory()
    worker.hear(alice_calls(BOB))
    order(worker)
    assert said(worker)[0] == "not_ringing"


def test_of_a_group_it_is_said_whose_telephone_and_never_a_number_outside() -> None:
    worker = groups.worker_with(members=(BOB, CAROL))
    worker.hear(alice_calls("9000"))
    legs = worker.dialled_legs()
    worker.hear(*(LegRinging(leg, 180, False) for leg in legs))
    order(worker)
    code, message, _ = said(worker)
    assert (code, f"{BOB}, {CAROL}" in message) == ("several_ring", True)
    order(worker, extension=CAROL)
    worker.hear(AskedToTalk(asked(worker)[0], 202, ""), LegAnswered(asked(worker)[0]))
    assert said(worker)[2] == {"extension_number": CAROL}


def test_a_call_that_is_sent_elsewhere_while_its_telephone_is_asked_rings_there_no_more(
    worker: WorkerInMemory,
) -> None:
    worker.contacts.by_aor[f"{CAROL}@{ACME_DOMAIN}"] = (Contact("c-0", "sip:103@192.0.2.9", ""),)
    order(worker)
    order(worker, "redirect", "c2", target=CAROL)
    worker.hear(LegFailed(DESK, 487, ""))
    assert said(worker)[:2] == ("not_ringing", f"Call s1: it rings no more at extension {BOB}")
