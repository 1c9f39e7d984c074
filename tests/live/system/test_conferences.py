"""Conference rooms with telephones: the PIN, who hears whom, the lock, and the end of a deleted room (5.11, 5.12)."""

from __future__ import annotations

import pytest

from callmanager.domain.conference_speakers import ALL_UP_TO
from tests.live.system.conftest import PhoneMaker
from tests.live.system.outside_world import OutsideWorld
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import Json, RestClient
from tests.phones.waiting import until

ROOM, PIN, ADMIN_PIN = "9000", "123456", "654321"
DID = "4930900"
PATIENCE_S = 20


@pytest.fixture
def room(world: OutsideWorld) -> Json:
    return world.conference(ROOM, room_pin=PIN, admin_pin=ADMIN_PIN)


def enter(phone: Phone, pin: str) -> PhoneCall:
    call = phone.dial(ROOM).wait_confirmed()
    call.send_dtmf(f"{pin}#")
    return call


def test_three_phones_hear_each_other_and_a_deleted_room_ends_it(
    room: Json, rest: RestClient, alice: Phone, bob: Phone, carol: Phone
) -> None:
    phones = (alice, bob, carol)
    calls = [enter(phone, pin) for phone, pin in zip(phones, (ADMIN_PIN, PIN, PIN), strict=True)]
    for own, call in zip(phones, calls, strict=True):
        others = [phone.config.tone_hz for phone in phones if phone is not own]
        call.wait_heard(*others, timeout_s=PATIENCE_S)
    calls[1].hang_up()
    calls[1].wait_over()
    calls[0].wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    rest.delete(f"/conferences/{room['id']}")
    for call in (calls[0], calls[2]):
        call.wait_over(PATIENCE_S)
    cdr = rest.wait_cdr(calls[1].sip_call_id)
    assert (cdr["callee"], cdr["status"]) == (ROOM, "answered")


def test_nobody_gets_in_by_a_wrong_pin_nor_into_a_locked_room(
    room: Json, alice: Phone, bob: Phone, carol: Phone
) -> None:
    guesser = carol.dial(ROOM).wait_confirmed()
    for _ in range(3):
        guesser.send_dtmf("1111#")
    guesser.wait_over(PATIENCE_S)
    host, guest = enter(alice, ADMIN_PIN), enter(bob, PIN)
    host.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    guest.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    host.send_dtmf("*2")
    enter(carol, PIN).wait_over(PATIENCE_S)
    guest.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    for call in (host, guest):
        call.hang_up()
        call.wait_over()


def test_an_inbound_number_leads_to_the_room(
    room: Json, world: OutsideWorld, alice: Phone, rest: RestClient
) -> None:
    host = enter(alice, ADMIN_PIN)
    provider = world.provider()
    trunk = world.trunk_to(provider, pool=DID)
    world.inbound(trunk, DID, "101", in_office_hours={"kind": "conference", "target": ROOM})
    guest = provider.dial(DID).wait_confirmed()
    guest.send_dtmf(f"{PIN}#")
    guest.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    host.wait_heard(provider.config.tone_hz, timeout_s=PATIENCE_S)
    for call in (host, guest):
        call.hang_up()
        call.wait_over()
    cdr = rest.wait_cdr(guest.sip_call_id)
    assert (cdr["answered_number"], cdr["status"]) == (ROOM, "answered")


def test_the_web_calls_somebody_in_mutes_sends_out_and_ends(
    room: Json, rest: RestClient, alice: Phone, bob: Phone, carol: Phone
) -> None:
    path = f"/conferences/{room['id']}"
    host = enter(alice, ADMIN_PIN)
    invited = rest.post(f"{path}/invite", {"number": bob.config.number})
    rung = bob.wait_incoming(PATIENCE_S)
    rung.answer()
    rung.wait_heard(alice.config.tone_hz, timeout_s=PATIENCE_S)
    host.wait_heard(bob.config.tone_hz, timeout_s=PATIENCE_S)
    guest = enter(carol, PIN)
    guest.wait_heard(alice.config.tone_hz, bob.config.tone_hz, timeout_s=PATIENCE_S)
    inside = {one["number"]: one for one in rest.get(f"{path}/participants")["participants"]}
    assert inside.keys() == {phone.config.number for phone in (alice, bob, carol)}
    assert [one["is_admin"] for one in inside.values()].count(True) == 1
    bobs = invited["session_id"]
    rest.post(f"{path}/mute", {"session_id": bobs})
    host.wait_heard(carol.config.tone_hz, timeout_s=PATIENCE_S)
    rest.post(f"{path}/mute", {"session_id": bobs, "is_muted": False})
    host.wait_heard(bob.config.tone_hz, carol.config.tone_hz, timeout_s=PATIENCE_S)
    rest.post(f"{path}/kick", {"session_id": inside[carol.config.number]["session_id"]})
    guest.wait_over(PATIENCE_S)
    rest.post(f"{path}/end", {})
    for call in (host, rung):
        call.wait_over(PATIENCE_S)
    (cdr,) = until(lambda: rest.rows("/cdrs", session_id=bobs), PATIENCE_S, "the record")
    assert (cdr["caller"], cdr["callee"], cdr["status"]) == (ROOM, bob.config.number, "answered")


def test_in_a_big_room_who_talks_is_heard_and_shown(
    world: OutsideWorld, rest: RestClient, alice: Phone, bob: Phone, carol: Phone, make_phone: PhoneMaker
) -> None:
    """More than everybody hears everybody: eight who are silent come first, so that nobody else has the word yet."""
    room = world.conference(ROOM, is_prompt_silent=True, max_participants=ALL_UP_TO + 3)
    silent = [make_phone("demo", number, tone_hz=0) for number in ("101", "102")]
    audience = [
        phone.dial(ROOM).wait_confirmed(PATIENCE_S) for phone in silent for _ in range(ALL_UP_TO // 2)
    ]
    calls = [phone.dial(ROOM).wait_confirmed(PATIENCE_S) for phone in (alice, bob, carol)]

    def talking() -> list[str]:
        people = rest.get(f"/conferences/{room['id']}/participants")["participants"]
        return [one["number"] for one in people if one["is_talking"]] if len(people) == ALL_UP_TO + 3 else []

    until(lambda: sorted(talking()) == ["101", "102", "103"], PATIENCE_S, "the three who talk are shown")
    calls[0].wait_heard(bob.config.tone_hz, carol.config.tone_hz, timeout_s=PATIENCE_S)
    audience[0].wait_heard(*(one.config.tone_hz for one in (alice, bob, carol)), timeout_s=PATIENCE_S)
    bob.speak(0)
    until(lambda: sorted(talking()) == ["101", "103"], PATIENCE_S, "who falls silent talks no more")
    bob.speak(bob.config.tone_hz)
    calls[2].wait_heard(alice.config.tone_hz, bob.config.tone_hz, timeout_s=PATIENCE_S)
    rest.post(f"/conferences/{room['id']}/end", {})
    for call in (*calls, *audience):
        call.wait_over(PATIENCE_S)
