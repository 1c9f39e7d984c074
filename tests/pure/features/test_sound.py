"""Who of two hears what, by everything that may be wanted at once."""

from __future__ import annotations

import itertools

import pytest

from sipworker.call.actions import (
    Action,
    BridgeLegs,
    HearLeg,
    PlayMusicOnHold,
    StopMusicOnHold,
    UnbridgeLegs,
    UnhearLeg,
)
from sipworker.features.sound import Sound

A, B = "alice", "bob"
BRIDGE, UNBRIDGE = BridgeLegs(A, B), UnbridgeLegs(A, B)


def test_who_is_muted_hears_the_other_and_is_not_heard() -> None:
    sound = Sound(A, B, ())
    assert sound.mute(A, True) == (UNBRIDGE, HearLeg(listener=A, source=B))
    assert sound.mute(B, True) == (UnhearLeg(listener=A, source=B),)
    assert sound.mute(A, False) == (HearLeg(listener=B, source=A),)
    assert sound.mute(B, False) == (UnhearLeg(listener=B, source=A), BRIDGE)


def test_a_request_to_hold_and_a_telephone_that_holds_are_each_ended_by_themselves() -> None:
    sound = Sound(A, B, ())
    assert sound.hold_by_request(A, True) == (UNBRIDGE, PlayMusicOnHold(B))
    assert sound.hold(A, True) == ()
    assert sound.hold_by_request(A, False) == ()
    assert sound.hold(A, False) == (StopMusicOnHold(B), BRIDGE)


def test_who_is_muted_stays_so_after_a_hold() -> None:
    sound = Sound(A, B, None)
    sound.mute(B, True)
    assert sound.hold(A, True) == (UnhearLeg(listener=B, source=A),)
    assert sound.hold(A, False) == (HearLeg(listener=B, source=A),)


@pytest.mark.parametrize("order", list(itertools.permutations(range(6)))[::37])
def test_whatever_the_order_everything_undone_is_a_bridge_again(order: tuple[int, ...]) -> None:
    sound = Sound(A, B, ("music.wav",))
    changes = [(how, leg) for how in (sound.hold, sound.hold_by_request, sound.mute) for leg in (A, B)]
    wires: set[Action] = {BRIDGE}
    for is_on in (True, False):
        for place in order:
            how, leg = changes[place]
            for action in how(leg, is_on):
                _perform(wires, action)
    assert wires == {BRIDGE}


def _perform(wires: set[Action], action: Action) -> None:
    match action:
        case UnbridgeLegs(first=first, second=second):
            wires.remove(BridgeLegs(first, second))
        case UnhearLeg(listener=listener, source=source):
            wires.remove(HearLeg(listener, source))
        case StopMusicOnHold(leg=leg, files=files):
            wires.remove(PlayMusicOnHold(leg, files))
        case _:
            assert action not in wires
            wires.add(action)
