"""A conference room with telephones: who hears whom, told by frequencies; the PIN, the keys, a lock, a full room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from callmanager.domain.conference import ConferenceRoom
from sipworker.credentials import PasswordSafe
from tests.cast import ACME
from tests.live.worker.stand import ALICE_HZ, BOB_HZ, BOBS_MOBILE_HZ, FIELD_ENCRYPTION_KEY, Stand
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone

pytestmark = pytest.mark.live

NUMBER, ROOM_PIN, ADMIN_PIN = "9000", "123456", "654321"
# Prompts are in the way, and this machine is shared.
WITHIN_S = 20.0


@pytest.fixture
def rooms(stand: Stand) -> Iterator[Stand]:
    yield stand
    stand.snapshot_file.unlink(missing_ok=True)


def configure(stand: Stand, **changes: Any) -> None:
    room = replace(ConferenceRoom(1, NUMBER, "Test", is_prompt_silent=True), **changes)
    stand.configure(replace(ACME, conferences=(room,)))


def with_pins(stand: Stand) -> None:
    safe = PasswordSafe([FIELD_ENCRYPTION_KEY])
    configure(stand, room_pin_token=safe.seal(ROOM_PIN), admin_pin_token=safe.seal(ADMIN_PIN))


def enter(phone: Phone, pin: str = "") -> PhoneCall:
    call = phone.dial(NUMBER).wait_confirmed()
    if pin:
        call.send_dtmf(f"{pin}#")
    return call


def end(*calls: PhoneCall) -> None:
    for call in calls:
        call.hang_up()
        call.wait_over()


def test_everybody_hears_all_others(rooms: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone) -> None:
    configure(rooms)
    first, second, third = enter(alice), enter(bob), enter(bobs_mobile)
    first.wait_heard(BOB_HZ, BOBS_MOBILE_HZ, timeout_s=WITHIN_S)
    second.wait_heard(ALICE_HZ, BOBS_MOBILE_HZ, timeout_s=WITHIN_S)
    third.wait_heard(ALICE_HZ, BOB_HZ, timeout_s=WITHIN_S)
    end(third)
    first.wait_heard(BOB_HZ, timeout_s=WITHIN_S)
    end(second, first)
    told = [kind for kind, _ in rooms.events(first.sip_call_id) if kind.startswith("conference_")]
    assert told == ["conference_started", "conference_joined", "conference_left", "conference_ended"]


def test_whoever_mutes_themselves_hears_and_is_not_heard(
    rooms: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone
) -> None:
    configure(rooms)
    first, second, third = enter(alice), enter(bob), enter(bobs_mobile)
    third.wait_heard(ALICE_HZ, BOB_HZ, timeout_s=WITHIN_S)
    first.send_dtmf("*1")
    third.wait_heard(BOB_HZ, timeout_s=WITHIN_S)
    first.wait_heard(BOB_HZ, BOBS_MOBILE_HZ, timeout_s=WITHIN_S)
    first.send_dtmf("*1")
    third.wait_heard(ALICE_HZ, BOB_HZ, timeout_s=WITHIN_S)
    end(first, second, third)


def test_who_holds_and_comes_back_is_in_the_conference_again(rooms: Stand, alice: Phone, bob: Phone) -> None:
    configure(rooms)
    first, second = enter(alice), enter(bob)
    second.wait_heard(ALICE_HZ, timeout_s=WITHIN_S)
    first.hold()
    second.wait_heard(timeout_s=WITHIN_S)
    first.unhold()
    second.wait_heard(ALICE_HZ, timeout_s=WITHIN_S)
    first.wait_heard(BOB_HZ, timeout_s=WITHIN_S)
    end(first, second)


def test_the_host_mutes_locks_and_sends_out(
    rooms: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone
) -> None:
    with_pins(rooms)
    host, guest = enter(alice, ADMIN_PIN), enter(bob, ROOM_PIN)
    guest.wait_heard(ALICE_HZ, timeout_s=WITHIN_S)
    host.send_dtmf("*4")
    guest.wait_heard(timeout_s=WITHIN_S)
    host.send_dtmf("*4")
    guest.wait_heard(ALICE_HZ, timeout_s=WITHIN_S)
    host.send_dtmf("*2")
    host.wait_heard(BOB_HZ, timeout_s=WITHIN_S)
    enter(bobs_mobile, ROOM_PIN).wait_over(WITHIN_S)
    host.send_dtmf("*3")
    guest.wait_over(WITHIN_S)
    end(host)


def test_a_wrong_pin_is_asked_for_again_and_the_third_ends_the_call(rooms: Stand, alice: Phone) -> None:
    with_pins(rooms)
    call = enter(alice)
    call.send_dtmf("0000#1111#2222#")
    call.wait_over(WITHIN_S)
    assert not [kind for kind, _ in rooms.events(call.sip_call_id) if kind.startswith("conference_")]


def test_a_full_room_lets_nobody_in(rooms: Stand, alice: Phone, bob: Phone, bobs_mobile: Phone) -> None:
    configure(rooms, max_participants=2)
    first, second = enter(alice), enter(bob)
    enter(bobs_mobile).wait_over(WITHIN_S)
    first.wait_heard(BOB_HZ, timeout_s=WITHIN_S)
    end(first, second)
