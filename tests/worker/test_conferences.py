"""Conference rooms on a worker: the door, who is wired to whom, the keys, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.outcome import CallStatus
from sipworker.call.actions import (
    AnswerLeg,
    HangUpLeg,
    HearLeg,
    PlayFiles,
    PlayMusicOnHold,
    StopMusicOnHold,
    UnhearLeg,
)
from sipworker.call.signals import DigitPressed, LegHungUp, PlaybackEnded
from sipworker.features.conference import PIN_WAIT_S, PLAYBACK
from sipworker.runtime.pins import WRONG_AT_MOST
from tests.cast import (
    ACME,
    ACME_DOMAIN,
    ACME_ID,
    GLOBEX,
    GLOBEX_DOMAIN,
    GLOBEX_ID,
    alice_calls,
    mallory_calls,
)
from tests.fakes import WorkerInMemory

NUMBER = "9000"
ROOM_PIN, ADMIN_PIN = "123456", "654321"


def worker_with(**changes: Any) -> WorkerInMemory:
    worker = WorkerInMemory(capacity=500)
    room = replace(ConferenceRoom(1, NUMBER, "Sales conference"), **changes)
    worker.snapshots.put(ACME_ID, replace(ACME, conferences=(room,)))
    return worker


def press(worker: WorkerInMemory, leg: str, keys: str) -> None:
    worker.hear(*(DigitPressed(leg, key, 100) for key in keys))


def enter(worker: WorkerInMemory, *legs: str, keys: str = "") -> None:
    for leg in legs:
        worker.hear(alice_calls(NUMBER, leg))
        press(worker, leg, keys)


def said(worker: WorkerInMemory, leg: str) -> list[str]:
    """Since the actions were taken last."""
    files = [one.sounds for one in worker.sip.actions if isinstance(one, PlayFiles) and one.leg == leg]
    return [name.rpartition("/")[2] for played in files for name in played]


def wires(worker: WorkerInMemory) -> set[tuple[str, str]]:
    """Who hears whom now."""
    wired: set[tuple[str, str]] = set()
    for one in worker.sip.actions:
        match one:
            case HearLeg(listener=listener, source=source):
                wired.add((listener, source))
            case UnhearLeg(listener=listener, source=source):
                wired.discard((listener, source))
    return wired


def both_ways(*legs: str) -> set[tuple[str, str]]:
    return {(one, other) for one in legs for other in legs if one != other}


def is_out(worker: WorkerInMemory, leg: str) -> bool:
    worker.hear(PlaybackEnded(leg, PLAYBACK))
    return any(isinstance(one, HangUpLeg) and one.leg == leg for one in worker.sip.actions)


def test_the_first_hears_that_they_are_alone_and_the_second_talks_with_them() -> None:
    worker = worker_with()
    enter(worker, "a")
    assert AnswerLeg("a") in worker.sip.actions
    assert any(isinstance(one, PlayMusicOnHold) and one.leg == "a" for one in worker.sip.actions)
    assert said(worker, "a") == ["conf-onlyperson"]
    enter(worker, "b")
    assert any(isinstance(one, StopMusicOnHold) and one.leg == "a" for one in worker.sip.actions)
    assert wires(worker) == both_ways("a", "b")
    enter(worker, "c")
    assert wires(worker) == both_ways("a", "b", "c")


def test_a_room_without_prompts_tells_nothing_of_comings_and_goings() -> None:
    worker = worker_with(is_prompt_silent=True)
    enter(worker, "a", "b")
    worker.hear(LegHungUp("b", False, 200, ""))
    assert (said(worker, "a"), said(worker, "b")) == ([], [])


def test_prompts_are_in_the_rooms_language() -> None:
    worker = worker_with(language="fr")
    enter(worker, "a")
    (played,) = [one.sounds for one in worker.sip.actions if isinstance(one, PlayFiles)]
    assert played == ("prompt:fr/conf-onlyperson",)


def test_who_leaves_is_heard_no_more_and_who_stays_alone_hears_so() -> None:
    worker = worker_with()
    enter(worker, "a", "b")
    worker.hear(LegHungUp("b", False, 200, ""))
    assert wires(worker) == set()
    assert said(worker, "a")[-1] == "conf-onlyperson"
    cdr = worker.cdr("s2")
    assert (cdr.status, cdr.answered_by, cdr.answered_number) == (CallStatus.ANSWERED, "conference", NUMBER)


def test_nobody_comes_in_without_the_pin_and_three_tries_are_all() -> None:
    worker = worker_with(room_pin_token=ROOM_PIN)
    enter(worker, "a", keys="111111#222222#")
    assert said(worker, "a") == ["conf-getpin", *("conf-invalidpin", "conf-getpin") * 2]
    press(worker, "a", "#")
    assert said(worker, "a")[-1] == "conf-invalidpin"
    assert is_out(worker, "a")
    assert CallEventKind.CONFERENCE_JOINED not in worker.events.kinds("s1")


def test_the_pin_opens_the_door_also_without_a_hash() -> None:
    worker = worker_with(room_pin_token=ROOM_PIN)
    enter(worker, "a", keys=ROOM_PIN)
    assert CallEventKind.CONFERENCE_JOINED not in worker.events.kinds("s1")
    worker.wait(PIN_WAIT_S)
    assert CallEventKind.CONFERENCE_JOINED in worker.events.kinds("s1")


def test_guessing_bars_the_room_for_a_while_even_for_the_right_pin() -> None:
    worker = worker_with(room_pin_token=ROOM_PIN)
    for caller in range(WRONG_AT_MOST):
        enter(worker, f"thief{caller}", keys="000000#")
    enter(worker, "a", keys=f"{ROOM_PIN}#")
    assert said(worker, "a")[-1] == "conf-invalidpin"
    assert is_out(worker, "a")


def test_without_a_room_pin_one_need_not_type_anything() -> None:
    worker = worker_with(admin_pin_token=ADMIN_PIN)
    enter(worker, "a", keys="#")
    (joined,) = [one for one in worker.events.of("s1") if one.kind is CallEventKind.CONFERENCE_JOINED]
    assert joined.data["is_admin"] is False


def test_a_full_room_lets_nobody_in() -> None:
    worker = worker_with(max_participants=2)
    enter(worker, "a", "b", "c")
    assert said(worker, "c") == ["conf-full"]
    assert is_out(worker, "c")
    assert wires(worker) == both_ways("a", "b")


def hosted() -> WorkerInMemory:
    """Host and two others."""
    worker = worker_with(room_pin_token=ROOM_PIN, admin_pin_token=ADMIN_PIN)
    enter(worker, "host", keys=f"{ADMIN_PIN}#")
    enter(worker, "a", "b", keys=f"{ROOM_PIN}#")
    return worker


def test_anybody_mutes_themselves_and_comes_back() -> None:
    worker = hosted()
    press(worker, "a", "*1")
    assert wires(worker) == both_ways("host", "a", "b") - {("host", "a"), ("b", "a")}
    assert said(worker, "a")[-1] == "conf-muted"
    press(worker, "a", "*1")
    assert wires(worker) == both_ways("host", "a", "b")


def test_only_an_admin_commands() -> None:
    worker = hosted()
    press(worker, "a", "*2*3*4*0")
    assert wires(worker) == both_ways("host", "a", "b")
    enter(worker, "c", keys=f"{ROOM_PIN}#")
    assert wires(worker) == both_ways("host", "a", "b", "c")


def test_digits_without_a_star_are_no_commands() -> None:
    worker = hosted()
    press(worker, "host", "4")
    press(worker, "host", "*94")
    assert wires(worker) == both_ways("host", "a", "b")


def test_an_admin_locks_the_room() -> None:
    worker = hosted()
    press(worker, "host", "*2")
    enter(worker, "c", keys=f"{ROOM_PIN}#")
    assert said(worker, "c")[-1] == "conf-locked"
    assert is_out(worker, "c")
    press(worker, "host", "*2")
    enter(worker, "d", keys=f"{ROOM_PIN}#")
    assert wires(worker) == both_ways("host", "a", "b", "d")


def test_an_admin_mutes_the_room_and_nobody_hears_anybody() -> None:
    worker = hosted()
    press(worker, "host", "*4")
    assert wires(worker) == set()
    press(worker, "host", "*4")
    assert wires(worker) == both_ways("host", "a", "b")


def test_an_admin_sends_out_who_came_last() -> None:
    worker = hosted()
    press(worker, "host", "*3")
    assert wires(worker) == both_ways("host", "a")
    assert said(worker, "b")[-1] == "conf-kicked"
    assert is_out(worker, "b")
    assert worker.cdr("s3").status is CallStatus.ANSWERED


def test_an_admin_ends_the_conference_for_all() -> None:
    worker = hosted()
    press(worker, "host", "*0")
    assert wires(worker) == set()
    assert all(is_out(worker, leg) for leg in ("host", "a", "b"))
    told = [kind for session in ("s1", "s2", "s3") for kind in worker.events.kinds(session)]
    assert told.count(CallEventKind.CONFERENCE_LEFT) == 3
    assert told.count(CallEventKind.CONFERENCE_ENDED) == 1


def test_deleting_the_room_ends_the_conference() -> None:
    worker = hosted()
    worker.snapshots.put(ACME_ID, ACME)
    worker.wait(0)
    assert all(is_out(worker, leg) for leg in ("host", "a", "b"))
    assert wires(worker) == set()


def test_another_companys_room_of_the_same_number_is_another_room() -> None:
    worker = worker_with()
    worker.snapshots.put(GLOBEX_ID, replace(GLOBEX, conferences=(ConferenceRoom(1, NUMBER, "Globex"),)))
    enter(worker, "a")
    worker.hear(mallory_calls(NUMBER, GLOBEX_DOMAIN))
    assert wires(worker) == set()
    assert said(worker, "mallory") == ["conf-onlyperson"]
    assert ACME_DOMAIN != GLOBEX_DOMAIN
