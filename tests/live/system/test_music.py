"""Music on hold as held people hear it: each tenant's own, and the common one when there is none."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from tests.live.system.conftest import PhoneMaker
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

DEMO_HZ, GLOBEX_HZ = 1900, 2300


def tone(frequency_hz: int, rate_hz: int = 44_100) -> bytes:
    """Ten seconds, stereo, as somebody's computer would save it."""
    samples = 0.4 * np.sin(2 * np.pi * frequency_hz * np.arange(10 * rate_hz) / rate_hz)
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(np.repeat((samples * 32767).astype("<i2"), 2).tobytes())
    return target.getvalue()


@contextmanager
def music(rest: RestClient, frequency_hz: int) -> Iterator[None]:
    upload = {"file": ("tone.wav", tone(frequency_hz), "audio/wav")}
    answer = rest.response("POST", "/music_files", files=upload)
    assert answer.status_code == 201, answer.text
    try:
        yield
    finally:
        rest.delete(f"/music_files/{answer.json()['id']}")


def hold(caller: Phone, callee: Phone) -> tuple[PhoneCall, PhoneCall]:
    callee.on_incoming(final=200)
    call = caller.dial(callee.config.number).wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    answered.wait_heard(caller.config.tone_hz)
    call.hold()
    return call, answered


def hears(call: PhoneCall, frequency_hz: int) -> bool:
    return frequency_hz in call.heard((DEMO_HZ, GLOBEX_HZ))


def hold_until_heard(caller: Phone, callee: Phone, frequency_hz: int) -> tuple[PhoneCall, PhoneCall]:
    """A call that begins before the worker has heard of the file plays the common music: then once more."""

    def attempt() -> tuple[PhoneCall, PhoneCall] | None:
        call, answered = hold(caller, callee)
        try:
            until(lambda: hears(answered, frequency_hz), 4, "the held party hears the tenant's tone")
        except AssertionError:
            call.hang_up()
            answered.wait_over()
            return None
        return call, answered

    return until(attempt, 20, "the worker plays the tenant's music")


def test_each_tenant_holds_with_its_own_music(
    alice: Phone,
    bob: Phone,
    mallory: Phone,
    make_phone: PhoneMaker,
    rest: RestClient,
    globex_rest: RestClient,
) -> None:
    globex_102 = make_phone("globex", "102", tone_hz=1100)
    globex_102.register()
    with music(rest, DEMO_HZ), music(globex_rest, GLOBEX_HZ):
        ours, held = hold_until_heard(alice, bob, DEMO_HZ)
        theirs, held_there = hold_until_heard(mallory, globex_102, GLOBEX_HZ)
        assert not hears(held, GLOBEX_HZ)
        assert not hears(held_there, DEMO_HZ)
        ours.unhold()
        held.wait_heard(alice.config.tone_hz)
        until(lambda: not hears(held, DEMO_HZ), PATIENCE_S, "the music ends with the hold")
        ours.hang_up()
        theirs.hang_up()
        held_there.wait_over()


def test_a_call_outlives_the_music_it_was_to_hear(alice: Phone, bob: Phone, rest: RestClient) -> None:
    with music(rest, DEMO_HZ):
        call, answered = hold_until_heard(alice, bob, DEMO_HZ)
        call.unhold()
        answered.wait_heard(alice.config.tone_hz)
    call.hold()
    until(lambda: alice.config.tone_hz not in answered.heard(), PATIENCE_S, "Bob no longer hears Alice")
    call.unhold()
    answered.wait_heard(alice.config.tone_hz)
    call.hang_up()
    answered.wait_over()
