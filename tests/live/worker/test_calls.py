"""What a call between two phones does, as seen by the phones, the edge and the stored events."""

from __future__ import annotations

import pytest

from tests.live.worker.stand import ALICE_HZ, BOB_HZ, BOBS_MOBILE_HZ, Stand
from tests.phones.phone import Phone
from tests.phones.waiting import PATIENCE_S, holds_for, until

pytestmark = pytest.mark.live


def test_both_sides_hear_each_other_and_the_events_tell_it(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    call.wait_heard(BOB_HZ)
    answered.wait_heard(ALICE_HZ)
    holds_for(lambda: BOB_HZ in call.heard(), 0.5, "Alice hears Bob all the time")
    call.hang_up()
    answered.wait_over()
    events = stand.events(call.sip_call_id)
    assert events[0][0] == "call_start"
    ended = events[-1][1]
    assert (ended["status"], ended["ended_by"], ended["sip_code"]) == ("answered", "caller", 200)
    for side in ("caller_media", "callee_media"):
        assert ended[side]["codec"] == "PCMA"
        assert ended[side]["rx_packets"] > 10
        assert ended[side]["tx_packets"] > 10


def test_the_callee_sees_the_callers_name_from_the_directory(stand: Stand, alice: Phone, bob: Phone) -> None:
    call = alice.dial("102")
    incoming = bob.wait_incoming()
    invite = incoming.messages[0]
    assert '"Alice \\"Al\\" Ice" <sip:101@acme.example>' in invite.header("From")
    assert "X-PBX" not in invite.text
    call.hang_up()


def test_busy_reaches_the_caller_as_busy(stand: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone) -> None:
    bob.on_incoming(final=486)
    bobs_mobile.on_incoming(final=486)
    call = alice.dial("102").wait_over()
    assert call.code == 486
    assert stand.events(call.sip_call_id)[-1][1]["status"] == "busy"


def test_an_unknown_number_is_not_found_and_says_why(stand: Stand, alice: Phone) -> None:
    call = alice.dial("999").wait_over()
    assert call.code == 404
    refusal = call.received("INVITE", 404)
    assert refusal is not None
    assert refusal.header("Reason").startswith("Q.850;cause=1;")


def test_a_caller_who_gives_up_stops_the_ringing(stand: Stand, alice: Phone, bob: Phone) -> None:
    call = alice.dial("102").wait_state("early")
    incoming = bob.wait_incoming()
    call.hang_up()
    assert incoming.wait_over().code == 487
    assert stand.events(call.sip_call_id)[-1][1]["status"] == "cancelled"


def test_all_contacts_ring_and_the_losers_learn_that_another_answered(
    stand: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone
) -> None:
    call = alice.dial("102")
    desk, mobile = bob.wait_incoming(), bobs_mobile.wait_incoming()
    mobile.answer()
    call.wait_confirmed()
    desk.wait_over()
    cancel = stand.edge.requests("CANCEL")[-1]
    assert 'Reason: SIP;cause=200;text="' in cancel
    call.wait_heard(BOBS_MOBILE_HZ)
    mobile.wait_heard(ALICE_HZ)
    mobile.hang_up()
    call.wait_over()
    assert "Reason: Q.850;cause=16" in [r for r in stand.edge.requests("BYE") if "Q.850" in r][-1]
    assert stand.events(call.sip_call_id)[-1][1]["ended_by"] == "callee"


def test_early_media_is_heard_before_the_answer(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(provisional=183)
    call = alice.dial("102").wait_state("early")
    bob.wait_incoming()
    call.wait_heard(BOB_HZ)
    call.hang_up()


def test_hold_plays_music_and_unhold_brings_the_voices_back(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming()
    answered.wait_heard(ALICE_HZ)
    call.hold()
    until(lambda: ALICE_HZ not in answered.heard(), PATIENCE_S, "Bob no longer hears Alice")
    call.unhold()
    answered.wait_heard(ALICE_HZ)
    call.wait_heard(BOB_HZ)
    call.hang_up()
    kinds = [kind for kind, _ in stand.events(call.sip_call_id)]
    assert kinds.index("call_hold") < kinds.index("call_unhold")


def test_digits_reach_the_other_side(stand: Stand, alice: Phone, bob: Phone) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    answered.wait_heard(ALICE_HZ)
    call.send_dtmf("159#")
    until(lambda: answered.digits == "159#", PATIENCE_S, f"Bob gets the digits, has {answered.digits!r}")
    call.hang_up()


def test_the_echo_test_sends_the_callers_own_tone_back(stand: Stand, alice: Phone) -> None:
    call = alice.dial("*43").wait_confirmed()
    call.wait_heard(ALICE_HZ)
    call.hang_up()


def test_the_tone_test_plays_a_tone(stand: Stand, alice: Phone) -> None:
    call = alice.dial("*44").wait_confirmed()
    call.wait_heard(440)
    call.hang_up()


def test_wideband_phones_speak_one_wideband_codec_on_both_legs(stand: Stand) -> None:
    caller = stand.phone("101", 5000, codecs=("G722", "PCMA"))
    callee = stand.phone("103", 3000, ruid="carol", codecs=("PCMA", "G722"))
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    answered.wait_heard(5000)
    assert call.codec.upper() == answered.codec.upper() == "G722"
    call.hang_up()
    answered.wait_over()


def test_a_callee_without_wideband_spares_the_caller_the_transcoding(stand: Stand) -> None:
    caller = stand.phone("101", 500, codecs=("opus", "PCMU", "PCMA"))
    callee = stand.phone("104", 700, ruid="dave", codecs=("PCMA",))
    callee.on_incoming(final=200)
    call = caller.dial("104").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(700)
    assert call.codec.upper() == answered.codec.upper() == "PCMA"
    call.hang_up()
    answered.wait_over()
