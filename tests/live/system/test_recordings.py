"""Calls recorded by a real worker: who is heard in the file, on which side, and what a dying worker leaves."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.live.system.test_music import DEMO_HZ, hears, tone
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.tones import tone_level
from tests.phones.waiting import PATIENCE_S, holds_for, until

STORED_WITHIN_S = 30.0
LOUD, QUIET = 0.05, 0.01
Track = Any


@pytest.fixture
def recorded(rest: RestClient, alice: Phone) -> Iterator[None]:
    """All calls of Alice."""
    (row,) = rest.rows("/extensions", search="101")
    rest.patch(f"/extensions/{row['id']}", {"is_audio_recorded": True})
    yield
    rest.patch(f"/extensions/{row['id']}", {"is_audio_recorded": False})


@pytest.fixture
def profile(rest: RestClient) -> Iterator[RestClient]:
    """The tenant's options, as they were before."""
    yield rest
    options = {
        "is_recorded_in_two_tracks": False,
        "recording_announcement": "",
        "are_audio_calls_recorded": False,
    }
    rest.patch("/profile", options)


@pytest.fixture
def in_two_tracks(profile: RestClient) -> RestClient:
    """Named before `recorded`: a worker that knows of the later change knows of this one too."""
    profile.patch("/profile", {"is_recorded_in_two_tracks": True})
    return profile


def _talk(caller: Phone, callee: Phone) -> PhoneCall:
    callee.on_incoming(final=200)
    call = caller.dial(callee.config.number).wait_confirmed(15)
    call.wait_heard(callee.config.tone_hz, timeout_s=15)
    callee.wait_incoming(15).wait_confirmed().wait_heard(caller.config.tone_hz, timeout_s=15)
    return call


def _recorded_talk(rest: RestClient, caller: Phone, callee: Phone) -> PhoneCall:
    """The switch was set a moment ago: a call may still begin without knowing of it."""

    def begin() -> PhoneCall | None:
        call = _talk(caller, callee)
        rows = rest.rows("/call_sessions")
        if any(row["call_id"] == call.sip_call_id and row["recording"] for row in rows):
            return call
        for phone in (caller, callee):
            phone.forget_calls()
        return None

    return until(begin, 60, "a call is recorded")


def _live(rest: RestClient, call: PhoneCall) -> dict[str, Any]:
    """One that was begun in vain may still be listed beside it."""

    def row() -> dict[str, Any] | None:
        return next((one for one in rest.rows("/call_sessions") if one["call_id"] == call.sip_call_id), None)

    found = until(row, PATIENCE_S, "the call is listed")
    assert found is not None
    return found


def _for(call: PhoneCall, seconds: float) -> None:
    """So many more packets, however slow the machine is."""
    sent = call.statistics()["tx_packets"]
    until(lambda: call.statistics()["tx_packets"] > sent + seconds * 50, 60, "they talk on")


def _stored(rest: RestClient, call: PhoneCall) -> dict[str, Any]:
    session_id = rest.wait_cdr(call.sip_call_id, 40)["session_id"]
    rows = until(
        lambda: rest.rows("/recordings", session_id=session_id, state="stored"),
        STORED_WITHIN_S,
        "the recording is stored",
    )
    assert len(rows) == 1
    row: dict[str, Any] = rows[0]
    return row


