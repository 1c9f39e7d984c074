"""Recordings that can't be: the call goes on, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from callmanager.domain.recording import RecordingPolicy
from tests.cast import ACME, ALICE
from tests.live.worker.small_disk import NEEDS_ROOT, small_disk
from tests.live.worker.stand import ALICE_HZ, BOB_HZ, Stand, open_stand
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.waiting import until

pytestmark = pytest.mark.live

RECORDED = replace(
    ACME,
    extensions=tuple(replace(one, is_recorded=one.number == ALICE) for one in ACME.extensions),
    recording=RecordingPolicy(),
)


@pytest.fixture
def recording(stand: Stand) -> Iterator[Stand]:
    stand.configure(RECORDED)
    yield stand
    stand.snapshot_file.unlink()


def directory(stand: Stand) -> Path:
    return stand.directory / "state" / "worker-0" / "recordings"


def files(stand: Stand) -> set[Path]:
    return set(directory(stand).glob("*.wav"))


def talk(alice: Phone, bob: Phone) -> PhoneCall:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(10)
    call.wait_heard(BOB_HZ, timeout_s=10)
    return call


def ending(stand: Stand, call: PhoneCall) -> list[Any]:
    """Why recordings ended, once the call is over."""
    call.wait_heard(BOB_HZ)
    call.hang_up()
    call.wait_over()
    events = stand.events(call.sip_call_id)
    assert events[-1][1]["status"] == "answered"
    return [data["why"] for kind, data in events if kind == "recording_stopped"]


def test_a_file_that_vanishes_under_the_recorder_ends_the_recording_alone(
    recording: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone
) -> None:
    bobs_mobile.on_incoming(final=0)
    before = files(recording)
    call = talk(alice, bob)
    (file,) = until(lambda: files(recording) - before, 10, "the recording has begun")
    until(lambda: file.stat().st_size > 10_000, 10, "it grows")
    file.unlink()
    until(lambda: "recording.stopped" in recording.worker_log(), 20, "it is noticed")
    assert ending(recording, call) == ["failed"]


def test_a_place_that_can_t_be_written_records_nothing_and_harms_nobody(
    recording: Stand, alice: Phone, bob: Phone
) -> None:
    directory(recording).rename(directory(recording).with_name("recordings-before"))
    directory(recording).write_text("no directory")
    try:
        assert ending(recording, talk(alice, bob)) == ["failed"]
    finally:
        directory(recording).unlink()


def test_a_used_up_quota_records_nothing_and_harms_nobody(recording: Stand, alice: Phone, bob: Phone) -> None:
    recording.query("UPDATE tenants_tenant SET disk_quota_mb = 0")
    try:
        recording.wait_room_read()
        assert ending(recording, talk(alice, bob)) == ["quota_full"]
    finally:
        recording.query("UPDATE tenants_tenant SET disk_quota_mb = NULL")
        recording.wait_room_read()


def test_on_a_full_disk_calls_go_on_unrecorded(tmp_path: Path) -> None:
    with open_stand(tmp_path) as stand:
        stand.configure(RECORDED)
        stand.start_worker(PBX_RECORDING_MIN_FREE_MB="900000000")
        alice, bob = stand.phone("101", ALICE_HZ, ruid="alice"), stand.phone("102", BOB_HZ, ruid="bob")
        assert ending(stand, talk(alice, bob)) == ["disk_full"]
        assert files(stand) == set()


@NEEDS_ROOT
def test_a_disk_that_fills_up_amid_a_recording_ends_the_recording_alone(tmp_path: Path) -> None:
    with open_stand(tmp_path) as stand, small_disk(directory(stand)):
        stand.configure(RECORDED)
        stand.start_worker(PBX_RECORDING_MIN_FREE_MB="0")
        alice, bob = stand.phone("101", ALICE_HZ, ruid="alice"), stand.phone("102", BOB_HZ, ruid="bob")
        call = talk(alice, bob)
        until(lambda: "recording.stopped" in stand.worker_log(), 60, "it is noticed")
        assert ending(stand, call) == ["failed"]
        (file,) = files(stand)
        assert file.stat().st_size > 30_000, "what was recorded until then is kept"
