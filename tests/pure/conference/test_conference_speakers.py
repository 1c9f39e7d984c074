"""Whom a big conference hears: the loudest few, at once, and without cutting anybody's word."""

from __future__ import annotations

import random

import pytest

from callmanager.domain.conference_floor import ConferenceFloor, Hearing, Participant
from callmanager.domain.conference_speakers import ALL_UP_TO, LOUDER_BY, MOST, PAUSE_S, TALKS_AT, Speakers

EVERY_S = 0.1
CROWD = [f"p{nth}" for nth in range(20)]


class Hall:
    """A crowd that is looked at ten times a second."""

    def __init__(self, *, most: int = 2, places: list[str] = CROWD) -> None:
        self.speakers = Speakers(most=most, all_up_to=0)
        self.places = places
        self.now_s = 100.0

    def hear(self, seconds: float = EVERY_S, muted: tuple[str, ...] = (), **loud: int) -> frozenset[str]:
        mixed: frozenset[str] = frozenset()
        for _ in range(round(seconds / EVERY_S)):
            self.now_s += EVERY_S
            self.speakers.listen({place: loud.get(place, 0) for place in self.places}, self.now_s)
            mixed = self.speakers.mix(self.places, muted)
        return mixed


def test_a_small_room_hears_everybody_whether_they_talk_or_not() -> None:
    speakers = Speakers()
    assert speakers.mix(CROWD[:ALL_UP_TO]) == frozenset(CROWD[:ALL_UP_TO])
    assert speakers.mix(CROWD[:ALL_UP_TO], {"p0"}) == frozenset(CROWD[1:ALL_UP_TO])


def test_in_a_crowd_who_talks_is_heard_with_the_next_look() -> None:
    hall = Hall()
    assert hall.hear() == frozenset()
    assert hall.hear(p3=40) == {"p3"}
    assert hall.hear(p3=40, p4=TALKS_AT) == {"p3", "p4"}


def test_noise_is_not_talking() -> None:
    assert Hall().hear(5, p1=TALKS_AT - 1) == frozenset()


def test_who_pauses_keeps_the_word_until_somebody_wants_it() -> None:
    hall = Hall()
    hall.hear(p1=40, p2=40)
    assert hall.hear(30) == {"p1", "p2"}
    hall.hear(p2=40)
    assert hall.hear(p3=40) == {"p2", "p3"}


def test_a_breath_loses_nobody_the_word() -> None:
    hall = Hall()
    hall.hear(1, p1=40, p2=40)
    assert hall.hear(PAUSE_S / 2, p3=40) == {"p1", "p2"}
    assert "p3" in hall.hear(PAUSE_S, p3=40)


def test_only_who_is_much_louder_takes_the_word_from_somebody_who_talks() -> None:
    hall = Hall()
    hall.hear(1, p1=40, p2=30)
    assert hall.hear(1, p1=40, p2=30, p3=30 + LOUDER_BY - 1) == {"p1", "p2"}
    assert hall.hear(p1=40, p2=30, p3=30 + LOUDER_BY) == {"p1", "p3"}


def test_two_as_loud_as_each_other_do_not_take_turns() -> None:
    hall, chance = Hall(most=1), random.Random(1)
    hall.hear(p1=40)
    seen = {hall.hear(p1=chance.randint(34, 40), p2=chance.randint(34, 40)) for _ in range(200)}
    assert seen == {frozenset({"p1"})}


def test_who_is_muted_is_not_heard_and_gives_the_word_up() -> None:
    hall = Hall(most=1)
    hall.hear(p1=40)
    assert hall.hear(muted=("p1",), p1=40, p2=30) == {"p2"}


@pytest.mark.parametrize("seed", range(50))
def test_whatever_happens_a_few_are_heard_who_are_there_and_the_loudest_newcomer_finds_a_silent_ones_place(
    seed: int,
) -> None:
    chance, hall = random.Random(seed), Hall(most=3)
    for _ in range(100):
        hall.places = chance.sample(CROWD, chance.randint(1, len(CROWD)))
        muted = tuple(chance.sample(hall.places, chance.randint(0, len(hall.places) // 2)))
        loud = {place: chance.choice((0, 7, 20, 45)) for place in chance.sample(CROWD, 6)}
        mixed = hall.hear(muted=muted, **loud)
        assert len(mixed) <= 3
        assert mixed <= set(hall.places) - set(muted)
        talking = hall.speakers.talking
        unheard = (talking & set(hall.places)) - mixed - set(muted)
        assert not unheard or (len(mixed) == 3 and mixed <= talking)


def test_a_floor_of_two_hundred_wires_a_few_speakers_to_all() -> None:
    floor = ConferenceFloor()
    for nth in range(200):
        floor._people[str(nth)] = Participant(str(nth), f"leg{nth}", str(nth))
    assert floor.hearings == frozenset()
    floor.listen({"7": 80, "9": 70, **{str(nth): 0 for nth in range(10, 200)}}, 1.0)
    heard = floor.hearings
    assert len(heard) == 2 * 199
    assert Hearing("leg9", "leg7") in heard
    assert floor.talking == {"7", "9"}
    assert len(heard) <= MOST * 199
