"""The manual's own examples with its own numbers (5.8, 11.1): the boss is 101, the assistant 102."""

from __future__ import annotations

import pytest

from tests.live.system.event_socket import EventSocket
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_paging import let_page
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S


def test_the_assistant_picks_up_what_rings_at_the_boss(alice: Phone, bob: Phone, carol: Phone) -> None:
    call = carol.dial("101").wait_state("early")
    rung = alice.wait_incoming()
    picked = bob.dial("**101").wait_confirmed()
    rung.wait_over(PATIENCE_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    picked.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    call.hang_up()
    picked.wait_over(PATIENCE_S)


@pytest.mark.parametrize("dialled", ["**101", "##101"])
def test_the_assistant_picks_up_what_the_boss_holds(
    alice: Phone, bob: Phone, carol: Phone, events: EventSocket, dialled: str
) -> None:
    alice.on_incoming(final=200)
    call = carol.dial("101").wait_confirmed()
    held = alice.wait_incoming().wait_confirmed()
    held.hold()
    events.wait_key(call.sip_call_id, "call_hold")
    picked = bob.dial(dialled).wait_confirmed()
    held.wait_over(PATIENCE_S)
    call.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    picked.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    call.hang_up()
    picked.wait_over(PATIENCE_S)


def test_intercom_with_101(world: OutsideWorld, rest: RestClient, alice: Phone, bob: Phone) -> None:
    let_page(world, rest, is_allowed=True)
    world.change(
        rest, "/paging", alert_info="info=alert-autoanswer", says_call_info=True, says_answer_mode=True
    )
    world.wait_in_force(lambda snapshot: snapshot.auto_answer.alert_info == "info=alert-autoanswer")
    alice.on_incoming(final=200)
    call = bob.dial("*11101").wait_confirmed()
    answered = alice.wait_incoming().wait_confirmed()
    invite = answered.messages[0]
    assert invite.header("Alert-Info") == "info=alert-autoanswer"
    assert invite.header("Call-Info").endswith(";answer-after=0")
    assert invite.header("Answer-Mode") == "Auto"
    call.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    answered.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    call.hang_up()
    answered.wait_over(PATIENCE_S)
