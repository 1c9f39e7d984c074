"""Hearing a mailbox: the PIN, the order of messages, and what can be done with them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.decisions import CheckMessages
from callmanager.domain.mailbox import Mailbox, StoredMessage
from sipworker.call.actions import StartRecording
from sipworker.call.mailbox_actions import CheckPin, FindMessages
from sipworker.call.signals import MessagesFound, PinChecked, RecordingStopped, TimerFired
from sipworker.features.mailbox_recorder import SHORT_TIMER
from sipworker.features.mailbox_room import WAIT_TIMER
from sipworker.features.mailbox_words import ADVANCED, EMPTY_HELP, FAULT, HELP, MENU
from tests.cast import ALICE, BOB
from tests.pure.features.mailboxes import CALLER, MailboxCall

CHANGED = CallEventKind.VOICEMAIL_CHANGED
# Monday 2 March 2026, 14:05 in Berlin.
AT = 1772456700.0
OLD = StoredMessage(1, BOB, AT - 100, 4.0, "stored:old", is_new=False)
NEW = StoredMessage(2, "+493055", AT, 4.0, "stored:new")
NEWER = StoredMessage(3, "anonymous", AT + 100, 4.0, "stored:newer")
URGENT = StoredMessage(4, BOB, AT + 200, 4.0, "stored:urgent", is_urgent=True)
SHORT = Mailbox(is_pin_asked=False, says_caller=False, says_time=False)


def mailbox(settings: Mailbox = SHORT) -> MailboxCall:
    return MailboxCall(CheckMessages(ALICE, settings))


def heard(*messages: StoredMessage, settings: Mailbox = SHORT) -> tuple[MailboxCall, list[str]]:
    call = mailbox(settings)
    return call, call.said(call.hear(MessagesFound(messages)))


def changes(call: MailboxCall) -> list[tuple[object, object]]:
    return [(event["message_id"], event["change"]) for event in call.events(CHANGED)]


def test_the_pin_is_asked_and_checked() -> None:
    call = mailbox(Mailbox(pin_token="token"))
    assert call.said(call.actions) == ["vm-password"]
    assert CheckPin(ALICE, "1234", "token") in call.press("1234#")
    assert call.hear(PinChecked(True)) == [FindMessages(ALICE)]


def test_a_pin_without_hash_is_taken_after_a_while() -> None:
    call = mailbox(Mailbox(pin_token="token"))
    call.press("1234")
    assert CheckPin(ALICE, "1234", "token") in call.hear(TimerFired(WAIT_TIMER))


def test_three_wrong_pins_end_the_call() -> None:
    call = mailbox(Mailbox(pin_token="token"))
    for _ in range(2):
        call.press("1#")
        assert call.said(call.hear(PinChecked(False))) == ["vm-incorrect", "vm-password"]
    call.press("1#")
    assert call.said(call.hear(PinChecked(False))) == ["vm-incorrect", "vm-goodbye"]
    call.play_to_the_end()
    assert call.end is not None
    assert not any(isinstance(one, FindMessages) for one in call.actions)


def test_a_locked_mailbox_lets_nobody_in_even_with_the_right_pin() -> None:
    call = mailbox(Mailbox(pin_token="token"))
    call.press("1234#")
    assert call.said(call.hear(PinChecked(False, is_locked=True))) == ["vm-incorrect", "vm-goodbye"]


def test_without_a_pin_the_messages_come_at_once() -> None:
    assert FindMessages(ALICE) in mailbox().actions


def test_an_empty_mailbox_says_so_and_what_can_be_done_all_the_same() -> None:
    call, said = heard()
    assert said == ["vm-youhave", "vm-no", "vm-messages", *EMPTY_HELP]
    assert call.said(call.press("7")) == list(EMPTY_HELP)
    assert call.said(call.press("#")) == ["vm-goodbye"]
    call.play_to_the_end()
    assert call.end is not None


def test_a_mailbox_that_cannot_be_read_says_so() -> None:
    call = mailbox()
    assert call.said(call.hear(MessagesFound(None))) == [*FAULT, "vm-goodbye"]


def test_new_ones_first_urgent_ones_before_them_old_ones_last() -> None:
    call, said = heard(OLD, NEW, NEWER, URGENT)
    assert said[:8] == [
        *("vm-youhave", "digits/3", "vm-INBOX", "vm-messages"),
        *("vm-and", "digits/1", "vm-Old", "vm-message"),
    ]
    order = [said[said.index("stored:urgent")]]
    for _ in range(3):
        order += [sound for sound in call.said(call.press("6")) if sound.startswith("stored:")]
    assert order == ["stored:urgent", "stored:new", "stored:newer", "stored:old"]
    assert call.said(call.press("6"))[0] == "vm-nomore"


def test_a_new_message_counts_as_heard_once() -> None:
    call, _ = heard(NEW, OLD)
    call.press("5")
    call.press("6")
    assert changes(call) == [(2, "heard")]


def test_who_left_it_and_when_is_said() -> None:
    _, said = heard(NEW, settings=replace(SHORT, says_caller=True, says_time=True))
    assert said[said.index("vm-from-phonenumber") :] == [
        "vm-from-phonenumber",
        "letters/plus",
        *(f"digits/{digit}" for digit in "493055"),
        "vm-received",
        "digits/day-1",
        "digits/mon-2",
        "digits/h-2",
        "digits/at",
        "digits/2",
        "digits/oh",
        "digits/5",
        "digits/p-m",
        "stored:new",
        *MENU,
    ]


@pytest.mark.parametrize(
    ("message", "said_of_caller"),
    [(URGENT, "vm-from-extension"), (NEWER, "vm-unknown-caller"), (NEW, "vm-from-phonenumber")],
)
def test_callers_are_named_by_what_they_are(message: StoredMessage, said_of_caller: str) -> None:
    _, said = heard(message, settings=replace(SHORT, says_caller=True))
    assert said_of_caller in said


def test_deleting_can_be_taken_back() -> None:
    call, _ = heard(OLD)
    assert call.said(call.press("7"))[0] == "vm-deleted"
    assert call.said(call.press("7"))[0] == "vm-undeleted"
    assert changes(call) == [(1, "deleted"), (1, "restored")]


def test_a_message_is_kept() -> None:
    call, _ = heard(OLD)
    assert call.said(call.press("9"))[0] == "vm-saved"
    assert changes(call) == [(1, "saved")]


def test_a_message_is_forwarded_to_a_mailbox() -> None:
    call, _ = heard(OLD)
    assert call.said(call.press("8")) == ["vm-extension"]
    assert call.said(call.press(f"{BOB}#")) == ["vm-forwardoptions"]
    assert call.said(call.press("2"))[0] == "vm-msgforwarded"
    assert call.events(CHANGED)[-1] == {
        "mailbox": ALICE,
        "message_id": 1,
        "change": "forwarded",
        "to": BOB,
    }


@pytest.mark.parametrize("number", ["999", "101", "104", ""])
def test_it_is_not_forwarded_where_there_is_no_mailbox(number: str) -> None:
    call, _ = heard(OLD)
    call.press("8")
    assert call.said(call.press(f"{number}#"))[0] == "vm-nobox"
    assert changes(call) == []


def test_who_says_nothing_is_asked_again_and_then_let_go() -> None:
    call, _ = heard(OLD)
    assert call.said(call.hear(TimerFired(WAIT_TIMER))) == list(MENU)
    call.hear(TimerFired(WAIT_TIMER))
    assert call.said(call.hear(TimerFired(WAIT_TIMER))) == ["vm-goodbye"]


def test_an_unknown_key_explains_and_hash_ends() -> None:
    call, _ = heard(OLD)
    assert call.said(call.press("*")) == list(HELP)
    assert call.said(call.press("#")) == ["vm-goodbye"]


def test_a_message_that_was_deleted_offers_to_bring_it_back() -> None:
    call, _ = heard(OLD)
    assert "vm-delete" not in call.said(call.press("7"))
    assert "vm-undelete" in call.said(call.press("*"))


def test_two_goes_from_the_new_messages_to_the_old_ones_and_back() -> None:
    call, _ = heard(OLD, NEW, NEWER)
    said = call.said(call.press("2"))
    assert said[:2] == ["vm-Old", "vm-messages"]
    assert "stored:old" in said
    assert "stored:new" in call.said(call.press("2"))


def test_two_says_so_where_there_are_none_of_the_other_kind() -> None:
    call, _ = heard(NEW)
    assert call.said(call.press("2"))[:3] == ["vm-no", "vm-Old", "vm-messages"]


def test_more_about_a_message_is_said_where_it_is_not_always_said() -> None:
    call, said = heard(NEW)
    assert "vm-received" not in said
    assert call.said(call.press("3")) == list(ADVANCED)
    said = call.said(call.press("3"))
    assert said[0] == "vm-from-phonenumber"
    assert "vm-received" in said
    assert call.said(call.press("7"))[0] == "vm-deleted"


def test_a_word_of_the_owner_goes_along() -> None:
    call, _ = heard(OLD)
    call.press(f"8{BOB}#1")
    call.play_to_the_end()
    (begun,) = (one.path for one in call.actions if isinstance(one, StartRecording))
    call.hear(TimerFired(SHORT_TIMER))
    call.press("#")
    assert call.said(call.hear(RecordingStopped(CALLER, "s1-comment-1-1"))) == ["vm-review"]
    assert call.said(call.press("1"))[0] == "vm-msgforwarded"
    assert call.events(CHANGED)[-1]["comment"] == begun


def test_the_tenth_wrong_pin_is_told_to_the_company() -> None:
    call = mailbox(Mailbox(pin_token="token"))
    call.press("1#")
    call.hear(PinChecked(False, is_locked=True, is_news=True))
    assert [one["change"] for one in call.events(CHANGED)] == ["locked"]
