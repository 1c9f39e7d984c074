"""Carol monitors Bob, who talks with Alice: who hears whom, by tones, in every mode."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, holds_for


@dataclass(frozen=True)
class Talk:
    """What each hears of the others."""

    alice: PhoneCall
    bob: PhoneCall
    alice_hz: int
    bob_hz: int
    carol_hz: int

    def wait_silent(self, carol: PhoneCall) -> None:
        carol.wait_heard(self.alice_hz, self.bob_hz, timeout_s=PATIENCE_S)
        self.alice.wait_heard(self.bob_hz, timeout_s=PATIENCE_S)
        self.bob.wait_heard(self.alice_hz, timeout_s=PATIENCE_S)

    def wait_whisper(self, carol: PhoneCall) -> None:
        self.bob.wait_heard(self.alice_hz, self.carol_hz, timeout_s=PATIENCE_S)
        self.alice.wait_heard(self.bob_hz, timeout_s=PATIENCE_S)
        carol.wait_heard(self.alice_hz, self.bob_hz, timeout_s=PATIENCE_S)

    def wait_barge(self, carol: PhoneCall) -> None:
        self.bob.wait_heard(self.alice_hz, self.carol_hz, timeout_s=PATIENCE_S)
        self.alice.wait_heard(self.bob_hz, self.carol_hz, timeout_s=PATIENCE_S)
        carol.wait_heard(self.alice_hz, self.bob_hz, timeout_s=PATIENCE_S)

    def wait_taken_over(self, carol: PhoneCall) -> None:
        self.bob.wait_over(PATIENCE_S)
        self.alice.wait_heard(self.carol_hz, timeout_s=PATIENCE_S)
        carol.wait_heard(self.alice_hz, timeout_s=PATIENCE_S)


@pytest.fixture
def monitoring(rest: RestClient, in_force: InForce) -> Iterator[None]:
    """Carol may monitor, and nobody else."""
    rest.patch("/dial_codes/", {"is_monitoring_enabled": True})
    group = rest.post("/extension_groups/", {"name": "Queue Manager", "is_monitoring_allowed": True})
    rest.post(f"/extension_groups/{group['id']}/monitors/", {"extensions": ["103"]})
    in_force()
    yield
    rest.delete(f"/extension_groups/{group['id']}/")
    rest.patch("/dial_codes/", {"is_monitoring_enabled": False})


@pytest.fixture
def talk(alice: Phone, bob: Phone, carol: Phone, monitoring: None) -> Iterator[Talk]:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    yield Talk(call, answered, alice.config.tone_hz, bob.config.tone_hz, carol.config.tone_hz)
    call.hang_up()


def test_silent_is_heard_by_nobody_and_digits_go_up_and_back(
    talk: Talk, carol: Phone, rest: RestClient, events: EventSocket
) -> None:
    call = carol.dial("888*102").wait_confirmed()
    talk.wait_silent(call)
    holds_for(lambda: talk.carol_hz not in talk.bob.heard(), 0.5, "Bob does not hear Carol")
    live = {one["caller"]: one for one in rest.rows("/call_sessions/")}
    assert (live["103"]["monitored"], live["103"]["monitor_mode"]) == ("102", "silent")
    call.send_dtmf("2")
    talk.wait_whisper(call)
    call.send_dtmf("3")
    talk.wait_barge(call)
    call.send_dtmf("1")
    talk.wait_silent(call)
    assert events.wait_key(call.sip_call_id, "monitor_changed")["mode"] == "whisper"
    talk.alice.hang_up()
    call.wait_over(PATIENCE_S)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["answered_by"], cdr["callee"], cdr["status"]) == ("monitor", "888*102", "answered")


@pytest.mark.parametrize(
    ("dialled", "wait"),
    [
        ("888*102*1", Talk.wait_silent),
        ("888*102*2", Talk.wait_whisper),
        ("888*102*3", Talk.wait_barge),
        ("888*102*4", Talk.wait_taken_over),
    ],
    ids=["silent", "whisper", "barge in", "barge break"],
)
def test_every_mode_can_be_dialled(
    talk: Talk, carol: Phone, dialled: str, wait: object, rest: RestClient
) -> None:
    call = carol.dial(dialled).wait_confirmed()
    wait(talk, call)  # type: ignore[operator] # one of the four above
    call.hang_up()
    call.wait_over()


def test_taking_over_by_a_digit_sends_the_extension_out_of_its_call(
    talk: Talk, carol: Phone, rest: RestClient
) -> None:
    call = carol.dial("888*102").wait_confirmed()
    talk.wait_silent(call)
    call.send_dtmf("4")
    talk.wait_taken_over(call)
    call.hang_up()
    talk.alice.wait_over(PATIENCE_S)
    assert rest.wait_cdr(talk.alice.sip_call_id)["ended_by"] == "callee"


def test_new_media_on_either_side_leave_everybody_hearing_whom_they_heard(
    talk: Talk, carol: Phone, events: EventSocket
) -> None:
    call = carol.dial("888*102*3").wait_confirmed()
    talk.wait_barge(call)
    talk.bob.hold()
    events.wait_key(talk.alice.sip_call_id, "call_hold")
    talk.bob.unhold()
    events.wait_key(talk.alice.sip_call_id, "call_unhold")
    talk.wait_barge(call)
    talk.alice.reinvite()
    talk.wait_barge(call)
    call.hang_up()
    talk.alice.wait_heard(talk.bob_hz, timeout_s=PATIENCE_S)


def test_who_may_not_monitor_is_refused_with_the_reason(
    talk: Talk, carol: Phone, mallory: Phone, rest: RestClient
) -> None:
    for dialled, phone, code in (
        ("888*102", mallory, 403),
        ("888*101*5", carol, 484),
        ("888*199", carol, 404),
        ("888*103", carol, 403),
    ):
        call = phone.dial(dialled).wait_over(PATIENCE_S)
        assert call.code == code, dialled
    talk.alice.hang_up()
    talk.bob.wait_over(PATIENCE_S)
    idle = carol.dial("888*102").wait_over(PATIENCE_S)
    assert idle.code == 480
    assert rest.wait_cdr(idle.sip_call_id)["ended_reason"] == "This extension has no call"


def test_monitoring_by_rest_rings_the_monitor_and_then_is_as_dialled(
    talk: Talk, carol: Phone, rest: RestClient
) -> None:
    made = rest.post("/call_sessions/monitor/", {"monitor": "103", "extension": "102", "mode": "whisper"})
    call = carol.wait_incoming(PATIENCE_S)
    talk.alice.wait_heard(talk.bob_hz, timeout_s=PATIENCE_S)
    call.answer()
    call.wait_confirmed(PATIENCE_S)
    talk.wait_whisper(call)
    live = rest.get(f"/call_sessions/{made['session_id']}/")
    assert (live["caller"], live["monitored"], live["monitor_mode"]) == ("103", "102", "whisper")
    call.send_dtmf("1")
    talk.wait_silent(call)
    call.hang_up()
    refused = rest.response("POST", "/call_sessions/monitor/", json={"monitor": "102", "extension": "101"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "call_refused")
