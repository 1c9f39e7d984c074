"""A receptionist asks a company's server: what the caller hears meanwhile, and what every answer leads to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.destination import END_CALL, Destination, DestinationKind
from callmanager.domain.menu_action import ActionAnswer, ActionTrigger, MenuAction, ServerWish, parse_matches
from callmanager.domain.outcome import CallStatus
from callmanager.domain.receptionist import REPEAT, Choice, Menu, ReceptionistEntry
from sipworker.call.actions import HangUpLeg, PlayFiles, PlayMusicOnHold, StopMusicOnHold
from sipworker.call.server_actions import ServerAnswered
from sipworker.call.signals import DigitPressed, LegHungUp
from tests.cast import ACME, ACME_ID, BOB, alice_calls
from tests.fakes import WorkerInMemory

DESK, ALICE = "888", "alice"
ASKS = MenuAction(
    "Action1",
    ActionTrigger.DTMF,
    parse_matches("22;33;860000-880000"),
    url="http://www.appserver.com/dest.php",
)
PROMPT = "stored:0123456789abcdef"


def play(worker: WorkerInMemory, *actions: MenuAction, on_failed: Choice = REPEAT) -> None:
    menu = Menu(on_failed=on_failed, prompt="0123456789abcdef")
    desk = ReceptionistEntry(DESK, "Sales", menu, actions=actions, max_repeats=1)
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, receptionists=(desk,))
    worker.hear(alice_calls(DESK))


def press(worker: WorkerInMemory, keys: str) -> None:
    for key in keys:
        worker.hear(DigitPressed(ALICE, key, 100))


def prompts(worker: WorkerInMemory) -> int:
    return sum(isinstance(one, PlayFiles) and one.sounds == (PROMPT,) for one in worker.sip.actions)


def told(worker: WorkerInMemory) -> list[tuple[object, object, object]]:
    events = [event for event in worker.events.of("s1") if event.kind is CallEventKind.MENU_CHOSEN]
    return [(event.data["pressed"], event.data["answer"], event.data["number"]) for event in events]


def test_the_server_is_asked_and_its_number_is_called(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.CALL, BOB)
    play(worker, ASKS)
    press(worker, "22")
    worker.wait(0)
    (asked,) = worker.servers.asked
    assert dict(asked.question) == {
        "from": "101",
        "to": DESK,
        "input": "22",
        "from_name": "Alice",
        "account_name": "Sales",
    }
    assert worker.dialled_legs() != []
    assert told(worker) == [("22", "call", BOB)]


def test_music_is_heard_only_while_the_server_takes_its_time(worker: WorkerInMemory) -> None:
    play(worker, ASKS)
    press(worker, "33")
    assert not [one for one in worker.sip.actions if isinstance(one, PlayMusicOnHold)]
    worker.wait(1)
    assert PlayMusicOnHold(ALICE, ()) in worker.sip.actions
    worker.servers.answers.append(
        ("s1", ServerAnswered(worker.servers.asked[0].asked, ServerWish(ActionAnswer.REPEAT)))
    )
    worker.wait(0)
    assert StopMusicOnHold(ALICE, ()) in worker.sip.actions
    assert prompts(worker) == 2


def test_a_server_that_wants_no_call_ends_it(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.HANGUP)
    play(worker, ASKS)
    press(worker, "22")
    worker.wait(0)
    assert [one for one in worker.sip.actions if isinstance(one, HangUpLeg)]
    assert worker.cdr().status is CallStatus.ANSWERED


@pytest.mark.parametrize("destination", ["199#", "", "sip:x@y"])
def test_what_can_not_be_called_is_calling_failed(worker: WorkerInMemory, destination: str) -> None:
    worker.servers.says = ServerWish(ActionAnswer.CALL, destination)
    play(worker, ASKS)
    press(worker, "22")
    worker.wait(0)
    assert worker.dialled_legs() == []
    assert prompts(worker) == 2


def test_a_failure_is_told_and_calling_failed_follows_until_patience_is_over(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.FAILED, why="The answer is not JSON.")
    play(worker, ASKS, on_failed=Choice(Destination(DestinationKind.EXTENSION, BOB)))
    press(worker, "22")
    worker.wait(0)
    assert worker.dialled_legs() != []
    assert told(worker) == [("22", "failed", "")]


def test_a_server_that_never_comes_back_is_given_up(worker: WorkerInMemory) -> None:
    play(worker, replace(ASKS, connect_timeout_s=1, answer_timeout_s=1))
    press(worker, "22")
    worker.wait(3.9)
    assert prompts(worker) == 1
    worker.wait(0.2)
    assert prompts(worker) == 2
    # Its answer comes after all, and is nobody's any more.
    late = ServerAnswered(worker.servers.asked[0].asked, ServerWish(ActionAnswer.CALL, BOB))
    worker.servers.answers.append(("s1", late))
    worker.wait(0)
    assert worker.dialled_legs() == []


def test_an_answer_to_somebody_who_is_gone_is_dropped(worker: WorkerInMemory) -> None:
    play(worker, ASKS)
    press(worker, "22")
    worker.hear(LegHungUp(ALICE, False, 200, ""))
    late = ServerAnswered(worker.servers.asked[0].asked, ServerWish(ActionAnswer.CALL, BOB))
    worker.servers.answers.append(("s1", late))
    worker.wait(0)
    assert worker.dialled_legs() == []
    assert worker.runner.live_calls == 0


def test_digits_of_a_card_are_asked_but_not_told(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.REPEAT)
    play(worker, ASKS)
    press(worker, "861234")
    worker.wait(0)
    assert worker.servers.asked[0].question["input"] == "861234"
    assert told(worker) == [("", "repeat", "")]


def test_a_number_instead_of_an_address_is_called_at_once(worker: WorkerInMemory) -> None:
    play(worker, MenuAction("Bob", ActionTrigger.DTMF, parse_matches("22"), number=BOB))
    press(worker, "22")
    assert worker.servers.asked == []
    assert worker.dialled_legs() != []


def test_a_known_caller_is_decided_before_the_prompt(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.CALL, BOB)
    known = replace(ASKS, trigger=ActionTrigger.CALLER_NUMBER, matches=parse_matches("100-105"))
    play(worker, known)
    worker.wait(0)
    assert worker.servers.asked[0].question["input"] == ""
    assert prompts(worker) == 0
    assert worker.dialled_legs() != []


def test_a_caller_who_is_sent_back_to_the_same_desk_hears_good_bye_in_the_end(worker: WorkerInMemory) -> None:
    circle = MenuAction("Circle", ActionTrigger.CALLER_NUMBER, parse_matches("101"), number=DESK)
    play(worker, circle)
    said = [one.sounds for one in worker.sip.actions if isinstance(one, PlayFiles)]
    assert said == [("prompt:en/vm-goodbye",)]


def test_the_end_of_the_call_is_no_failure(worker: WorkerInMemory) -> None:
    worker.servers.says = ServerWish(ActionAnswer.FAILED, why="x")
    play(worker, ASKS, on_failed=Choice(END_CALL))
    press(worker, "22")
    worker.wait(0)
    assert worker.runner.live_calls == 0
