"""Conference rooms on the worker's own machine: who is let in, who hears whom, and what ends it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.sounds import prompt
from sipworker.call.actions import AnswerLeg, HangUpLeg, HearLeg, PlayFiles
from sipworker.call.signals import DigitPressed, LegHungUp, PlaybackEnded
from sipworker.features.conference import PIN_WAIT_S, PLAYBACK
from sipworker.runtime.conference_desk import ROOM_DELETED
from sipworker.runtime.pins import WRONG_AT_MOST
from tests.cast import ACME, ACME_ID, GLOBEX, GLOBEX_DOMAIN, GLOBEX_ID, alice_calls, mallory_calls
from tests.fakes import WorkerInMemory

SALES = "9000"


def worker_with(**changes: Any) -> WorkerInMemory:
    worker = WorkerInMemory(capacity=50)
    room = replace(ConferenceRoom(1, SALES, "Sales conference"), **changes)
    worker.snapshots.put(ACME_ID, replace(ACME, conferences=(room,)))
    return worker


def dial(worker: WorkerInMemory, *legs: str) -> None:
    for leg in legs:
        worker.hear(alice_calls(SALES, leg))


def type_in(worker: WorkerInMemory, leg: str, digits: str) -> None:
    for digit in digits:
        worker.hear(DigitPressed(leg, digit, 100))


def wires(worker: WorkerInMemory) -> set[tuple[str, str]]:
    """Who hears whom, of all that was wished since the actions were taken last."""
    return {(one.listener, one.source) for one in worker.sip.actions if isinstance(one, HearLeg)}


def heard(worker: WorkerInMemory, leg: str) -> list[str]:
    """The names of what was played to it."""
    played = [one for one in worker.sip.actions if isinstance(one, PlayFiles) and one.leg == leg]
    names = {
        prompt("en", name): name
        for name in (
            *("conf-getpin", "conf-invalidpin", "conf-full", "conf-locked", "conf-lockednow", "vm-goodbye"),
            *("conf-unlockednow", "conf-onlyperson", "conf-placeintoconf", "beep"),
        )
    }
    return [names[file] for one in played for file in one.sounds]


def end_words(worker: WorkerInMemory, leg: str) -> list[str]:
    """What was said to somebody who is not let in, until the call is over."""
    said = heard(worker, leg)
    worker.hear(PlaybackEnded(leg, PLAYBACK))
    assert [one.leg for one in worker.sip.actions if isinstance(one, HangUpLeg)] == [leg]
    return said


def test_everybody_in_the_room_hears_everybody_else_and_is_told_who_comes_and_goes() -> None:
    worker = worker_with()
    dial(worker, "one")
    assert worker.sip.actions[0] == AnswerLeg("one")
    assert (heard(worker, "one"), wires(worker)) == (["conf-onlyperson"], set())
    established = [one.data for one in worker.events.of("s1") if one.kind is CallEventKind.CALL_ESTABLISHED]
    assert [(one["number"], one["answered_by"]) for one in established] == [(SALES, "conference")]
    dial(worker, "two", "three")
    pairs = {("one", "two"), ("one", "three"), ("two", "three")}
    assert wires(worker) == pairs | {(source, listener) for listener, source in pairs}
    worker.sip.take_actions()
    worker.hear(LegHungUp("two", False, 200, ""))
    assert (heard(worker, "one"), heard(worker, "three"), heard(worker, "two")) == (["beep"], ["beep"], [])


def test_a_silent_room_tells_nobody() -> None:
    worker = worker_with(is_prompt_silent=True)
    dial(worker, "one", "two")
    assert wires(worker) == {("one", "two"), ("two", "one")}
    assert [one for one in worker.sip.actions if isinstance(one, PlayFiles)] == []


def test_nobody_is_heard_before_the_right_pin() -> None:
    worker = worker_with(room_pin_token="123456")
    dial(worker, "one", "two")
    assert heard(worker, "one") == ["conf-getpin"]
    type_in(worker, "one", "123456#")
    assert wires(worker) == set()
    type_in(worker, "two", "12#")
    assert (wires(worker), heard(worker, "two")) == (set(), ["conf-getpin", "conf-invalidpin"])
    type_in(worker, "two", "123456")
    worker.wait(PIN_WAIT_S)
    assert wires(worker) == {("one", "two"), ("two", "one")}


def test_three_wrong_pins_end_the_call_and_guessing_locks_the_room() -> None:
    worker = worker_with(room_pin_token="123456", admin_pin_token="654321")
    for turn in range(WRONG_AT_MOST):
        dial(worker, f"guest{turn}")
        type_in(worker, f"guest{turn}", "1111#2222#3333#")
        said = end_words(worker, f"guest{turn}")
        assert said[-2:] == ["conf-invalidpin", "vm-goodbye"]
        worker.sip.take_actions()
    dial(worker, "late")
    type_in(worker, "late", "123456#")
    assert end_words(worker, "late")[-1] == "vm-goodbye", "the right one is not looked at for a while"


def test_whoever_types_nothing_is_asked_again_and_then_sent_away() -> None:
    worker = worker_with(room_pin_token="123456")
    dial(worker, "one")
    for _ in range(3):
        worker.hear(PlaybackEnded("one", PLAYBACK))
        worker.wait(PIN_WAIT_S)
    assert end_words(worker, "one") == ["conf-getpin"] * 3 + ["vm-goodbye"]


def test_a_full_room_takes_nobody() -> None:
    worker = worker_with(max_participants=2)
    dial(worker, "one", "two")
    worker.sip.take_actions()
    dial(worker, "three")
    assert wires(worker) == set()
    assert end_words(worker, "three") == ["conf-full"]


def test_an_admin_locks_the_room_and_opens_it_again() -> None:
    worker = worker_with(room_pin_token="123456", admin_pin_token="654321")
    dial(worker, "host", "guest")
    type_in(worker, "host", "654321#")
    type_in(worker, "guest", "123456#")
    worker.sip.take_actions()
    type_in(worker, "guest", "*")
    assert heard(worker, "guest") == [], "a guest locks nothing"
    type_in(worker, "host", "*")
    assert heard(worker, "host") == ["conf-lockednow"]
    dial(worker, "late")
    type_in(worker, "late", "123456#")
    assert end_words(worker, "late")[-1] == "conf-locked"
    worker.sip.take_actions()
    dial(worker, "cohost")
    type_in(worker, "cohost", "654321#")
    assert ("cohost", "guest") in wires(worker)
    type_in(worker, "host", "*")
    dial(worker, "later")
    type_in(worker, "later", "123456#")
    assert ("later", "guest") in wires(worker)


def test_with_an_admin_pin_alone_guests_press_pound() -> None:
    worker = worker_with(admin_pin_token="654321")
    dial(worker, "one", "two")
    type_in(worker, "one", "#")
    type_in(worker, "two", "654321#")
    assert wires(worker) == {("one", "two"), ("two", "one")}


def test_a_room_is_forgotten_with_its_last_call_and_so_is_its_lock() -> None:
    worker = worker_with(room_pin_token="1234", admin_pin_token="5678")
    dial(worker, "host")
    type_in(worker, "host", "5678#*")
    worker.hear(LegHungUp("host", False, 200, ""))
    dial(worker, "guest")
    type_in(worker, "guest", "1234#")
    assert heard(worker, "guest")[-1] == "conf-onlyperson"


def test_deleting_a_room_ends_it_for_everybody_in_it() -> None:
    worker = worker_with()
    dial(worker, "one", "two")
    worker.sip.take_actions()
    worker.snapshots.put(ACME_ID, ACME)
    worker.wait(0)
    ended = [one for one in worker.sip.actions if isinstance(one, HangUpLeg)]
    assert [(one.leg, one.reason) for one in ended] == [("one", ROOM_DELETED), ("two", ROOM_DELETED)]


@pytest.mark.parametrize("has_own_room", [True, False])
def test_a_stranger_is_never_in_the_same_room(has_own_room: bool) -> None:
    worker = worker_with()
    dial(worker, "one")
    if has_own_room:
        own = (ConferenceRoom(1, SALES, "Globex"),)
        worker.snapshots.put(GLOBEX_ID, replace(GLOBEX, conferences=own))
    worker.hear(mallory_calls(SALES, GLOBEX_DOMAIN))
    assert wires(worker) == set()
