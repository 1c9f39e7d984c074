"""What somebody records for a receptionist on the telephone is what its callers hear."""

from __future__ import annotations

from tests.live.system.messages import STORED_WITHIN_S, speak_for_a_while
from tests.live.system.outside_world import OutsideWorld
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import until

DESK, PIN = "8000", "4711"


def test_a_prompt_that_is_recorded_on_the_phone_is_what_callers_hear(
    alice: Phone, bob: Phone, rest: RestClient, world: OutsideWorld
) -> None:
    menu = {"on_timeout": {"kind": "repeat_prompt"}}
    made = world.receptionist(DESK, menu=menu, recording_pin=PIN)
    call = bob.dial(f"*56*{DESK}").wait_confirmed(10)
    speak_for_a_while(call)
    call.send_dtmf(f"{PIN}#")
    speak_for_a_while(call)  # the tone is over
    speak_for_a_while(call)
    call.send_dtmf("#")
    speak_for_a_while(call)
    call.send_dtmf("2")
    call.wait_heard(bob.config.tone_hz, timeout_s=15)
    call.send_dtmf("1")
    call.wait_over(15)

    def prompts() -> list[dict[str, object]]:
        found: list[dict[str, object]] = rest.get(f"/receptionists/{made['id']}")["prompts"]
        return found

    (prompt,) = until(prompts, STORED_WITHIN_S, "the prompt is stored")
    assert (prompt["use"], str(prompt["name"])[:12]) == ("menu", "By telephone")
    world.wait_in_force(
        lambda snapshot: any(one.number == DESK and one.menu.prompt for one in snapshot.receptionists)
    )
    caller = alice.dial(DESK).wait_confirmed()
    caller.wait_heard(bob.config.tone_hz, timeout_s=10)
    caller.hang_up()
    caller.wait_over()
