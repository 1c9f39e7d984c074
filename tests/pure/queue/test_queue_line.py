"""The waiting lines: their rules one by one, and random histories in which nothing may go wrong."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from callmanager.domain.queue import Queue, QueueMember, QueueStrategy
from callmanager.domain.queue_line import PEACE_S, Floor, Offer, QueueLine, has_agents
from callmanager.domain.ring_groups import MemberUse

SALES, HELP = "8000", "8001"
HUNT = QueueStrategy.PRIORITIZED_HUNT


def queue(number: str = SALES, members: str = "101 102 103", **more: object) -> Queue:
    values: dict[str, object] = {"strategy": HUNT, **more}
    return Queue(1, number, "Sales", members=tuple(map(QueueMember, members.split())), **values)  # type: ignore[arg-type]


@dataclass
class World:
    queues: dict[str, Queue]
    signed_in: set[tuple[str, str]]
    there: set[str]
    engaged: set[str] = field(default_factory=set)
    use: dict[tuple[str, str], MemberUse] = field(default_factory=dict)

    @property
    def floor(self) -> Floor:
        return Floor(
            self.queues,
            lambda number, extension: (number, extension) in self.signed_in,
            lambda extension: extension in self.there,
            self.engaged,
            self.use,
        )


def world(*queues: Queue, away: Iterable[str] = ()) -> World:
    queues = queues or (queue(),)
    members = {(one.number, member.number) for one in queues for member in one.members}
    return World({one.number: one for one in queues}, members, {one for _, one in members} - set(away))


class TestWhoIsRung:
    def test_the_first_in_line_is_offered_to_the_first_agent(self) -> None:
        line = QueueLine()
        line.enter("a", SALES, 0)
        line.enter("b", SALES, 0)
        assert line.assign(world().floor, 0) == (Offer("a", ("101",)), Offer("b", ("102",)))
        assert line.assign(world().floor, 0) == (), "both ring"

    def test_all_at_once_rings_everybody_for_the_first_alone(self) -> None:
        line = QueueLine()
        line.enter("a", SALES, 0)
        line.enter("b", SALES, 0)
        floor = world(queue(strategy=QueueStrategy.SIMULTANEOUS)).floor
        assert line.assign(floor, 0) == (Offer("a", ("101", "102", "103")),)
        assert line.answer("a", "102") == ("101", "103"), "who need not ring any more"
        assert line.assign(floor, 1) == (Offer("b", ("101", "103")),)

    def test_cyclic_prefers_who_was_not_rung_for_longest(self) -> None:
        line, there = QueueLine(), world(queue(strategy=QueueStrategy.CYCLIC_HUNT))
        there.use = {(SALES, "101"): MemberUse(0, 50.0), (SALES, "103"): MemberUse(9, 20.0)}
        line.enter("a", SALES, 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("102",)),)

    def test_least_worked_prefers_who_answered_least(self) -> None:
        line, there = QueueLine(), world(queue(strategy=QueueStrategy.LEAST_WORKED_HUNT))
        there.use = {(SALES, "101"): MemberUse(2), (SALES, "102"): MemberUse(2), (SALES, "103"): MemberUse(1)}
        line.enter("a", SALES, 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("103",)),)

    def test_who_let_it_ring_is_left_in_peace_and_then_rung_again(self) -> None:
        line, floor = QueueLine(), world(queue(members="101")).floor
        line.enter("a", SALES, 0)
        line.assign(floor, 0)
        line.decline("a", "101", 10)
        assert line.assign(floor, 10) == ()
        assert line.assign(floor, 10 + PEACE_S) == (Offer("a", ("101",)),)

    def test_who_has_not_been_rung_for_this_call_goes_first(self) -> None:
        line, floor = QueueLine(), world().floor
        line.enter("a", SALES, 0)
        for number in ("101", "102", "103"):
            assert line.assign(floor, 100) == (Offer("a", (number,)),)
            line.decline("a", number, 0)

    @pytest.mark.parametrize("skips", [True, False])
    def test_who_has_a_call_is_skipped_if_the_queue_says_so(self, skips: bool) -> None:
        line, there = QueueLine(), world(queue(members="101", skips_busy=skips))
        there.engaged = {"101"}
        line.enter("a", SALES, 0)
        assert bool(line.assign(there.floor, 0)) is not skips

    def test_managers_never_ring(self) -> None:
        line, there = QueueLine(), world(queue(members="101 102", managers=frozenset({"101"})))
        line.enter("a", SALES, 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("102",)),)

    def test_who_is_signed_out_or_nowhere_does_not_ring(self) -> None:
        line, there = QueueLine(), world(away=["101"])
        there.signed_in.discard((SALES, "102"))
        line.enter("a", SALES, 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("103",)),)

    def test_after_a_call_an_agent_rests_for_the_wrap_up(self) -> None:
        line, floor = QueueLine(), world(queue(members="101")).floor
        line.enter("a", SALES, 0)
        line.assign(floor, 0)
        line.answer("a", "101")
        line.enter("b", SALES, 1)
        assert line.talking == {"101": SALES}
        line.release("101", 10, wrap_up_s=30)
        assert line.assign(floor, 39.9) == ()
        assert line.assign(floor, 40) == (Offer("b", ("101",)),)


class TestWhoIsNext:
    def test_who_matters_more_stands_before_all_others(self) -> None:
        line = QueueLine()
        for call, priority in (("a", 0), ("vip", 1), ("b", 0), ("vip 2", 1)):
            line.enter(call, SALES, 0, priority=priority)
        assert [one.call for one in line.of(SALES)] == ["vip", "vip 2", "a", "b"]
        assert [line.position(one) for one in ("a", "vip", "b", "nobody")] == [3, 1, 4, 0]

    def test_the_introduction_is_heard_first(self) -> None:
        line, floor = QueueLine(), world(queue(members="101")).floor
        line.enter("a", SALES, 0, is_open=False)
        assert line.assign(floor, 0) == ()
        line.enter("b", SALES, 1)
        assert line.assign(floor, 1) == (Offer("b", ("101",)),), "who still listens keeps nobody waiting"
        line.open("a")
        line.leave("b")
        assert line.assign(floor, 2) == (Offer("a", ("101",)),)

    def test_exclusive_agents_go_first_and_others_when_they_can_not(self) -> None:
        line, there = QueueLine(), world()
        line.enter("a", SALES, 0, exclusive=frozenset({"103"}))
        assert line.assign(there.floor, 0) == (Offer("a", ("103",)),)
        line.decline("a", "103", 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("101",)),)

    def test_who_knows_the_caller_goes_first(self) -> None:
        line = QueueLine()
        line.enter("a", SALES, 0, known="102")
        assert line.assign(world().floor, 0) == (Offer("a", ("102",)),)

    def test_a_skill_is_wanted_less_with_every_while(self) -> None:
        members = (QueueMember("101", 1), QueueMember("102", 3))
        there = world(replace(queue(members="101 102", min_skill_level=3, skill_relax_s=10), members=members))
        line = QueueLine()
        line.enter("a", SALES, 0)
        line.enter("b", SALES, 0)
        assert line.assign(there.floor, 0) == (Offer("a", ("102",)),)
        assert line.assign(there.floor, 19) == ()
        assert line.assign(there.floor, 20) == (Offer("b", ("101",)),)

    def test_agents_of_two_queues_serve_whoever_came_first(self) -> None:
        there = world(queue(SALES, "101"), queue(HELP, "101"))
        line = QueueLine()
        line.enter("help", HELP, 0)
        line.enter("sales", SALES, 1)
        assert line.assign(there.floor, 1) == (Offer("help", ("101",)),)

    def test_nobody_is_there_when_nobody_is_signed_in(self) -> None:
        there = world()
        assert has_agents(there.queues[SALES], there.floor)
        there.signed_in.clear()
        assert not has_agents(there.queues[SALES], there.floor)


class History:
    """Random callers and agents; what must hold is checked after every step."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        members = [f"1{number:02}" for number in range(8)]
        self.world = world(
            *(
                replace(
                    queue(number, " ".join(self.draw.sample(members, 5))),
                    strategy=self.draw.choice(list(QueueStrategy)),
                    skips_busy=self.draw.random() < 0.8,
                )
                for number in (SALES, HELP)
            )
        )
        self.members = members
        self.line = QueueLine()
        self.now = 0.0
        self.calls = 0
        self.ringing: dict[str, set[str]] = {}
        self.talking: dict[str, str] = {}

    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.now += self.draw.random() * 3
            self.draw.choice([self._arrive, self._arrive, self._give_up, self._answer, self._answer, self._decline,
                              self._end, self._end, self._sign, self._engage])()  # fmt: skip
            self._assign()
            self._check()

    def _arrive(self) -> None:
        self.calls += 1
        number = self.draw.choice((SALES, HELP))
        self.line.enter(f"c{self.calls}", number, self.now, priority=int(self.draw.random() < 0.1))

    def _give_up(self) -> None:
        if waiting := [one.call for number in (SALES, HELP) for one in self.line.of(number)]:
            call = self.draw.choice(waiting)
            self.line.leave(call)
            self.ringing.pop(call, None)

    def _answer(self) -> None:
        if self.ringing:
            call = self.draw.choice(sorted(self.ringing))
            number = self.draw.choice(sorted(self.ringing[call]))
            others = self.line.answer(call, number)
            assert set(others) == self.ringing.pop(call) - {number}
            self.talking[call] = number

    def _decline(self) -> None:
        if self.ringing:
            call = self.draw.choice(sorted(self.ringing))
            number = self.draw.choice(sorted(self.ringing[call]))
            self.line.decline(call, number, self.now)
            self.ringing[call].remove(number)
            if not self.ringing[call]:
                del self.ringing[call]

    def _end(self) -> None:
        if self.talking:
            call = self.draw.choice(sorted(self.talking))
            number = self.talking[call]
            self.talking = {one: agent for one, agent in self.talking.items() if agent != number}
            assert number in self.line.talking
            self.line.release(number, self.now, self.draw.choice((0, 10)))

    def _sign(self) -> None:
        member = (self.draw.choice((SALES, HELP)), self.draw.choice(self.members))
        self.world.signed_in ^= {member}

    def _engage(self) -> None:
        self.world.engaged ^= {self.draw.choice(self.members)}

    def _assign(self) -> None:
        before = {number: [one.call for one in self.line.of(number)] for number in (SALES, HELP)}
        unoffered = {one.call for number in (SALES, HELP) for one in self.line.of(number) if not one.offered}
        offers = self.line.assign(self.world.floor, self.now)
        for offer in offers:
            waiting = self.line.find(offer.call)
            assert waiting is not None
            for agent in offer.agents:
                assert (waiting.queue, agent) in self.world.signed_in
                earlier = before[waiting.queue][: before[waiting.queue].index(offer.call)]
                for other in (one for one in earlier if one in unoffered):
                    overtaken = self.line.find(other)
                    assert overtaken is not None
                    assert overtaken.offered, "somebody before them got nobody"
            self.ringing.setdefault(offer.call, set()).update(offer.agents)

    def _check(self) -> None:
        rung = [agent for agents in self.ringing.values() for agent in agents]
        assert len(rung) == len(set(rung)), "an agent is offered two calls"
        talking = [agent for call, agent in self.talking.items()]
        skipping = {agent for agent in rung if all(one.skips_busy for one in self.world.queues.values())}
        assert skipping.isdisjoint(talking), "somebody who talks is rung"
        assert not set(self.ringing) & set(self.talking), "a call with two agents"


@pytest.mark.parametrize("seed", range(40))
def test_in_random_histories_nobody_is_wronged(seed: int) -> None:
    history = History(seed)
    history.run(400)
    assert history.talking or history.calls, "something happened"
