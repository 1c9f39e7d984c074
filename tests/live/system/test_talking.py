"""During a call: hold, digits, early media, services, renewals."""

from __future__ import annotations

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for, until

ECHO_TEST, TONE_TEST = "*43", "*44"


def _talk(caller: Phone, callee: Phone) -> tuple[PhoneCall, PhoneCall]:
    callee.on_incoming(final=200)
    call = caller.dial(callee.config.number).wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    answered.wait_heard(caller.config.tone_hz)
    return call, answered


def test_hold_silences_the_call_until_unhold_and_both_are_announced(
    alice: Phone, bob: Phone, events: EventSocket, rest: RestClient
) -> None:
    call, answered = _talk(alice, bob)
    call.hold()
    held = events.wait_key(call.sip_call_id, "call_hold")
    assert (held["side"], held["aor"], held["peer_aor"]) == ("caller", "101@demo.local", "102@demo.local")
    until(lambda: alice.config.tone_hz not in answered.heard(), PATIENCE_S, "Bob no longer hears Alice")
    call.unhold()
    events.wait_key(call.sip_call_id, "call_unhold")
    call.wait_heard(bob.config.tone_hz)
    answered.wait_heard(alice.config.tone_hz)
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_the_callee_can_hold_too(alice: Phone, bob: Phone, events: EventSocket, rest: RestClient) -> None:
    call, answered = _talk(alice, bob)
    answered.hold()
    assert events.wait_key(call.sip_call_id, "call_hold")["side"] == "callee"
    answered.unhold()
    events.wait_key(call.sip_call_id, "call_unhold")
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_digits_pass_both_ways(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call, answered = _talk(alice, bob)
    call.send_dtmf("159#")
    until(lambda: answered.digits == "159#", 10, "Bob gets the digits")
    answered.send_dtmf("*0")
    until(lambda: call.digits == "*0", 10, "Alice gets the digits")
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_early_media_is_heard_before_the_answer(alice: Phone, bob: Phone, rest: RestClient) -> None:
    bob.on_incoming(provisional=183)
    call = alice.dial("102").wait_state("early")
    call.wait_heard(bob.config.tone_hz)
    assert call.received("INVITE", 183) is not None
    assert not call.is_confirmed
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["answered_at"]) == ("cancelled", None)


def test_the_echo_test_returns_the_callers_voice(alice: Phone, rest: RestClient) -> None:
    call = alice.dial(ECHO_TEST).wait_confirmed()
    call.wait_heard(alice.config.tone_hz)
    alice.speak(1100)
    call.wait_heard(1100)
    call.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["answered_by"], cdr["callee"]) == ("answered", "echo", ECHO_TEST)


def test_the_tone_test_plays_a_tone(alice: Phone, rest: RestClient) -> None:
    alice.speak(0)
    call = alice.dial(TONE_TEST).wait_confirmed()
    candidates_hz = (350, 400, 425, 440, 600, 800, 1000, 1004)
    until(lambda: call.heard(candidates_hz), PATIENCE_S, "some tone is heard")
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["answered_by"] == "tone"


def test_a_reliable_provisional_answer_is_acknowledged(
    alice: Phone, make_phone: PhoneMaker, bob: Phone, rest: RestClient
) -> None:
    strict = make_phone("demo", "101", requires_100rel=True)
    bob.on_incoming(provisional=183)
    call = strict.dial("102").wait_state("early")
    bob.wait_incoming().answer()
    call.wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_session_timer_is_kept_and_the_call_goes_on_after_a_renewal(
    make_phone: PhoneMaker, bob: Phone, rest: RestClient
) -> None:
    timed = make_phone("demo", "101", session_expires_s=90)
    bob.on_incoming(final=200)
    call = timed.dial("102").wait_confirmed()
    answer = call.received("INVITE", 200)
    assert answer is not None
    assert answer.header("Session-Expires") or answer.header("x")
    call.reinvite()
    call.wait_heard(bob.config.tone_hz)
    bob.wait_incoming().wait_heard(timed.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_renewals_from_both_sides_leave_the_sound_alone(alice: Phone, bob: Phone, rest: RestClient) -> None:
    call, answered = _talk(alice, bob)
    for side in (call, answered):
        renewals = len([message for message in side.messages if message.code == 200])
        side.reinvite()
        until(lambda: len([m for m in side.messages if m.code == 200]) > renewals, PATIENCE_S, "renewal")  # noqa: B023
        call.wait_heard(bob.config.tone_hz)
        answered.wait_heard(alice.config.tone_hz)
    assert not call.is_over
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_record_tells_how_the_call_sounded_over_its_time(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call, _ = _talk(alice, bob)
    holds_for(lambda: not call.is_over, 18, "the call goes on")
    call.hang_up()
    record = rest.wait_cdr(call.sip_call_id)
    story = rest.get(f"/cdrs/{record['id']}")["story"]
    for side in ("caller", "callee"):
        samples = story["quality"][side]
        assert len(samples) >= 2, samples
        assert all(sample["mos"] > 4 and sample["loss_percent"] < 5 for sample in samples), samples
    told = [moment["text"] for moment in story["course"]]
    assert told[0] == "101 calls 102"
    assert "102 answers" in told
    assert [lane["title"] for lane in story["ladder"]["lanes"]] == ["101", "PBX", "102"]