def _tracks(rest: RestClient, row: dict[str, Any]) -> tuple[list[Track], int]:
    content = rest.response("GET", f"/recordings/{row['id']}/content").content
    with wave.open(io.BytesIO(content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        rate_hz, channels = file.getframerate(), file.getnchannels()
    return [samples[track::channels] for track in range(channels)], rate_hz


def _levels(track: Track, rate_hz: int, *phones: Phone) -> list[float]:
    """Of the middle second."""
    middle = len(track) // 2
    part = track[max(0, middle - rate_hz // 2) : middle + rate_hz // 2]
    return [tone_level(part, rate_hz, phone.config.tone_hz) for phone in phones]


def test_a_recorded_call_holds_both_voices_and_is_told(
    alice: Phone, bob: Phone, rest: RestClient, recorded: None, events: EventSocket
) -> None:
    call = _recorded_talk(rest, alice, bob)
    live = _live(rest, call)
    _for(call, 2.0)
    call.hang_up()
    row = _stored(rest, call)
    assert (row["caller"], row["callee"], row["asked_by"], row["tracks"]) == ("101", "102", "caller", 1)
    assert row["session_id"] == live["session_id"]
    assert row["duration_s"] >= 2.0
    (track,), rate_hz = _tracks(rest, row)
    assert min(_levels(track, rate_hz, alice, bob)) > LOUD
    told = {"recording_started", "recording_stopped", "recording_stored"}
    until(
        lambda: told <= {one["key"] for one in events.events if one.get("session_id") == row["session_id"]},
        10,
        "subscribers are told",
    )
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["recordings"] == [row["id"]]


def test_two_tracks_have_a_voice_each(
    alice: Phone, bob: Phone, in_two_tracks: RestClient, recorded: None
) -> None:
    call = _recorded_talk(in_two_tracks, alice, bob)
    _for(call, 2.0)
    call.hang_up()
    row = _stored(in_two_tracks, call)
    (left, right), rate_hz = _tracks(in_two_tracks, row)
    hers, his = _levels(left, rate_hz, alice, bob)
    assert hers > LOUD
    assert his < QUIET
    hers, his = _levels(right, rate_hz, alice, bob)
    assert his > LOUD
    assert hers < QUIET


def test_codes_record_and_pause_and_reach_nobody(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call = _talk(alice, bob)
    other = bob.calls[-1]
    call.send_dtmf("*1")
    _for(call, 1.0)
    call.send_dtmf("*2")
    _for(call, 3.0)
    call.send_dtmf("*2")
    _for(call, 1.0)
    call.hang_up()
    row = _stored(rest, call)
    assert (row["asked_by"], row["by"]) == ("request", "101")
    ((begin, end),) = row["pauses"]
    assert end - begin > 2.0
    (track,), rate_hz = _tracks(rest, row)
    paused = track[int((begin + 0.5) * rate_hz) : int((end - 0.5) * rate_hz)]
    assert max(tone_level(paused, rate_hz, phone.config.tone_hz) for phone in (alice, bob)) < QUIET
    after = track[int((end + 0.3) * rate_hz) :]
    assert min(tone_level(after, rate_hz, phone.config.tone_hz) for phone in (alice, bob)) > QUIET
    assert other.digits == ""


def test_what_is_held_is_silence_and_music_is_not_recorded(
    alice: Phone, bob: Phone, rest: RestClient, recorded: None
) -> None:
    call = _recorded_talk(rest, alice, bob)
    bob.speak(0)
    call.hold()
    until(lambda: _live(rest, call)["state"] == "held", PATIENCE_S, "the call is held")
    _for(bob.calls[-1], 3.0)
    call.hang_up()
    row = _stored(rest, call)
    (track,), rate_hz = _tracks(rest, row)
    assert np.abs(track[-int(2.0 * rate_hz) : -rate_hz // 4].astype(np.int32)).max() < QUIET * 32768


def test_both_hear_that_they_are_recorded_before_they_talk(
    alice: Phone, bob: Phone, recorded: None, profile: RestClient, in_force: InForce
) -> None:
    profile.patch("/profile", {"recording_announcement": "en"})
    in_force()
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(15)
    other = bob.wait_incoming().wait_confirmed()
    # Words hold a little of every tone.
    tones = [alice.config.tone_hz, bob.config.tone_hz]
    holds_for(
        lambda: max(*call.levels(tones).values(), *other.levels(tones).values()) < LOUD * 4,
        1.0,
        "nobody hears the other yet",
    )
    until(lambda: call.levels(tones)[bob.config.tone_hz] > LOUD * 4, 20, "now they do")
    _for(call, 1.0)
    call.hang_up()
    assert _stored(profile, call)["duration_s"] > 0.5


def test_a_program_records_and_is_told_why_not(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call = _talk(alice, bob)
    live = _live(rest, call)
    path = f"/call_sessions/{live['session_id']}/record"
    refused = rest.response("POST", path, json={"step": "pause"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "not_recording")
    rest.post(path, {"step": "start"})
    assert rest.get(f"/call_sessions/{live['session_id']}")["recording"] == "recording"
    _for(call, 1.0)
    rest.post(path, {"step": "pause"})
    assert rest.get(f"/call_sessions/{live['session_id']}")["recording"] == "paused"
    rest.post(path, {"step": "resume"})
    _for(call, 1.0)
    rest.post(path, {"step": "stop"})
    assert rest.get(f"/call_sessions/{live['session_id']}")["recording"] == ""
    call.hang_up()
    row = _stored(rest, call)
    assert (row["asked_by"], row["why_ended"], len(row["pauses"])) == ("request", "request", 1)


def test_after_a_transfer_the_same_file_goes_on_with_who_talks_now(
    alice: Phone, bob: Phone, carol: Phone, in_two_tracks: RestClient, recorded: None
) -> None:
    call = _recorded_talk(in_two_tracks, alice, bob)
    _for(call, 2.0)
    carol.on_incoming(final=200)
    bob.calls[-1].refer("103")
    call.wait_heard(carol.config.tone_hz, timeout_s=20)
    _for(call, 2.0)
    call.hang_up()
    row = _stored(in_two_tracks, call)
    (left, right), rate_hz = _tracks(in_two_tracks, row)
    begin, end = right[:rate_hz], right[-int(1.2 * rate_hz) : -rate_hz // 5]
    assert tone_level(begin, rate_hz, bob.config.tone_hz) > LOUD
    assert tone_level(end, rate_hz, carol.config.tone_hz) > LOUD
    assert tone_level(end, rate_hz, bob.config.tone_hz) < QUIET
    assert tone_level(left[-rate_hz:], rate_hz, alice.config.tone_hz) > LOUD


def test_a_killed_worker_leaves_what_it_had_recorded(
    system: RunningSystem, alice: Phone, bob: Phone, rest: RestClient, recorded: None
) -> None:
    call = _recorded_talk(rest, alice, bob)
    _for(call, 3.0)
    live = _live(rest, call)
    system.stack.kill(live["worker"])
    cdr = rest.wait_cdr(call.sip_call_id, 60)
    assert cdr["is_worker_lost"] is True
    row = until(
        lambda: rest.rows("/recordings", session_id=live["session_id"], state="stored"),
        90,
        f"the recording is found: {cdr['recordings']}",
    )[0]
    assert (row["why_ended"], row["duration_s"] > 2.0) == ("worker_lost", True)
    (track,), rate_hz = _tracks(rest, row)
    assert min(_levels(track, rate_hz, alice, bob)) > LOUD
    system.wait_healthy()
    for phone in (alice, bob):
        phone.forget_calls()


def test_both_hear_the_companys_own_announcement(
    alice: Phone, bob: Phone, recorded: None, profile: RestClient
) -> None:
    profile.patch("/profile", {"recording_announcement": "tone"})
    upload = {"file": ("words.wav", tone(DEMO_HZ), "audio/wav")}
    assert profile.response("POST", "/recording_announcement", files=upload).status_code == 201
    try:
        bob.on_incoming(final=200)

        def both_hear_it() -> bool:
            """A call that begins before the worker has heard of the file has the common tone: then once more."""
            call = alice.dial("102").wait_confirmed(15)
            other = bob.wait_incoming().wait_confirmed()
            try:
                until(lambda: hears(call, DEMO_HZ) and hears(other, DEMO_HZ), 4, "both hear the file")
            except AssertionError:
                return False
            finally:
                call.hang_up()
                other.wait_over()
                bob.forget_calls()
                bob.on_incoming(final=200)
            return True

        until(both_hear_it, 60, "both hear the file first")
    finally:
        profile.delete("/recording_announcement")
