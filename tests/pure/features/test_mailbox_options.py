"""Greetings, spoken name and PIN, changed by the owner on the telephone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages
from callmanager.domain.mailbox import Mailbox, StoredGreeting
from sipworker.call.actions import StartRecording, StopRecording
from sipworker.call.mailbox_actions import ChangePin
from sipworker.call.signals import LegHungUp, MessagesFound, RecordingFailed, RecordingStopped, TimerFired
from sipworker.features.mailbox_recorder import LENGTH_TIMER, SHORT_TIMER
from sipworker.features.mailbox_words import EMPTY_HELP
from tests.cast import ALICE
from tests.pure.features.mailboxes import CALLER, MailboxCall

CHANGED = CallEventKind.VOICEMAIL_CHANGED
PLAIN = Mailbox(is_pin_asked=False)


def options(settings: Mailbox = PLAIN) -> MailboxCall:
    call = MailboxCall(CheckMessages(ALICE, settings))
    call.hear(MessagesFound(()))
    assert call.said(call.press("0")) == ["vm-options"]
    return call


def record(call: MailboxCall, *, is_short: bool = False) -> list[str]:
    """The prompt and the tone are over; something is said."""
    call.play_to_the_end()
    recording = [one for one in call.actions if isinstance(one, StartRecording)][-1]
    if not is_short:
        call.hear(TimerFired(SHORT_TIMER))
    assert StopRecording(CALLER, recording.recording) in call.press("#")
    return call.said(call.hear(RecordingStopped(CALLER, recording.recording)))


@pytest.mark.parametrize(
    ("key", "prompt", "greeting"),
    [
        ("1", "vm-rec-unv", ""),
        ("2", "vm-rec-busy", "busy"),
        ("3", "vm-rec-name", "name"),
        ("4", "vm-rec-temp", "temporary"),
        ("8", "vm-rec-unv", "do_not_disturb"),
        ("0", "vm-rec-unv", "business_trip"),
    ],
)
def test_a_greeting_is_recorded_and_kept(key: str, prompt: str, greeting: str) -> None:
    call = options()
    assert call.said(call.press(key)) == [prompt, "beep"]
    assert record(call) == ["vm-review"]
    assert call.said(call.press("1")) == ["vm-msgsaved", "vm-options"]
    begun, kept = call.events(CHANGED)
    assert (begun["change"], kept["change"], kept["greeting"]) == ("recording", "greeting", greeting)
    assert begun["path"] == kept["path"]


def test_it_is_heard_and_recorded_anew_before_it_is_kept() -> None:
    call = options()
    call.press("1")
    record(call)
    said = call.said(call.press("2"))
    assert said[0].startswith("own:voicemail/s1-greeting-1-1")
    assert call.said(call.press("3")) == ["vm-rec-unv", "beep"]
    record(call)
    call.press("1")
    kept = [one["path"] for one in call.events(CHANGED) if one["change"] == "greeting"]
    assert kept == ["voicemail/s1-greeting-1-2.wav"]


def test_two_greetings_of_one_call_are_two_files() -> None:
    call = options()
    for key in "12":
        call.press(key)
        record(call)
        call.press("1")
    paths = {one["path"] for one in call.events(CHANGED)}
    assert len(paths) == 2


def test_what_is_too_short_is_asked_for_again() -> None:
    call = options()
    call.press("4")
    assert record(call, is_short=True) == ["vm-tooshort", "vm-rec-temp", "beep"]


def test_the_longest_greeting_ends_by_itself() -> None:
    call = options()
    call.press("1")
    call.play_to_the_end()
    call.hear(TimerFired(SHORT_TIMER))
    assert any(isinstance(one, StopRecording) for one in call.hear(TimerFired(LENGTH_TIMER)))


def test_who_hangs_up_before_it_is_kept_leaves_the_old_one() -> None:
    call = options()
    call.press("1")
    record(call)
    call.hear(LegHungUp(CALLER, False, 200, ""))
    assert [one["change"] for one in call.events(CHANGED)] == ["recording"]


def test_one_that_exists_is_heard_first_and_can_be_taken_out_of_use() -> None:
    call = options(replace(PLAIN, temporary_greeting="acme/prompt/a1"))
    assert call.said(call.press("4")) == ["stored:acme/prompt/a1", "vm-tempgreeting2"]
    assert call.said(call.press("2")) == ["vm-tempremoved", "vm-options"]
    assert [(one["change"], one["greeting"]) for one in call.events(CHANGED)] == [
        ("greeting_unlocked", "temporary")
    ]


def test_one_that_exists_can_be_recorded_anew() -> None:
    call = options(replace(PLAIN, greeting="acme/prompt/a1"))
    call.press("1")
    assert call.said(call.press("1")) == ["vm-rec-unv", "beep"]


def test_the_pin_is_typed_twice() -> None:
    call = options()
    assert call.said(call.press("5")) == ["vm-newpassword"]
    assert call.said(call.press("2468#")) == ["vm-reenterpassword"]
    actions = call.press("2468#")
    assert ChangePin(ALICE, "2468") in actions
    assert call.said(actions) == ["vm-passchanged", "vm-options"]
    assert "2468" not in repr(actions)


@pytest.mark.parametrize("pin", ["123", "1" * 13, "12*4", ""])
def test_a_pin_of_another_kind_is_refused(pin: str) -> None:
    call = options()
    call.press("5")
    assert call.said(call.press(f"{pin}#")) == ["vm-invalid-password", "vm-newpassword"]


def test_a_pin_that_is_typed_differently_is_asked_for_again() -> None:
    call = options()
    call.press("52468#")
    assert call.said(call.press("2469#")) == ["vm-mismatch", "vm-newpassword"]
    assert not any(isinstance(one, ChangePin) for one in call.actions)


def test_star_goes_back_to_the_messages_from_everywhere() -> None:
    call = options()
    assert call.said(call.press("*")) == list(EMPTY_HELP)
    call.press("0")
    call.press("5")
    assert call.said(call.press("*")) == list(EMPTY_HELP)
    call.press("01")
    assert call.said(call.press("*")) == list(EMPTY_HELP)


def test_a_greeting_that_cannot_be_recorded_leads_back_with_a_word() -> None:
    call = options()
    call.press("1")
    call.play_to_the_end()
    said = call.said(call.hear(RecordingFailed(CALLER, "s1-greeting-1-1")))
    assert said == ["sorry-youre-having-problems", "please-try-call-later", *EMPTY_HELP]


SUMMER, WINTER, LUNCH = (
    StoredGreeting(7, "", "acme/prompt/a7", is_active=True),
    StoredGreeting(9, "", "acme/prompt/a9"),
    StoredGreeting(8, "lunch", "acme/prompt/a8"),
)
SEVERAL = replace(PLAIN, greeting="acme/prompt/a7", stored_greetings=(SUMMER, LUNCH, WINTER))
OTHERS = ["vm-prev", "vm-next"]
SUMMER_SAID = ["digits/1", "stored:acme/prompt/a7", "activated", *OTHERS]
WINTER_SAID = ["digits/2", "stored:acme/prompt/a9", "if-correct-press", "digits/1", *OTHERS]


def test_of_several_greetings_the_owner_chooses_what_callers_hear() -> None:
    call = options(SEVERAL)
    assert call.said(call.press("1")) == SUMMER_SAID
    assert call.said(call.press("6")) == WINTER_SAID
    assert call.said(call.press("5")) == WINTER_SAID
    assert call.said(call.press("1")) == ["activated", "vm-options"]
    (chosen,) = call.events(CHANGED)
    assert (chosen["change"], chosen["greeting"], chosen["greeting_id"]) == ("greeting_chosen", "", 9)
    # From then on it is the one that is heard first.
    assert call.said(call.press("1"))[:3] == ["digits/2", "stored:acme/prompt/a9", "activated"]


def test_the_list_goes_round_and_star_leaves_everything_as_it_was() -> None:
    call = options(SEVERAL)
    call.press("1")
    assert call.said(call.press("4")) == WINTER_SAID
    assert call.said(call.press("6")) == SUMMER_SAID
    assert call.said(call.press("9")) == SUMMER_SAID
    assert call.said(call.press("*")) == ["vm-options"]
    assert call.events(CHANGED) == []


def test_the_one_in_use_is_taken_out_of_use_and_offered_again() -> None:
    call = options(SEVERAL)
    call.press("1")
    assert call.said(call.press("2")) == ["vm-tempremoved", "vm-options"]
    assert [one["change"] for one in call.events(CHANGED)] == ["greeting_unlocked"]
    assert call.said(call.press("1")) == [
        "digits/1",
        "stored:acme/prompt/a7",
        "if-correct-press",
        "digits/1",
        *OTHERS,
    ]
    # There is none any more that could be taken out of use.
    assert call.said(call.press("2"))[0] == "digits/1"


def test_one_that_is_stored_and_not_in_use_is_offered_before_it_is_recorded_anew() -> None:
    call = options(SEVERAL)
    assert call.said(call.press("9")) == ["digits/1", "stored:acme/prompt/a8", "if-correct-press", "digits/1"]
    assert call.said(call.press("3")) == ["vm-rec-unv", "beep"]
    record(call)
    call.press("1")
    kept = call.events(CHANGED)[-1]
    assert (kept["change"], kept["greeting"]) == ("greeting", "lunch")


def test_a_greeting_of_another_kind_is_none_to_choose_from() -> None:
    call = options(SEVERAL)
    assert call.said(call.press("2")) == ["vm-rec-busy", "beep"]
