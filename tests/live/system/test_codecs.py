"""What two phones can speak, they speak through the PBX; wide stays wide."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.phones.rest import RestClient
from tests.phones.waiting import until

# Above what any 8 kHz codec or bridge lets through.
WIDEBAND_TONE_HZ = 5000


@pytest.mark.parametrize("codec", ["PCMU", "G729", "GSM"])
def test_narrow_band_codecs_carry_both_voices(codec: str, make_phone: PhoneMaker, rest: RestClient) -> None:
    caller, callee = make_phone("demo", "101", codecs=(codec,)), make_phone("demo", "103", codecs=(codec,))
    callee.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    assert call.codec == codec
    call.wait_heard(callee.config.tone_hz)
    callee.wait_incoming().wait_heard(caller.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["caller_codec"].startswith(codec)


@pytest.mark.parametrize("codec", ["G722", "opus"])
def test_wideband_survives_the_bridge(codec: str, make_phone: PhoneMaker, rest: RestClient) -> None:
    caller, callee = make_phone("demo", "101", codecs=(codec,)), make_phone("demo", "103", codecs=(codec,))
    callee.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    assert call.codec.lower() == answered.codec.lower() == codec.lower()
    caller.speak(WIDEBAND_TONE_HZ)
    answered.wait_heard(WIDEBAND_TONE_HZ)
    callee.speak(WIDEBAND_TONE_HZ)
    call.wait_heard(WIDEBAND_TONE_HZ)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_phones_without_a_common_codec_understand_each_other(
    make_phone: PhoneMaker, rest: RestClient
) -> None:
    caller, callee = make_phone("demo", "101", codecs=("G729",)), make_phone("demo", "103", codecs=("opus",))
    callee.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    callee.wait_incoming().wait_heard(caller.config.tone_hz)
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert cdr["caller_codec"].lower().startswith("g729")
    assert cdr["callee_codec"].lower().startswith("opus")


def test_a_narrow_phone_hears_nothing_wide(make_phone: PhoneMaker) -> None:
    caller, callee = make_phone("demo", "101", codecs=("G722",)), make_phone("demo", "103", codecs=("PCMA",))
    callee.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    answered.wait_heard(caller.config.tone_hz)
    caller.speak(WIDEBAND_TONE_HZ)
    until(
        lambda: not answered.heard((caller.config.tone_hz, WIDEBAND_TONE_HZ)), 5, "silence at the narrow side"
    )
    call.hang_up()
    call.wait_over()
