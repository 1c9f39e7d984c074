"""linphone's console client as a telephone of the company: hold, a blind and an attended transfer, and whom it watches.

It knows neither `dialog` nor `message-summary`: its lamps are those of presence.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.live.system.running_system import RunningSystem
from tests.phones.linphone import Linphone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

pytestmark = pytest.mark.skipif(
    shutil.which("linphonec") is None,
    reason="linphone brings a hundred packages along: to run this, apt-get install linphone-cli.",
)
CAROLS_HZ = 1100
WAIT_S = 20.0


@pytest.fixture
def carol(system: RunningSystem) -> Iterator[Linphone]:
    """103; answers by herself."""
    config = replace(system.demo.phone_config("demo", "103"), tone_hz=CAROLS_HZ)
    with Linphone(config) as phone:
        phone.wait_registered()
        yield phone


def test_it_holds_and_resumes(carol: Linphone, alice: Phone) -> None:
    call = alice.dial("103").wait_confirmed(WAIT_S)
    call.wait_heard(CAROLS_HZ, timeout_s=WAIT_S)
    carol.order("pause")
    until(lambda: CAROLS_HZ not in call.heard(), WAIT_S, "Alice is held")
    carol.order("resume 1")
    call.wait_heard(CAROLS_HZ, timeout_s=WAIT_S)
    call.hang_up()
    call.wait_over()


def test_it_transfers_blind(carol: Linphone, alice: Phone, bob: Phone) -> None:
    call = alice.dial("103").wait_confirmed(WAIT_S)
    call.wait_heard(CAROLS_HZ, timeout_s=WAIT_S)
    bob.on_incoming(final=200)
    carol.order("transfer sip:102@demo.local")
    answered = bob.wait_incoming(WAIT_S).wait_confirmed(WAIT_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=WAIT_S)
    answered.wait_heard(alice.config.tone_hz, timeout_s=WAIT_S)
    call.hang_up()
    answered.wait_over()


def test_it_asks_first_and_then_connects_the_two(
    carol: Linphone, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = alice.dial("103").wait_confirmed(WAIT_S)
    call.wait_heard(CAROLS_HZ, timeout_s=WAIT_S)
    carol.order("pause")
    until(lambda: CAROLS_HZ not in call.heard(), WAIT_S, "Alice is held")
    bob.on_incoming(final=200)
    carol.order("call sip:102@demo.local")
    asked = bob.wait_incoming(WAIT_S).wait_confirmed(WAIT_S)
    asked.wait_heard(CAROLS_HZ, timeout_s=WAIT_S)
    carol.order("transfer 1 --to-call 2")
    call.wait_heard(bob.config.tone_hz, timeout_s=WAIT_S)
    asked.wait_heard(alice.config.tone_hz, timeout_s=WAIT_S)
    call.hang_up()
    asked.wait_over()
    assert rest.wait_cdr(call.sip_call_id)["status"] == "answered"


def test_it_shows_what_a_watched_colleague_does(
    system: RunningSystem, rest: RestClient, alice: Phone, bob: Phone
) -> None:
    (extension,) = rest.rows("/extensions", search="102")
    config = replace(system.demo.phone_config("demo", "103"), tone_hz=CAROLS_HZ)
    with Linphone(config, watches={"102": "Bob"}) as carol:
        carol.wait_registered()
        carol.wait_said("<sip:102@demo.local> is Online")
        rest.patch(f"/extensions/{extension['id']}", {"status": "do_not_disturb"})
        try:
            carol.wait_said("<sip:102@demo.local> is Busy")
        finally:
            rest.patch(f"/extensions/{extension['id']}", {"status": "available"})
        carol.wait_said("<sip:102@demo.local> is Online", count=2)
        bob.on_incoming(final=200)
        call = alice.dial("102").wait_confirmed(WAIT_S)
        carol.wait_said("<sip:102@demo.local> is On the phone")
        call.hang_up()
        carol.wait_said("<sip:102@demo.local> is Online", count=3)
