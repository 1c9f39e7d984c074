"""Carol picks up what rings at Bob, or what he holds, with real sound. Mallory's company has a 102, too."""

from __future__ import annotations

import pytest

from tests.live.system.event_socket import EventSocket
from tests.phones.phone import Phone
from tests.phones.rest import RestClient

PATIENCE_S = 10


@pytest.mark.parametrize("dialled", ["**102", "*8"])
def test_a_ringing_call_is_picked_up(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient, dialled: str
) -> None:
    call = alice.dial("102").wait_state("early")
    rung = bob.wait_incoming()
    picked = carol.dial(dialled).wait_confirmed()
    call.wait_confirmed()
    rung.wait_over(PATIENCE_S)
    cancel = rung.received("CANCEL")
    assert cancel is not None
    assert cancel.header("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'
    call.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    picked.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    picked.hang_up()
    call.wait_over(PATIENCE_S)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["answered_number"], cdr["status"]) == ("102", "103", "answered")
    assert rest.wait_cdr(picked.sip_call_id)["answered_by"] == "pickup"


@pytest.mark.parametrize("dialled", ["**102", "##102"])
def test_a_held_call_is_picked_up(
    alice: Phone, bob: Phone, carol: Phone, rest: RestClient, events: EventSocket, dialled: str
) -> None:
    bob.on_incoming(final=200)
    call = alice.dial("102").wait_confirmed()
    held = bob.wait_incoming().wait_confirmed()
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    talked_in = carol.dial(dialled).wait_over(PATIENCE_S)
    assert (talked_in.code, talked_in.reason) == (404, "Not Found")
    held.hold()
    events.wait_key(call.sip_call_id, "call_hold")
    picked = carol.dial(dialled).wait_confirmed(PATIENCE_S)
    call.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    picked.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    held.wait_over(PATIENCE_S)
    call.hang_up()
    picked.wait_over(PATIENCE_S)
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_stranger_picks_up_nothing(alice: Phone, bob: Phone, mallory: Phone) -> None:
    call = alice.dial("102").wait_state("early")
    assert mallory.dial("**102").wait_over(PATIENCE_S).code == 404
    assert not call.is_over
    call.hang_up()
    call.wait_over()
