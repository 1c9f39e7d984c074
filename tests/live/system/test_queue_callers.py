"""The lists of the manual (11.2) with telephones: a VIP, an exclusive agent, and harassing callers of both levels."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_music import tone
from tests.phones.phone import Phone
from tests.phones.rest import RestClient

QUEUE = "8000"
DID = "493055501"
PROMPT_HZ = 1900
WITHIN_S = 20.0
Entry = Callable[..., None]


@pytest.fixture
def entry(world: OutsideWorld, rest: RestClient) -> Iterator[Entry]:
    """Adds a row to one of the lists, in force."""
    made: list[str] = []

    def add(path: str, is_known: Callable[[Any], bool], **fields: Any) -> None:
        made.append(f"{path}/{rest.post(path, fields)['id']}")
        world.wait_in_force(lambda snapshot: is_known(snapshot.queue_callers))

    yield add
    for path in made:
        rest.delete(path)


def outside_line(world: OutsideWorld) -> Phone:
    """Somebody outside (4989777) whose calls to `DID` come to the queue."""
    provider = world.provider()
    trunk = world.trunk_to(provider, DID)
    world.inbound(trunk, DID, QUEUE, in_office_hours={"kind": "call_queue", "target": QUEUE})
    return provider


def test_a_vip_is_served_before_who_came_earlier(
    world: OutsideWorld, entry: Entry, alice: Phone, bob: Phone, carol: Phone
) -> None:
    entry("/vip_callers", lambda callers: bool(callers.vips), number="103", description="Microsoft team")
    world.call_queue(QUEUE, members=["102"], is_ready_automatically=False, keeps_waiting=True)
    earlier = alice.dial(QUEUE).wait_confirmed()
    vip = carol.dial(QUEUE).wait_confirmed()
    bob.dial("*51*8000").wait_confirmed().wait_over(15)
    incoming = bob.wait_incoming(WITHIN_S)
    assert "103" in incoming.messages[0].header("From")
    incoming.answer()
    vip.wait_heard(bob.config.tone_hz, timeout_s=WITHIN_S)
    for call in (vip, earlier):
        call.hang_up()
        call.wait_over()


def test_an_exclusive_agent_is_rung_before_who_stands_in_front(
    world: OutsideWorld, entry: Entry, alice: Phone, bob: Phone, carol: Phone
) -> None:
    world.call_queue(QUEUE, members=["102", "103"], strategy="prioritized_hunt")
    entry(
        "/exclusive_agents",
        lambda callers: bool(callers.exclusive),
        description="XYZ Bank",
        callers=["101"],
        agents=[{"queue": QUEUE, "extension": "103"}],
    )
    call = alice.dial(QUEUE).wait_confirmed()
    incoming = carol.wait_incoming(WITHIN_S)
    assert not [one for one in bob.calls if one.is_incoming]
    incoming.answer()
    call.wait_heard(carol.config.tone_hz, timeout_s=WITHIN_S)
    call.hang_up()
    incoming.wait_over()


def test_an_exclusive_agent_who_is_busy_or_signed_out_is_not_waited_for(
    world: OutsideWorld, entry: Entry, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    """And for others they are agents as all are: 103 stands second."""
    world.call_queue(QUEUE, members=["102", "103"], strategy="prioritized_hunt")
    entry(
        "/exclusive_agents",
        lambda callers: bool(callers.exclusive),
        description="XYZ Bank",
        callers=["4989***", "442012345678"],
        agents=[{"queue": QUEUE, "extension": "103"}],
    )
    provider = outside_line(world)
    for is_exclusive_free in (False, True):
        if not is_exclusive_free:
            carol.dial(f"*52*{QUEUE}").wait_confirmed().wait_over(15)
        else:
            carol.dial(f"*51*{QUEUE}").wait_confirmed().wait_over(15)
        call = provider.dial(DID).wait_confirmed()
        incoming = (carol if is_exclusive_free else bob).wait_incoming(WITHIN_S)
        call.hang_up()
        incoming.wait_over()
        bob.forget_calls()
        carol.forget_calls()
    call = alice.dial(QUEUE).wait_confirmed()
    incoming = bob.wait_incoming(WITHIN_S)
    assert not carol.calls
    call.hang_up()
    incoming.wait_over()


@pytest.mark.parametrize("is_valid", [True, False])
def test_a_vip_from_outside_is_one_until_their_validity_is_over(
    world: OutsideWorld, entry: Entry, alice: Phone, bob: Phone, is_valid: bool
) -> None:
    entry(
        "/vip_callers",
        lambda callers: bool(callers.vips),
        number="4989***",
        description="Microsoft team",
        last_day="2099-12-31" if is_valid else "2020-12-31",
    )
    world.call_queue(QUEUE, members=["102"], is_ready_automatically=False, keeps_waiting=True)
    provider = outside_line(world)
    earlier = alice.dial(QUEUE).wait_confirmed()
    vip = provider.dial(DID).wait_confirmed()
    bob.dial(f"*51*{QUEUE}").wait_confirmed().wait_over(15)
    incoming = bob.wait_incoming(WITHIN_S)
    first = vip if is_valid else earlier
    incoming.answer()
    first.wait_heard(bob.config.tone_hz, timeout_s=WITHIN_S)
    for call in (vip, earlier):
        call.hang_up()
        call.wait_over()


@pytest.mark.parametrize("level", [1, 2])
def test_a_harassing_caller_hears_the_prompt_first(
    world: OutsideWorld, entry: Entry, alice: Phone, bob: Phone, rest: RestClient, level: int
) -> None:
    world.call_queue(QUEUE, members=["102"])
    upload = {"file": ("prompt.wav", tone(PROMPT_HZ), "audio/wav")}
    assert rest.response("PUT", f"/harass_prompts/{level}", files=upload).status_code == 200
    try:
        entry(
            "/harass_numbers",
            lambda callers: (
                bool(callers.warned or callers.refused)
                and bool(callers.warned_prompt or callers.refused_prompt)
            ),
            number="101",
            level=level,
        )
        call = alice.dial(QUEUE).wait_confirmed()
        call.wait_heard(PROMPT_HZ, timeout_s=WITHIN_S)
        assert not bob.calls
        if level == 2:
            call.wait_over(WITHIN_S)
            assert rest.wait_cdr(call.sip_call_id)["ended_reason"] == "Harassing number"
            assert not bob.calls
            return
        call.send_dtmf("2")
        incoming = bob.wait_incoming(WITHIN_S)
        incoming.answer()
        call.wait_heard(bob.config.tone_hz, timeout_s=WITHIN_S)
        call.hang_up()
        incoming.wait_over()
        bob.forget_calls()
        call = alice.dial(QUEUE).wait_confirmed()
        call.wait_heard(PROMPT_HZ, timeout_s=WITHIN_S)
        call.send_dtmf("1")
        call.wait_over(WITHIN_S)
        assert not bob.calls, "with 1 the call is hung up"
    finally:
        rest.delete(f"/harass_prompts/{level}")
