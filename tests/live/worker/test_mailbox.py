"""A mailbox with real sound: what a caller hears, what is recorded, what its owner hears of it."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from callmanager.domain.mailbox import Mailbox
from callmanager.domain.snapshot import TenantSnapshot
from tests.cast import ACME, ALICE, CAROL
from tests.live.worker.small_disk import NEEDS_ROOT, small_disk
from tests.live.worker.stand import ALICE_HZ, Stand, open_stand
from tests.phones.phone import Phone
from tests.phones.tones import heard_tones, tone_levels
from tests.phones.waiting import PATIENCE_S, until

pytestmark = pytest.mark.live

GREETING_HZ, MESSAGE_HZ = 1100, 1300
RATE_HZ = 16_000


def write_tone(path: Path, frequency_hz: int, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    times = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    samples = (np.sin(2 * np.pi * frequency_hz * times) * 8000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())


def recorded(path: Path) -> frozenset[int]:
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    middle = samples[len(samples) // 3 : 2 * len(samples) // 3]
    return heard_tones(tone_levels(middle, rate, (ALICE_HZ, GREETING_HZ, MESSAGE_HZ)))


def with_mailboxes(greeting: str) -> TenantSnapshot:
    """Carol's phones are nowhere; Alice has messages."""
    boxes = {
        CAROL: Mailbox(greeting=greeting, takes_unanswered=True),
        ALICE: Mailbox(is_pin_asked=False, says_time=False),
    }
    extensions = tuple(replace(one, mailbox=boxes.get(one.number)) for one in ACME.extensions)
    return replace(ACME, extensions=extensions)


@pytest.fixture
def mailboxes(stand: Stand) -> Iterator[Stand]:
    write_tone(stand.directory / "state" / "files" / "acme/voicemail/greeting", GREETING_HZ, 1.5)
    write_tone(stand.directory / "state" / "files" / "acme/voicemail/message", MESSAGE_HZ, 3.0)
    stand.configure(with_mailboxes("acme/voicemail/greeting"))
    stand.unregister(CAROL)
    yield stand
    stand.snapshot_file.unlink()


def recordings(stand: Stand) -> list[Path]:
    return sorted((stand.directory / "state" / "worker-0" / "voicemail").glob("*.wav"))


def test_a_caller_hears_the_greeting_and_leaves_a_message(mailboxes: Stand, alice: Phone) -> None:
    before = set(recordings(mailboxes))
    call = alice.dial(CAROL).wait_confirmed()
    call.wait_heard(GREETING_HZ)
    until(lambda: set(recordings(mailboxes)) - before, PATIENCE_S, "the recording has begun")
    call.wait_heard()
    until(lambda: path_of(mailboxes, before).stat().st_size > RATE_HZ * 2, PATIENCE_S, "a second is recorded")
    call.send_dtmf("#")
    until(
        lambda: recorded_or_nothing(path_of(mailboxes, before)) == {ALICE_HZ},
        PATIENCE_S,
        "Alice is in the file",
    )
    call.send_dtmf("2")
    call.wait_heard(ALICE_HZ)
    call.send_dtmf("1")
    call.wait_over(timeout_s=15)
    events = dict(mailboxes.events(call.sip_call_id))
    assert events["voicemail_started"]["mailbox"] == CAROL
    assert events["call_established"]["answered_by"] == "voicemail"


def test_who_hangs_up_while_it_records_has_left_the_message(mailboxes: Stand, alice: Phone) -> None:
    before = set(recordings(mailboxes))
    call = alice.dial(CAROL).wait_confirmed()
    call.wait_heard(GREETING_HZ)
    call.send_dtmf("#")
    until(lambda: set(recordings(mailboxes)) - before, PATIENCE_S, "the recording has begun")
    until(lambda: path_of(mailboxes, before).stat().st_size > RATE_HZ * 2, PATIENCE_S, "a second is recorded")
    call.hang_up()
    until(
        lambda: recorded_or_nothing(path_of(mailboxes, before)) == {ALICE_HZ},
        PATIENCE_S,
        "Alice is in the file",
    )


