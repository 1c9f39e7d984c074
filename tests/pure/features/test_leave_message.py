"""Leaving a message: greeting, tone, recording, and second thoughts."""

from __future__ import annotations

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import LeaveMessage
from callmanager.domain.outcome import CallStatus
from sipworker.call.actions import AnswerLeg, StartRecording, StartTimer, StopRecording
from sipworker.call.mailbox_actions import FindRoom
from sipworker.call.signals import LegHungUp, RecordingFailed, RecordingStopped, RoomFound, TimerFired
from sipworker.features.leave_message import FULL, LENGTH_TIMER, REVIEW_TIMER, SHORT_TIMER
from tests.cast import BOB
from tests.pure.features.mailboxes import CALLER, MailboxCall

STARTED, TAKEN_BACK = CallEventKind.VOICEMAIL_STARTED, CallEventKind.VOICEMAIL_TAKEN_BACK
MARKED = CallEventKind.VOICEMAIL_MARKED


@pytest.fixture
def call() -> MailboxCall:
    return MailboxCall(LeaveMessage(BOB, ("stored:acme/voicemail/hello",), "en", 60))


@pytest.fixture
def recording(call: MailboxCall) -> MailboxCall:
    call.play_to_the_end()
    return call


@pytest.fixture
def reviewing(recording: MailboxCall) -> MailboxCall:
    recording.hear(TimerFired(SHORT_TIMER))
    recording.press("#")
    recording.hear(RecordingStopped(CALLER, "message-1"))
    return recording


def test_the_greeting_and_a_tone_are_played_then_it_records(call: MailboxCall) -> None:
    assert AnswerLeg(CALLER) in call.actions
    assert call.said(call.actions) == ["stored:acme/voicemail/hello", "beep"]
    actions = call.play_to_the_end()
    assert StartRecording(CALLER, "message-1", "voicemail/s1-1.wav") in actions
    assert StartTimer(LENGTH_TIMER, 60) in actions
    assert call.events(STARTED)[0]["mailbox"] == BOB
    assert call.events(STARTED)[0]["path"] == "voicemail/s1-1.wav"


def test_hash_skips_the_greeting(call: MailboxCall) -> None:
    assert call.said(call.press("#")) == ["beep"]
    assert any(isinstance(one, StartRecording) for one in call.play_to_the_end())


def test_who_hangs_up_has_left_the_message(recording: MailboxCall) -> None:
    recording.hear(LegHungUp(CALLER, False, 200, ""))
    assert recording.end is not None
    assert recording.end.outcome.status is CallStatus.ANSWERED
    assert len(recording.events(STARTED)) == 1
    assert recording.events(TAKEN_BACK) == []


def test_the_longest_message_ends_by_itself(recording: MailboxCall) -> None:
    recording.hear(TimerFired(SHORT_TIMER))
    assert StopRecording(CALLER, "message-1") in recording.hear(TimerFired(LENGTH_TIMER))
    assert recording.said(recording.hear(RecordingStopped(CALLER, "message-1"))) == [
        "vm-review",
        "vm-review-urgent",
    ]


def test_digits_while_recording_are_part_of_the_message(recording: MailboxCall) -> None:
    assert recording.press("1239*0") == []


def test_it_can_be_heard_and_kept(reviewing: MailboxCall) -> None:
    assert reviewing.said(reviewing.press("2")) == ["own:voicemail/s1-1.wav"]
    assert reviewing.said(reviewing.play_to_the_end()) == ["vm-review", "vm-review-urgent"]
    assert reviewing.said(reviewing.press("1")) == ["vm-msgsaved", "vm-goodbye"]
    reviewing.play_to_the_end()
    assert reviewing.end is not None


def test_it_can_be_recorded_anew(reviewing: MailboxCall) -> None:
    reviewing.press("3")
    assert reviewing.events(TAKEN_BACK)[0]["recording"] == "message-1"
    assert StartRecording(CALLER, "message-2", "voicemail/s1-2.wav") in reviewing.play_to_the_end()


def test_it_can_be_taken_back(reviewing: MailboxCall) -> None:
    assert reviewing.said(reviewing.press("*")) == ["vm-deleted", "vm-goodbye"]
    assert len(reviewing.events(TAKEN_BACK)) == 1
    reviewing.play_to_the_end()
    assert reviewing.end is not None


def test_it_can_be_marked_as_urgent_and_back(reviewing: MailboxCall) -> None:
    assert reviewing.said(reviewing.press("4")) == ["vm-marked-urgent", "vm-review", "vm-review-nonurgent"]
    reviewing.press("4")
    assert [event["is_urgent"] for event in reviewing.events(MARKED)] == [True, False]


def test_silence_keeps_it(reviewing: MailboxCall) -> None:
    assert StartTimer(REVIEW_TIMER, 10.0) in reviewing.play_to_the_end()
    assert reviewing.said(reviewing.hear(TimerFired(REVIEW_TIMER))) == ["vm-msgsaved", "vm-goodbye"]


def test_what_comes_late_changes_nothing(reviewing: MailboxCall) -> None:
    assert reviewing.hear(TimerFired(LENGTH_TIMER), RecordingStopped(CALLER, "message-1")) == []


@pytest.mark.parametrize("room", [RoomFound(200, True), RoomFound(0, False)], ids=["count", "disk or quota"])
def test_a_full_mailbox_is_told_before_the_tone(call: MailboxCall, room: RoomFound) -> None:
    assert FindRoom(BOB) in call.actions
    assert call.said(call.hear(room)) == ["vm-mailboxfull", "vm-goodbye"]
    call.play_to_the_end()
    assert call.end is not None
    assert call.end.outcome == FULL
    assert call.events(STARTED) == []


def test_where_there_is_room_the_greeting_goes_on(call: MailboxCall) -> None:
    assert call.hear(RoomFound(199, True)) == []


def test_room_that_is_known_too_late_cuts_nobody_off(recording: MailboxCall) -> None:
    assert recording.hear(RoomFound(200, True)) == []


def test_less_than_a_second_is_no_message_and_asked_for_again(recording: MailboxCall) -> None:
    recording.press("#")
    assert recording.said(recording.hear(RecordingStopped(CALLER, "message-1"))) == ["vm-tooshort", "beep"]
    assert recording.events(TAKEN_BACK)[0]["recording"] == "message-1"
    assert StartRecording(CALLER, "message-2", "voicemail/s1-2.wav") in recording.play_to_the_end()


def test_a_message_that_cannot_be_recorded_is_no_silence(recording: MailboxCall) -> None:
    said = recording.said(recording.hear(RecordingFailed(CALLER, "message-1")))
    assert said == ["sorry-youre-having-problems", "please-try-call-later", "vm-goodbye"]
    assert recording.events(TAKEN_BACK)[0]["recording"] == "message-1"
    recording.play_to_the_end()
    assert recording.end is not None
