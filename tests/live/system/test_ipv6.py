"""Phones on IPv6, signalling and sound, among themselves and with phones on IPv4."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

LOOPBACK = "::1"
IPV6: dict[str, Any] = {"host": LOOPBACK, "local_address": LOOPBACK}


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_two_phones_on_ipv6_hear_each_other(transport: str, make_phone: PhoneMaker, rest: RestClient) -> None:
    caller = make_phone("demo", "101", transport=transport, **IPV6)
    callee = make_phone("demo", "103", transport=transport, **IPV6)
    for phone in (caller, callee):
        phone.register()
    callee.on_incoming(final=200)
    call = caller.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    answered.wait_heard(caller.config.tone_hz)
    assert "c=IN IP6 ::1" in answered.messages[0].text
    answered.hang_up()
    call.wait_over()
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["status"], cdr["source"].startswith(f"{transport}:[::1]:")) == ("answered", True)
    assert cdr["caller_mos"] > 3


def test_a_phone_on_ipv4_calls_one_on_ipv6(alice: Phone, make_phone: PhoneMaker, rest: RestClient) -> None:
    callee = make_phone("demo", "103", **IPV6)
    callee.register()
    callee.on_incoming(final=200)
    call = alice.dial("103").wait_confirmed()
    answered = callee.wait_incoming().wait_confirmed()
    call.wait_heard(callee.config.tone_hz)
    answered.wait_heard(alice.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_a_phone_on_ipv6_calls_one_on_ipv4(bob: Phone, make_phone: PhoneMaker, rest: RestClient) -> None:
    caller = make_phone("demo", "103", **IPV6)
    caller.register()
    bob.on_incoming(final=200)
    call = caller.dial("102").wait_confirmed()
    answered = bob.wait_incoming().wait_confirmed()
    call.wait_heard(bob.config.tone_hz)
    answered.wait_heard(caller.config.tone_hz)
    call.hold()
    until(lambda: caller.config.tone_hz not in answered.heard(), PATIENCE_S, "Bob no longer hears the caller")
    call.unhold()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    call.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"
