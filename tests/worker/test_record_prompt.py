"""A receptionist's prompt recorded by telephone: only who knows its PIN, and only what they are content with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.receptionist import ReceptionistEntry
from sipworker.call.actions import HangUpLeg, PlayFiles, StartRecording, StopRecording
from sipworker.call.signals import DigitPressed, PlaybackEnded, RecordingFailed, RecordingStopped
from sipworker.features.mailbox_room import PLAYBACK
from tests.cast import ACME, ACME_ID, alice_calls
from tests.fakes import WorkerInMemory

ALICE = "alice"


@pytest.fixture
def desk(worker: WorkerInMemory) -> WorkerInMemory:
    desks = (
        ReceptionistEntry("800", "Sales", pin_token="4711"),
        ReceptionistEntry("801", "Night"),
    )
    worker.snapshots.by_tenant[ACME_ID] = replace(ACME, receptionists=desks)
    return worker


def press(worker: WorkerInMemory, keys: str) -> None:
    for key in keys:
        worker.hear(DigitPressed(ALICE, key, 100))


def played(worker: WorkerInMemory) -> None:
    worker.hear(PlaybackEnded(ALICE, PLAYBACK))


def recorded(worker: WorkerInMemory) -> StartRecording:
    return next(one for one in reversed(worker.sip.actions) if isinstance(one, StartRecording))


def said(worker: WorkerInMemory, word: str) -> bool:
    return any(isinstance(one, PlayFiles) and f"prompt:en/{word}" in one.sounds for one in worker.sip.actions)


def changes(worker: WorkerInMemory) -> list[tuple[object, object, object]]:
    return [
        (event.data["mailbox"], event.data["change"], event.data.get("use"))
        for event in worker.events.of("s1")
        if event.kind is CallEventKind.VOICEMAIL_CHANGED
    ]


def record(worker: WorkerInMemory, code: str) -> None:
    """Up to the question whether it is good so."""
    worker.hear(alice_calls(code))
    press(worker, "4711#")
    played(worker)
    worker.wait(2)
    press(worker, "#")
    assert [one for one in worker.sip.actions if isinstance(one, StopRecording)]
    worker.hear(RecordingStopped(ALICE, recorded(worker).recording))


@pytest.mark.parametrize(
    ("code", "use"), [("*56*800", "menu"), ("*56*800*2", "closed"), ("*56*800*3", "transfer")]
)
def test_who_knows_the_pin_records_and_takes_it(desk: WorkerInMemory, code: str, use: str) -> None:
    record(desk, code)
    press(desk, "1")
    assert said(desk, "vm-msgsaved")
    assert changes(desk) == [("800", "recording", None), ("800", "prompt", use)]
    played(desk)
    assert desk.runner.live_calls == 0
    assert desk.cdr().answered_by == "prompt_recording"


def test_what_is_not_liked_is_recorded_anew_or_given_up(desk: WorkerInMemory) -> None:
    record(desk, "*56*800")
    press(desk, "2")
    press(desk, "3")
    played(desk)
    assert recorded(desk).recording.endswith("-2")
    press(desk, "#")
    desk.hear(RecordingStopped(ALICE, recorded(desk).recording))
    press(desk, "*")
    played(desk)
    assert desk.runner.live_calls == 0
    assert ("800", "prompt", "menu") not in changes(desk)


def test_wrong_pins_end_the_call_and_lock_the_door(desk: WorkerInMemory) -> None:
    desk.hear(alice_calls("*56*800"))
    for _ in range(3):
        press(desk, "1234#")
    played(desk)
    assert desk.runner.live_calls == 0
    assert said(desk, "vm-incorrect")
    assert not [one for one in desk.sip.actions if isinstance(one, StartRecording)]


@pytest.mark.parametrize(
    ("code", "sip_code"), [("*56*801", 403), ("*56*899", 404), ("*56*800*7", 404), ("*56*101", 404)]
)
def test_no_pin_no_such_receptionist_and_no_such_prompt_are_refused(
    desk: WorkerInMemory, code: str, sip_code: int
) -> None:
    desk.hear(alice_calls(code))
    assert desk.cdr().sip_code == sip_code
    assert not [one for one in desk.sip.actions if isinstance(one, HangUpLeg)]


def test_a_disk_that_takes_nothing_is_told(desk: WorkerInMemory) -> None:
    desk.hear(alice_calls("*56*800"))
    press(desk, "4711#")
    played(desk)
    desk.hear(RecordingFailed(ALICE, recorded(desk).recording))
    assert said(desk, "sorry-youre-having-problems")
    played(desk)
    assert desk.runner.live_calls == 0


def test_who_says_nothing_at_all_is_not_waited_for(desk: WorkerInMemory) -> None:
    desk.hear(alice_calls("*56*800"))
    for _ in range(3):
        played(desk)
        desk.wait(11)
    played(desk)
    assert desk.runner.live_calls == 0