def test_an_owner_hears_what_was_left(mailboxes: Stand, alice: Phone) -> None:
    mailboxes.query(
        "INSERT INTO voicemail (id, tenant_id, mailbox, caller, left_at, duration_s, stored_path, is_new, is_urgent)"
        " VALUES (7, 1, '101', '102', now(), 3, 'acme/voicemail/message', true, false)"
    )
    call = alice.dial("999").wait_confirmed()
    call.wait_heard(MESSAGE_HZ, timeout_s=15)
    call.send_dtmf("7")
    until(lambda: MESSAGE_HZ not in call.heard((MESSAGE_HZ,)), PATIENCE_S, "the message has stopped")
    call.hang_up()
    changes = [data for kind, data in mailboxes.events(call.sip_call_id) if kind == "voicemail_changed"]
    assert [(one["message_id"], one["change"]) for one in changes] == [(7, "heard"), (7, "deleted")]


def path_of(stand: Stand, before: set[Path]) -> Path:
    (path,) = set(recordings(stand)) - before
    return path


def recorded_or_nothing(path: Path) -> frozenset[int]:
    """While it is written the header says that nothing is in it."""
    try:
        return recorded(path)
    except (wave.Error, EOFError):
        return frozenset()


def test_a_message_that_cannot_be_recorded_is_told_and_the_worker_goes_on(
    mailboxes: Stand, alice: Phone
) -> None:
    """Where the recordings belong there is no place for them, as on a disk that is full."""
    place = mailboxes.directory / "state" / "worker-0" / "voicemail"
    aside = place.with_name("voicemail-aside")
    if place.exists():
        place.rename(aside)
    place.touch()
    try:
        call = alice.dial(CAROL).wait_confirmed()
        call.wait_heard(GREETING_HZ)
        call.send_dtmf("#")
        # The worker says what is wrong and goodbye; nobody has to hang up.
        call.wait_over(timeout_s=25)
        events = dict(mailboxes.events(call.sip_call_id))
        assert events["call_ended"]["reason"] == "Recording failed"
        assert "voicemail_taken_back" in events
    finally:
        place.unlink()
        if aside.exists():
            aside.rename(place)
    assert "recording.not_begun" in mailboxes.worker_log()


def test_a_company_without_room_is_told_before_the_tone(mailboxes: Stand, alice: Phone) -> None:
    mailboxes.query("UPDATE tenants_tenant SET disk_quota_mb = 1 WHERE id = 1 RETURNING id")
    mailboxes.query("INSERT INTO tenant_file_usage VALUES (1, 'recording', 2000000, 1) RETURNING tenant_id")
    try:
        before = set(recordings(mailboxes))
        call = alice.dial(CAROL).wait_confirmed()
        call.wait_over(timeout_s=25)
        assert dict(mailboxes.events(call.sip_call_id))["call_ended"]["reason"] == "Mailbox full"
        assert set(recordings(mailboxes)) == before
    finally:
        mailboxes.query("DELETE FROM tenant_file_usage RETURNING tenant_id")
        mailboxes.wait_room_read()


@NEEDS_ROOT
def test_a_disk_that_fills_up_amid_a_message_ends_the_call_and_keeps_what_was_said(tmp_path: Path) -> None:
    place = tmp_path / "state" / "worker-0" / "voicemail"
    with open_stand(tmp_path) as stand, small_disk(place):
        stand.configure(with_mailboxes(""))
        stand.start_worker()
        alice = stand.phone("101", ALICE_HZ, ruid="alice")
        call = alice.dial(CAROL).wait_confirmed(15)
        call.send_dtmf("#")
        until(lambda: len(recordings(stand)) == 1, 20, "the message begins")
        until(lambda: call.statistics()["tx_packets"] > 600, 40, "longer than there is room")
        assert not call.is_over, "whoever speaks is not cut off"
        call.hang_up()
        call.wait_over()
        assert stand.events(call.sip_call_id)[-1][1]["status"] == "answered"
        (file,) = recordings(stand)
        assert file.stat().st_size > 30_000
        echo = alice.dial("*43").wait_confirmed(15)
        echo.hang_up()
