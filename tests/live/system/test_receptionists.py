"""A virtual receptionist on the telephone: its prompt is heard, keys are read, and who is chosen is talked to."""

from __future__ import annotations

import pytest

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_music import tone
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient

PROMPT_HZ, RINGING_HZ, PROVIDER_HZ = 1500, 425, 1100
POOL, DID = "493055500-493055599", "493055501"
DESK = "8000"


@pytest.fixture
def desk(world: OutsideWorld, rest: RestClient) -> Json:
    """2 is Bob, 9 a nested one that only knows numbers; its prompt is a tone."""
    world.receptionist("8001", name="Directory", menu={"on_timeout": {"kind": "end_call"}})
    menu = {
        "options": [
            {"keys": "2", "kind": "extension", "target": "102"},
            {"keys": "9", "kind": "receptionist", "target": "8001"},
        ],
        "on_failed": {"kind": "repeat_prompt"},
    }
    made = world.receptionist(DESK, menu=menu, input_timeout_s=60)
    upload = {"file": ("prompt.wav", tone(PROMPT_HZ), "audio/wav")}
    answer = rest.response("PUT", f"/receptionists/{made['id']}/prompts/menu", files=upload)
    assert answer.status_code == 200, answer.text
    world.wait_in_force(
        lambda snapshot: any(one.number == DESK and one.menu.prompt for one in snapshot.receptionists)
    )
    return made


def talk(call: PhoneCall, caller_hz: int, incoming: PhoneCall, callee: Phone) -> None:
    incoming.answer()
    call.wait_heard(callee.config.tone_hz)
    incoming.wait_heard(caller_hz)
    call.hang_up()
    incoming.wait_over()


def test_a_key_during_the_prompt_leads_to_bob_and_the_caller_hears_it_ring(
    desk: Json, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    call = alice.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("2")
    incoming = bob.wait_incoming()
    call.wait_heard(RINGING_HZ)
    talk(call, alice.config.tone_hz, incoming, bob)
    cdr = rest.wait_cdr(call.sip_call_id)
    assert (cdr["callee"], cdr["answered_number"], cdr["status"]) == (DESK, "102", "answered")


def test_who_is_busy_leads_back_to_the_prompt(desk: Json, alice: Phone, bob: Phone) -> None:
    call = alice.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("2")
    bob.wait_incoming().answer(486, "Busy Here")
    call.wait_heard(PROMPT_HZ)
    assert not call.is_over
    call.hang_up()
    call.wait_over()


def test_a_caller_from_outside_dials_an_extension_at_a_nested_one(
    desk: Json, world: OutsideWorld, carol: Phone
) -> None:
    provider = world.provider(PROVIDER_HZ)
    trunk = world.trunk_to(provider, POOL)
    to_desk = {"kind": "receptionist", "target": DESK}
    world.inbound(trunk, DID, "101", in_office_hours=to_desk, outside_office_hours=to_desk)
    call = provider.dial(DID).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("9")
    call.send_dtmf("103")
    talk(call, PROVIDER_HZ, carol.wait_incoming(), carol)
