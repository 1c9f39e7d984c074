"""PINs: right, wrong, too often wrong, also after a restart; a new one leaves the worker sealed; room is asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from callmanager.domain.call_events import CallEventKind
from callmanager.domain.mailbox import Mailbox, StoredMessage
from sipworker.call.actions import HangUpLeg, PlayFiles
from sipworker.call.signals import DigitPressed, LegHungUp, PlaybackEnded
from sipworker.credentials import PasswordSafe, PasswordUnreadableError
from sipworker.gateways.wrong_pins import NAME, WrongPinFile
from sipworker.runtime.pins import WITHIN_S, WRONG_AT_MOST, PinGuard
from tests.cast import ACME, ACME_ID, ALICE, BOB, alice_calls
from tests.fakes import WorkerInMemory

PIN = "2468"
LEG = "alice"


def worker_of_alice(**changes: object) -> WorkerInMemory:
    worker = WorkerInMemory()
    box = replace(Mailbox(pin_token=PIN), **changes)  # type: ignore[arg-type]
    extensions = tuple(
        replace(one, mailbox=box if one.number in (ALICE, BOB) else None) for one in ACME.extensions
    )
    worker.snapshots.put(ACME_ID, replace(ACME, extensions=extensions))
    return worker


def said(worker: WorkerInMemory) -> list[str]:
    played = [one for one in worker.sip.take_actions() if isinstance(one, PlayFiles)]
    return [sound.removeprefix("prompt:en/") for one in played for sound in one.sounds]


def try_pin(worker: WorkerInMemory, pin: str) -> list[str]:
    """One call with one PIN; what it brought."""
    worker.hear(alice_calls("999"))
    said(worker)
    worker.hear(*(DigitPressed(LEG, digit, 100) for digit in f"{pin}#"))
    heard = said(worker)
    worker.runner.run_once(0.02)
    heard += said(worker)
    worker.hear(LegHungUp(LEG, False, 200, ""))
    return heard


def test_the_right_pin_lets_the_owner_in() -> None:
    assert try_pin(worker_of_alice(), PIN)[0] == "vm-youhave"


def test_ten_wrong_ones_lock_the_mailbox_for_a_while_and_are_told_once() -> None:
    worker = worker_of_alice()
    for _ in range(WRONG_AT_MOST):
        assert try_pin(worker, "1")[0] == "vm-incorrect"
    assert try_pin(worker, PIN)[0] == "vm-incorrect"
    changes = [
        dict(one.data)["change"]
        for one in worker.events.events
        if one.kind is CallEventKind.VOICEMAIL_CHANGED
    ]
    assert changes == ["locked"]
    worker.wait(WITHIN_S + 1)
    assert try_pin(worker, PIN)[0] == "vm-youhave"


def test_a_restart_makes_nobody_innocent() -> None:
    worker = worker_of_alice()
    for _ in range(WRONG_AT_MOST):
        try_pin(worker, "1")
    after = PinGuard(worker.mailboxes.wrong_pins)
    now_s = worker.clock.now().timestamp()
    assert after.is_locked(ACME_ID, ALICE, now_s)
    assert not after.is_locked(ACME_ID, BOB, now_s)
    assert not after.is_locked(ACME_ID, ALICE, now_s + WITHIN_S + 1)


def test_the_right_pin_forgets_the_wrong_ones() -> None:
    worker = worker_of_alice()
    try_pin(worker, "1")
    assert len(worker.mailboxes.wrong_pins) == 1
    try_pin(worker, PIN)
    assert worker.mailboxes.wrong_pins == []


def test_wrong_pins_are_kept_on_the_disk(tmp_path: Path) -> None:
    wrong = [(1, "101", 1772456700.5), (2, "101", 1772456701.0)]
    WrongPinFile(tmp_path).save(wrong)
    assert list(WrongPinFile(tmp_path).load()) == wrong
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", ["", "{", "[1]", '[["x", 1]]', json.dumps([["x", "101", "y"]]), "ü"])
def test_what_cannot_be_read_costs_no_start(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content, encoding="utf-8")
    assert WrongPinFile(tmp_path).load() == ()


def test_what_cannot_be_written_costs_no_call(tmp_path: Path) -> None:
    WrongPinFile(tmp_path / "nowhere").save([(1, "101", 1.0)])


def test_a_new_pin_is_told_sealed() -> None:
    worker = worker_of_alice(is_pin_asked=False)
    worker.hear(alice_calls("999"))
    worker.runner.run_once(0.02)
    worker.hear(*(DigitPressed(LEG, digit, 100) for digit in "051357#1357#"))
    (told,) = (one for one in worker.events.events if one.kind is CallEventKind.VOICEMAIL_CHANGED)
    assert dict(told.data) == {"mailbox": ALICE, "message_id": 0, "change": "pin", "pin_token": "1357"}


def test_a_sealed_pin_is_read_by_whoever_has_a_key() -> None:
    keys = ["a" * 40, "b" * 40]
    token = PasswordSafe(keys[:1]).seal(PIN)
    assert PIN not in token
    assert PasswordSafe(keys[::-1]).open(token) == PIN
    with pytest.raises(PasswordUnreadableError):
        PasswordSafe(keys[1:]).open(token)
    with pytest.raises(PasswordUnreadableError):
        PasswordSafe([]).seal(PIN)


@pytest.mark.parametrize("has_room", [True, False])
def test_a_caller_is_told_before_the_tone_whether_there_is_room(has_room: bool) -> None:
    worker = worker_of_alice()
    worker.mailboxes.has_room = has_room
    worker.hear(alice_calls(f"*55{BOB}"))
    heard = said(worker)
    assert "vm-intro" in heard
    assert heard[-1] == ("beep" if has_room else "vm-goodbye")
    assert ("vm-mailboxfull" in heard) is not has_room


def test_a_full_mailbox_ends_the_call() -> None:
    worker = worker_of_alice(max_messages=1)
    worker.mailboxes.messages[ACME_ID, BOB] = (StoredMessage(1, ALICE, 1.0, 2.0, "stored:x"),)
    worker.hear(alice_calls(f"*55{BOB}"))
    worker.runner.run_once(0.02)
    worker.hear(PlaybackEnded(LEG, "message"))
    assert any(isinstance(one, HangUpLeg) for one in worker.sip.actions)
    assert worker.cdr().ended_reason == "Mailbox full"


def test_while_the_database_is_away_a_message_is_taken() -> None:
    worker = worker_of_alice(max_messages=1)
    worker.mailboxes.messages[ACME_ID, BOB] = (StoredMessage(1, ALICE, 1.0, 2.0, "stored:x"),)
    worker.mailboxes.is_away = True
    worker.hear(alice_calls(f"*55{BOB}"))
    assert said(worker)[-1] == "beep"
