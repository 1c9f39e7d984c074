"""Ways of holding a call that telephones of all ages have: the other side hears music, and comes back."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import InForce, PhoneMaker
from tests.live.system.event_socket import EventSocket
from tests.live.system.test_music import DEMO_HZ, music
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient

GENEROUS_S = 15.0


CAROLS_HZ = 1100
# What is said, and what RFC 3264 section 6.1 wants for an answer.
WAYS = {"sendonly": "a=recvonly", "inactive": "a=inactive", "0.0.0.0": "a=sendrecv"}


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("side", ["caller", "callee"])
def test_whom_a_telephone_holds_hears_music_until_it_is_taken_back(
    make_phone: PhoneMaker,
    alice: Phone,
    rest: RestClient,
    events: EventSocket,
    in_force: InForce,
    how: str,
    side: str,
) -> None:
    carol = make_phone("demo", "103", tone_hz=CAROLS_HZ, holds_by=how)
    carol.register(GENEROUS_S)
    with music(rest, DEMO_HZ):
        in_force()
        caller, callee = (carol, alice) if side == "caller" else (alice, carol)
        callee.on_incoming(final=200)
        call = caller.dial(callee.config.number).wait_confirmed(GENEROUS_S)
        answered = callee.wait_incoming(GENEROUS_S).wait_confirmed(GENEROUS_S)
        holder, held = (call, answered) if side == "caller" else (answered, call)
        talk(holder, held)
        for _ in range(2):
            holder.hold()
            assert events.wait_key(call.sip_call_id, "call_hold")["side"] == side
            held.wait_heard(DEMO_HZ, timeout_s=GENEROUS_S)
            accepted = holder.received("INVITE", 200)
            assert accepted is not None
            assert WAYS[how] in accepted.text
            holder.unhold()
            events.wait_key(call.sip_call_id, "call_unhold")
            talk(holder, held)
        holder.hold()
        held.wait_heard(DEMO_HZ, timeout_s=GENEROUS_S)
        held.hang_up()
        holder.wait_over(GENEROUS_S)
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def talk(holder: PhoneCall, held: PhoneCall) -> None:
    held.wait_heard(holder.phone.config.tone_hz, timeout_s=GENEROUS_S)
    holder.wait_heard(held.phone.config.tone_hz, timeout_s=GENEROUS_S)
