"""What a waiting caller hears between the music: the introduction, their place, and for how long others have waited."""

from __future__ import annotations

import os
from pathlib import Path

from tests.live.system.outside_world import OutsideWorld
from tests.live.system.test_queues import INTRO_HZ, MUSIC_HZ, sound
from tests.phones.calls import PhoneCall
from tests.phones.phone import Phone
from tests.phones.rest import RestClient
from tests.phones.waiting import PATIENCE_S, until

QUEUE = "8000"
WITHIN_S = 20.0
EVERY_S = 15


def words(name: str) -> Path:
    """Of the English voice that comes with the system."""
    root = Path(os.environ.get("PBX_SOUNDS_DIR", "/usr/share/asterisk/sounds"))
    return next(root.glob("en_US_*")) / f"{name}.wav"


def hears_music(call: PhoneCall) -> None:
    """Nothing but it."""
    until(lambda: call.heard((MUSIC_HZ, INTRO_HZ)) == {MUSIC_HZ}, PATIENCE_S, "the music is heard")


def test_callers_hear_their_place_and_how_long_others_have_waited_and_the_music_in_between(
    world: OutsideWorld, alice: Phone, bob: Phone, carol: Phone, rest: RestClient
) -> None:
    queue = world.call_queue(
        QUEUE,
        members=["102"],
        is_ready_automatically=False,
        keeps_waiting=True,
        announces_position=True,
        announces_hold_time=True,
        announcement_interval_s=EVERY_S,
    )
    sound(world, rest, queue, "music", MUSIC_HZ)
    first = carol.dial(QUEUE).wait_confirmed()
    second = alice.dial(QUEUE).wait_confirmed()
    hears_music(first)
    hears_music(second)
    first.wait_words(words("queue-youarenext"), EVERY_S + WITHIN_S)
    assert MUSIC_HZ not in first.heard((MUSIC_HZ,)), "the music waits"
    for name in ("queue-thereare", "digits/2", "queue-callswaiting", "queue-thankyou"):
        second.wait_words(words(name))
    for call in (first, second):
        hears_music(call)
    # Of half a minute it is told; nobody was served yet.
    first.wait_words(words("queue-youarenext"), EVERY_S + WITHIN_S)
    first.wait_words(words("queue-thankyou"))
    hears_music(first)
    bob.dial(f"*51*{QUEUE}").wait_confirmed().wait_over(WITHIN_S)
    at_bob = bob.wait_incoming(WITHIN_S)
    at_bob.answer()
    first.wait_heard(bob.config.tone_hz)
    second.wait_words(words("queue-youarenext"), EVERY_S + WITHIN_S)
    for name in ("queue-holdtime", "digits/1", "queue-minute", "queue-thankyou"):
        second.wait_words(words(name))
    hears_music(second)
    for call in (first, second):
        call.hang_up()
        call.wait_over()
    at_bob.wait_over()


def test_who_answers_amid_an_announcement_ends_it(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    world.call_queue(
        QUEUE,
        members=["102"],
        agent_ring_timeout_s=60,
        announces_position=True,
        announcement_interval_s=EVERY_S,
    )
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    call.wait_words(words("queue-youarenext"), EVERY_S + WITHIN_S)
    at_bob.answer()
    call.wait_heard(bob.config.tone_hz)
    at_bob.wait_heard(alice.config.tone_hz)
    call.hang_up()
    at_bob.wait_over()


def test_an_introduction_that_need_not_be_heard_in_full_is_heard_while_agents_ring(
    world: OutsideWorld, alice: Phone, bob: Phone, rest: RestClient
) -> None:
    """Ten seconds of it, of which the agent's answer cuts off the rest; who is not answered hears music then."""
    queue = world.call_queue(QUEUE, members=["102"], agent_ring_timeout_s=60)
    sound(world, rest, queue, "music", MUSIC_HZ)
    sound(world, rest, queue, "intro", INTRO_HZ)
    call = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    until(lambda: call.heard((MUSIC_HZ, INTRO_HZ)) == {INTRO_HZ}, PATIENCE_S, "the introduction is heard")
    at_bob.answer()
    call.wait_heard(bob.config.tone_hz)
    until(lambda: not call.heard((MUSIC_HZ, INTRO_HZ)), PATIENCE_S, "it is over with the answer")
    call.hang_up()
    at_bob.wait_over()
    bob.forget_calls()
    again = alice.dial(QUEUE).wait_confirmed()
    at_bob = bob.wait_incoming(WITHIN_S)
    until(lambda: again.heard((MUSIC_HZ, INTRO_HZ)) == {INTRO_HZ}, PATIENCE_S, "the introduction is heard")
    hears_music(again)
    again.hang_up()
    at_bob.wait_over()
