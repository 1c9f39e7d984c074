"""Keys reach a receptionist however a telephone sends them: by INFO, by sound alone; and a fax machine by its call."""

from __future__ import annotations

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_music import tone
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient

PROMPT_HZ = 1500
DESK = "8000"


@pytest.fixture
def desk(world: OutsideWorld, rest: RestClient) -> Json:
    options = [
        {"keys": "25", "kind": "extension", "target": "102"},
        {"keys": "F", "kind": "extension", "target": "102"},
    ]
    menu = {"options": options, "on_failed": {"kind": "repeat_prompt"}}
    made = world.receptionist(DESK, menu=menu, input_timeout_s=60, digit_gap_s=5, takes_numbers=False)
    upload = {"file": ("prompt.wav", tone(PROMPT_HZ), "audio/wav")}
    assert rest.response("PUT", f"/receptionists/{made['id']}/prompts/menu", files=upload).status_code == 200
    world.wait_in_force(
        lambda snapshot: any(one.number == DESK and one.menu.prompt for one in snapshot.receptionists)
    )
    return made


@pytest.fixture
def old_phone(make_phone: PhoneMaker) -> Phone:
    """Silent, and without telephone-event."""
    phone = make_phone("demo", "103", tone_hz=0, has_key_events=False)
    phone.register()
    return phone


def test_keys_by_sound_lead_to_bob(desk: Json, old_phone: Phone, bob: Phone) -> None:
    call = old_phone.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_keys_by_sound("25")
    incoming = bob.wait_incoming()
    incoming.answer()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    incoming.wait_over()


def test_keys_by_info_lead_to_bob(desk: Json, old_phone: Phone, bob: Phone) -> None:
    call = old_phone.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_keys_by_info("2")
    call.send_keys_by_info("5")
    bob.wait_incoming().answer()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()


def test_a_fax_machine_leads_to_where_faxes_go(desk: Json, make_phone: PhoneMaker, bob: Phone) -> None:
    """Also where keys come as events: the call of a fax machine is always sound."""
    fax = make_phone("demo", "103", tone_hz=0)
    fax.register()
    call = fax.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.call_as_fax()
    bob.wait_incoming().answer()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()


def test_keys_by_sound_are_not_pressed_twice_where_they_come_as_events(
    desk: Json, make_phone: PhoneMaker, bob: Phone
) -> None:
    phone = make_phone("demo", "103", tone_hz=0)
    phone.register()
    call = phone.dial(DESK).wait_confirmed()
    call.wait_heard(PROMPT_HZ)
    call.send_dtmf("2")
    call.send_keys_by_sound("9")
    call.send_dtmf("5")
    bob.wait_incoming().answer()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
