"""What programs do to calls between real telephones: each order is heard, or heard no more."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.running_system import RunningSystem
from tests.live.system.test_music import DEMO_HZ, hears, tone
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import until

Talk = tuple[PhoneCall, PhoneCall, str]
GENEROUS_S = 10.0


@pytest.fixture
def talk(alice: Phone, bob: Phone, rest: RestClient) -> Iterator[Talk]:
    """Alice has called Bob, both hear each other; and the name of the call."""
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed(GENEROUS_S)
    answered = bob.wait_incoming().wait_confirmed(GENEROUS_S)
    call.wait_heard(bob.config.tone_hz)
    answered.wait_heard(alice.config.tone_hz)
    yield call, answered, session_of(rest, call.sip_call_id)
    call.hang_up()
    call.wait_over(GENEROUS_S)


def session_of(rest: RestClient, sip_call_id: str) -> str:
    def find() -> str | None:
        rows = rest.rows("/call_sessions/")
        return next((row["session_id"] for row in rows if row["call_id"] == sip_call_id), None)

    return until(find, GENEROUS_S, "the call is listed")


def live(rest: RestClient, session_id: str) -> Json:
    return rest.get(f"/call_sessions/{session_id}")


def hears_not(call: PhoneCall, frequency_hz: int) -> None:
    until(lambda: frequency_hz not in call.heard(), GENEROUS_S, f"{frequency_hz} Hz is not heard")


def test_a_program_holds_a_call_by_its_extension_and_lets_it_go_on(
    talk: Talk, alice: Phone, bob: Phone, rest: RestClient, events: EventSocket
) -> None:
    call, answered, session_id = talk
    done = rest.post("/extensions/hold", {"extension_number": "101"})
    assert done == {"session_id": session_id, "side": "caller"}
    hears_not(answered, alice.config.tone_hz)
    hears_not(call, bob.config.tone_hz)
    assert events.wait_key(call.sip_call_id, "call_hold")["side"] == "caller"
    until(lambda: live(rest, session_id)["held_by"] == ["caller"], GENEROUS_S)
    rest.post(f"/call_sessions/{session_id}/hold", {"side": "caller", "is_held": False})
    call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    answered.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)


def test_who_is_muted_hears_and_is_not_heard(talk: Talk, alice: Phone, bob: Phone, rest: RestClient) -> None:
    call, answered, session_id = talk
    rest.post(f"/call_sessions/{session_id}/mute", {"side": "callee"})
    hears_not(call, bob.config.tone_hz)
    answered.wait_heard(alice.config.tone_hz)
    rest.post(f"/call_sessions/{session_id}/mute", {"side": "callee", "is_muted": False})
    call.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)


def test_digits_are_pressed_for_somebody(talk: Talk, rest: RestClient) -> None:
    call, answered, session_id = talk
    rest.post(f"/call_sessions/{session_id}/send_digits", {"digits": "19#", "side": "callee"})
    until(lambda: answered.digits == "19#", GENEROUS_S, "Bob gets the digits")
    rest.post(f"/call_sessions/{session_id}/send_digits", {"digits": "*0", "side": "caller"})
    until(lambda: call.digits == "*0", GENEROUS_S, "Alice gets the digits")


def test_a_file_is_played_over_the_conversation_to_one_side(
    talk: Talk, alice: Phone, rest: RestClient
) -> None:
    call, answered, session_id = talk
    upload = {"file": ("tone.wav", tone(DEMO_HZ), "audio/wav")}
    file_id = rest.response("POST", "/music_files", files=upload).json()["id"]
    try:
        rest.post(f"/call_sessions/{session_id}/play", {"music_files": [file_id], "side": "callee"})
        until(lambda: hears(answered, DEMO_HZ), GENEROUS_S, "Bob hears the file")
        assert not hears(call, DEMO_HZ)
        answered.wait_heard(alice.config.tone_hz)
        rest.post(f"/call_sessions/{session_id}/stop_play", {})
        until(lambda: not hears(answered, DEMO_HZ), GENEROUS_S, "Bob hears the file no more")
    finally:
        rest.delete(f"/music_files/{file_id}")


def test_a_stranger_finds_nothing_to_control(talk: Talk, globex_rest: RestClient) -> None:
    session_id = talk[2]
    for order in ("hold", "mute", "stop_play", "send_digits", "hang_up"):
        answer = globex_rest.response(
            "POST", f"/call_sessions/{session_id}/{order}/", json={"side": "caller"}
        )
        assert answer.status_code == 404, order
    held = globex_rest.response("POST", "/extensions/hold/", json={"extension_number": "101"})
    assert held.status_code == 404
    assert globex_rest.rows("/extensions/sessions/") == []


def create(rest: RestClient, body: dict[str, Any], key: str = "") -> Json:
    headers = {"Idempotency-Key": key} if key else {}
    answer = rest.response("POST", "/call_sessions/create/", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    document: Json = answer.json()
    return document


def test_a_program_calls_somebody_for_an_extension(
    alice: Phone, bob: Phone, rest: RestClient, events: EventSocket
) -> None:
    made = create(rest, {"caller": "101", "callee": "102", "request_id": "crm-7"}, key="live-1")
    callers = alice.wait_incoming(GENEROUS_S)
    assert create(rest, {"caller": "101", "callee": "102", "request_id": "crm-7"}, key="live-1") == made
    assert bob.calls == []
    callers.answer()
    callers.wait_confirmed(GENEROUS_S)
    rung = bob.wait_incoming(GENEROUS_S)
    until(lambda: live(rest, made["session_id"])["state"] == "ringing", GENEROUS_S)
    rung.answer()
    rung.wait_confirmed(GENEROUS_S)
    callers.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)
    rung.wait_heard(alice.config.tone_hz, timeout_s=GENEROUS_S)
    assert len(alice.calls) == len(bob.calls) == 1
    rung.hang_up()
    callers.wait_over(GENEROUS_S)
    cdr = rest.wait_cdr(made["session_id"])
    assert (cdr["status"], cdr["caller"], cdr["callee"], cdr["answered_number"]) == (
        "answered", "101", "102", "102",
    )  # fmt: skip
    assert events.wait_key(made["session_id"], "call_ended")["request_id"] == "crm-7"


def test_the_caller_hears_ringing_until_the_callee_answers(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    create(rest, {"caller": "101", "callee": "102"})
    callers = alice.wait_incoming(GENEROUS_S)
    callers.answer()
    rung = bob.wait_incoming(GENEROUS_S)
    candidates_hz = (350, 400, 425, 440, 450, 480)
    until(lambda: callers.heard(candidates_hz), GENEROUS_S, "Alice hears ringing")
    callers.hang_up()
    rung.wait_over(GENEROUS_S)


def test_who_does_not_take_the_call_that_was_made_for_them_has_a_record(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    alice.on_incoming(final=486)
    made = create(rest, {"caller": "101", "callee": "102"})
    cdr = rest.wait_cdr(made["session_id"])
    assert (cdr["status"], cdr["ended_reason"]) == ("busy", "The caller's phone is busy")
    assert bob.calls == []
    refused = rest.response("POST", "/call_sessions/create/", json={"caller": "101", "callee": "*99999"})
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "call_refused"


def test_a_call_that_was_made_is_ended_by_the_program_while_it_rings(alice: Phone, rest: RestClient) -> None:
    made = create(rest, {"caller": "101", "callee": "*43"})
    rung = alice.wait_incoming(GENEROUS_S)
    rest.delete(f"/call_sessions/{made['session_id']}/")
    rung.wait_over(GENEROUS_S)
    assert rest.wait_cdr(made["session_id"])["status"] == "cancelled"


def test_all_phones_of_the_caller_ring_and_the_first_gets_the_call(
    alice: Phone, make_phone: PhoneMaker, bob: Phone, rest: RestClient
) -> None:
    second = make_phone("demo", "101", tone_hz=1700)
    second.register()
    bob.on_incoming(final=200)
    create(rest, {"caller": "101", "callee": "102"})
    first = alice.wait_incoming(GENEROUS_S)
    other = second.wait_incoming(GENEROUS_S)
    other.answer()
    first.wait_over(GENEROUS_S)
    other.wait_heard(bob.config.tone_hz, timeout_s=GENEROUS_S)


def test_a_worker_that_dies_amid_orders_leaves_503_or_404_and_a_record(
    talk: Talk, system: RunningSystem, rest: RestClient, alice: Phone
) -> None:
    call, _answered, session_id = talk
    system.stack.kill(live(rest, session_id)["worker"])
    answer = rest.response("POST", f"/call_sessions/{session_id}/hold/", json={"side": "caller"})
    assert answer.status_code in (404, 503)
    system.wait_healthy()
    assert rest.wait_cdr(call.sip_call_id, 40)["status"] == "answered"
    until(lambda: rest.rows("/call_sessions/") == [], 20, "no call is left")
    made = create(rest, {"caller": "101", "callee": "*43"})
    alice.wait_incoming(GENEROUS_S).answer()
    rest.delete(f"/call_sessions/{made['session_id']}/")


def test_a_ringing_call_is_sent_to_another_phone(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient, events: EventSocket
) -> None:
    call = alice.dial("102")
    rung = bob.wait_incoming(GENEROUS_S)
    session_id = session_of(rest, call.sip_call_id)
    wrong = rest.response("POST", f"/call_sessions/{session_id}/redirect/", json={"redirect_to": "102"})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (409, "call_refused")
    carol.on_incoming(final=200)
    done = rest.post(f"/call_sessions/{session_id}/redirect", {"redirect_to": "103"})
    assert done == {"session_id": session_id, "number": "103"}
    rung.wait_over(GENEROUS_S)
    call.wait_heard(carol.config.tone_hz, timeout_s=GENEROUS_S)
    assert events.wait_key(call.sip_call_id, "call_reroute")["reason"] == "redirect"
    late = rest.response("POST", f"/call_sessions/{session_id}/redirect/", json={"redirect_to": "102"})
    assert (late.status_code, late.json()["errors"][0]["code"]) == (409, "wrong_state")
    call.hang_up()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["answered_number"], cdr["status"]) == ("102", "103", "answered")


def test_a_ringing_call_is_sent_to_the_mailbox_of_whom_it_rings(
    alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = alice.dial("102")
    rung = bob.wait_incoming(GENEROUS_S)
    rest.post(f"/call_sessions/{session_of(rest, call.sip_call_id)}/redirect", {"voicemail": "102"})
    rung.wait_over(GENEROUS_S)
    call.wait_confirmed(GENEROUS_S)
    call.hang_up()
    assert rest.wait_cdr(call.sip_call_id)["answered_by"] == "voicemail"
