"""A room's floor: who hears whom and who gets in, whatever people do in whatever order."""

from __future__ import annotations

import random

import pytest

from callmanager.domain.conference import ConferenceRoom
from callmanager.domain.conference_floor import ConferenceFloor, Hearing, NotAdmitted, Participant

ROOM = ConferenceRoom(1, "9000", "Test", max_participants=4)


def somebody(place: str, *, is_admin: bool = False) -> Participant:
    return Participant(place, f"leg-{place}", place, is_admin=is_admin)


def floor_of(*places: str) -> ConferenceFloor:
    floor = ConferenceFloor()
    for place in places:
        assert floor.enter(ROOM, somebody(place)) is None
    return floor


def test_everybody_hears_all_others_and_not_themselves() -> None:
    pairs = {(one.listener, one.source) for one in floor_of("a", "b", "c").hearings}
    legs = ["leg-a", "leg-b", "leg-c"]
    assert pairs == {(one, other) for one in legs for other in legs if one != other}


def test_whoever_is_muted_hears_and_is_not_heard() -> None:
    floor = floor_of("a", "b")
    assert floor.mute("a", is_muted=True)
    assert floor.hearings == {Hearing("leg-a", "leg-b")}
    assert not floor.mute("a", is_muted=True), "no news"
    assert not floor.mute("nobody", is_muted=True)


def test_nobody_hears_anybody_in_a_muted_room() -> None:
    floor = floor_of("a", "b", "c")
    floor.is_muted = True
    assert floor.hearings == frozenset()


def test_a_locked_room_lets_nobody_in_but_an_admin() -> None:
    floor = floor_of("a")
    floor.is_locked = True
    assert floor.enter(ROOM, somebody("b")) is NotAdmitted.LOCKED
    assert floor.enter(ROOM, somebody("host", is_admin=True)) is None


def test_a_full_room_is_full_for_admins_too() -> None:
    floor = floor_of("a", "b", "c", "d")
    assert floor.enter(ROOM, somebody("host", is_admin=True)) is NotAdmitted.FULL


def test_the_last_one_is_no_admin() -> None:
    floor = floor_of("a", "b")
    floor.enter(ROOM, somebody("host", is_admin=True))
    assert floor.last is not None
    assert floor.last.place == "b"


def test_an_empty_room_is_open_again() -> None:
    floor = floor_of("a")
    floor.is_locked = floor.is_muted = True
    floor.leave("a")
    assert (floor.is_locked, floor.is_muted) == (False, False)


@pytest.mark.parametrize("seed", range(100))
def test_whatever_happens_only_those_inside_are_wired_and_never_too_many(seed: int) -> None:
    chance, floor = random.Random(seed), ConferenceFloor()
    for _ in range(60):
        place = chance.choice("abcdefg")
        match chance.randrange(5):
            case 0 | 1 if floor.find(place) is None:
                floor.enter(ROOM, somebody(place, is_admin=chance.random() < 0.2))
            case 2:
                floor.leave(place)
            case 3:
                floor.mute(place, is_muted=chance.random() < 0.5)
            case _ if len(floor):
                floor.is_locked, floor.is_muted = chance.random() < 0.3, chance.random() < 0.2
        inside = {one.leg: one for one in floor}
        assert len(inside) <= ROOM.max_participants
        heard = floor.hearings
        assert all(one.listener in inside and one.source in inside for one in heard)
        assert all(one.listener != one.source and not inside[one.source].is_muted for one in heard)
        speakers = 0 if floor.is_muted else sum(not one.is_muted for one in inside.values())
        assert len(heard) == speakers * max(len(inside) - 1, 0)
