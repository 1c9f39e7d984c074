"""Whom a queue rings first: by turns, by work, by skill, by acquaintance; and whom it never rings (5.10)."""

from __future__ import annotations

import time

import pytest

from tests.live.system.conftest import PhoneMaker
from tests.live.system.outside_world import OutsideWorld
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.waiting import holds_for, until

WITHIN_S = 20.0
PASSWORD = "The-Fourth-Agents-Word-9"


@pytest.fixture
def dave(world: OutsideWorld, make_phone: PhoneMaker) -> Phone:
    """104 is there for one test."""
    world.new_extension("104", PASSWORD)
    phone = make_phone("demo", "101", account=("104", PASSWORD), tone_hz=1300)
    phone.register()
    return phone


def rung(phones: list[Phone]) -> tuple[Phone, PhoneCall]:
    """The one of them that rings, and no other one does."""

    def ringing() -> list[tuple[Phone, PhoneCall]]:
        return [
            (phone, call) for phone in phones for call in phone.calls if call.is_incoming and not call.is_over
        ]

    found = until(ringing, WITHIN_S, "one of them rings")
    assert len(found) == 1, "one at a time"
    return found[0]


def serve(caller: Phone, queue: str, agents: list[Phone], *, is_answered: bool = True) -> str:
    """One call that somebody takes, or that the caller gives up while it rings; whose phone rang."""
    call = caller.dial(queue).wait_confirmed()
    phone, incoming = rung(agents)
    if is_answered:
        incoming.answer()
        call.wait_heard(phone.config.tone_hz)
    call.hang_up()
    call.wait_over()
    incoming.wait_over()
    return phone.config.number


def test_by_turns_each_agent_rings_once_before_anybody_rings_again(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, dave: Phone
) -> None:
    """Also who did not answer has had their turn."""
    world.call_queue("8001", members=["102", "103", "104"], strategy="cyclic_hunt", agent_ring_timeout_s=60)
    agents = [bob, carol, dave]
    order = [serve(alice, "8001", agents, is_answered=turn != 1) for turn in range(6)]
    assert order == ["102", "103", "104"] * 2


def test_who_has_answered_least_rings_first(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    """Other than by turns, ringing alone does not count."""
    world.call_queue("8002", members=["102", "103"], strategy="least_worked_hunt", agent_ring_timeout_s=60)
    agents = [bob, carol]
    order = [serve(alice, "8002", agents, is_answered=turn != 1) for turn in range(5)]
    assert order == ["102", "103", "103", "102", "103"]


def test_who_has_the_skill_rings_and_the_others_when_the_caller_has_waited(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone
) -> None:
    """102 has two levels less than wanted, which are let go after eight seconds."""
    world.call_queue(
        "8003",
        members=[{"number": "102", "skill_level": 3}, {"number": "103", "skill_level": 5}],
        strategy="prioritized_hunt",
        agent_ring_timeout_s=60,
        min_skill_level=5,
        skill_relax_s=4,
    )
    assert serve(alice, "8003", [bob, carol]) == "103"
    busy = carol.dial("*43").wait_confirmed()
    since = time.time()
    call = alice.dial("8003").wait_confirmed()
    holds_for(lambda: not [one for one in bob.calls if not one.is_over], 5, "one level less is not enough")
    phone, incoming = rung([bob])
    assert phone is bob
    assert incoming.started_at - since >= 7.5
    incoming.answer()
    call.wait_heard(bob.config.tone_hz)
    call.hang_up()
    busy.hang_up()
    incoming.wait_over()


def test_the_agent_of_last_time_rings_first_for_those_they_know(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, dave: Phone
) -> None:
    world.call_queue(
        "8004",
        members=["102", "103"],
        strategy="prioritized_hunt",
        is_sticky=True,
        agent_ring_timeout_s=60,
    )
    agents = [bob, carol]
    busy = bob.dial("*43").wait_confirmed()
    assert serve(alice, "8004", agents) == "103"
    busy.hang_up()
    busy.wait_over()
    assert serve(alice, "8004", agents) == "103", "though 102 stands first"
    assert serve(dave, "8004", agents) == "102", "who has talked with nobody yet"
    busy = carol.dial("*43").wait_confirmed()
    assert serve(alice, "8004", agents) == "102", "who is not free is not waited for"
    busy.hang_up()
    busy.wait_over()


def test_a_manager_is_never_rung_and_who_has_a_call_is_where_the_queue_says_so(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, dave: Phone
) -> None:
    world.call_queue(
        "8005",
        members=["102", "103", "104"],
        managers=["102"],
        strategy="prioritized_hunt",
        skips_busy=False,
        agent_ring_timeout_s=60,
    )
    busy = carol.dial("*43").wait_confirmed()
    call = alice.dial("8005").wait_confirmed()
    incoming = carol.wait_incoming(WITHIN_S)
    holds_for(
        lambda: not bob.calls and not dave.calls, 2, "one is a manager, the other one's turn comes later"
    )
    busy.hang_up()
    incoming.answer()
    call.wait_heard(carol.config.tone_hz)
    call.hang_up()
    incoming.wait_over()
