"""Carol picks up what rings at Bob, or what he holds, with real sound. Mallory's company has a 102, too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.system.conftest import InForce
from tests.live.system.event_socket import EventSocket
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S


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


@pytest.fixture
def carol_apart(rest: RestClient, carol: Phone, in_force: InForce) -> Iterator[Phone]:
    """In a group of her own; with it gone, she is where everybody is."""
    group = rest.post("/extension_groups/", {"name": "Apart"})
    rest.post(f"/extension_groups/{group['id']}/members/", {"extensions": ["103"]})
    (everybody,) = [row for row in rest.rows("/extension_groups") if row["is_default"]]
    rest.post(f"/extension_groups/{everybody['id']}/members/remove/", {"extensions": ["103"]})
    in_force()
    yield carol
    rest.delete(f"/extension_groups/{group['id']}/")


@pytest.mark.parametrize(("dialled", "code"), [("**102", 403), ("##102", 403), ("*8", 404)])
def test_without_the_right_nothing_is_picked_up_and_it_rings_on(
    alice: Phone, bob: Phone, carol_apart: Phone, rest: RestClient, dialled: str, code: int
) -> None:
    call = alice.dial("102").wait_state("early")
    rung = bob.wait_incoming()
    refused = carol_apart.dial(dialled).wait_over(PATIENCE_S)
    assert refused.code == code
    if code == 403:
        reason = rest.wait_cdr(refused.sip_call_id)["ended_reason"]
        assert reason == "You may only pick up calls of your groups"
    rung.answer()
    call.wait_confirmed().wait_heard(bob.config.tone_hz)
    call.hang_up()
    call.wait_over()
