"""Which wires follow from who should hear whom."""

from __future__ import annotations

import pytest

from sipworker.call.attendance import Attendance
from sipworker.pjsip.wiring import Wire, Wiring

AGENT, CUSTOMER, BOSS, DIRECTOR = "agent", "customer", "boss", "director"
TALK = {Wire(AGENT, CUSTOMER), Wire(CUSTOMER, AGENT)}
OVERHEARD = {Wire(AGENT, BOSS), Wire(CUSTOMER, BOSS)}


class Bridge:
    """What a bridge has plugged, if it does what it is told."""

    def __init__(self) -> None:
        self.wiring = Wiring()
        self.wires: set[Wire] = set()

    def want(self, source: str, listener: str, purpose: str = "") -> None:
        self._apply(self.wiring.want(source, listener, purpose))

    def unwant(self, source: str, listener: str, purpose: str = "") -> None:
        self._apply(self.wiring.unwant(source, listener, purpose))

    def talk(self, first: str, second: str) -> None:
        self.want(first, second)
        self.want(second, first)

    def part(self, first: str, second: str) -> None:
        self.unwant(first, second)
        self.unwant(second, first)

    def attend(self, listener: str, leg: str, how: Attendance) -> None:
        self._apply(self.wiring.attend(listener, leg, how))

    def leave(self, listener: str) -> None:
        self._apply(self.wiring.leave(listener))

    def forget(self, leg: str) -> None:
        self._apply(self.wiring.forget(leg))

    def _apply(self, changes: object) -> None:
        plugged, pulled = set(changes.plugged), set(changes.pulled)  # type: ignore[attr-defined]
        assert not plugged & self.wires, "plugged twice"
        assert pulled <= self.wires, "pulled what was not there"
        self.wires = (self.wires - pulled) | plugged
        assert all(wire.source in self.wiring.sources_of(wire.listener) for wire in self.wires)
        assert all(wire.listener in self.wiring.listeners_of(wire.source) for wire in self.wires)


@pytest.fixture
def bridge() -> Bridge:
    bridge = Bridge()
    bridge.talk(AGENT, CUSTOMER)
    return bridge


@pytest.mark.parametrize(
    ("how", "heard"),
    [
        (Attendance.SILENT, set()),
        (Attendance.WHISPER, {Wire(BOSS, AGENT)}),
        (Attendance.BARGE, {Wire(BOSS, AGENT), Wire(BOSS, CUSTOMER)}),
    ],
    ids=["silent: by nobody", "whisper: by the agent alone", "barge: by both"],
)
def test_an_attendant_hears_both_and_is_heard_as_the_mode_says(
    bridge: Bridge, how: Attendance, heard: set[Wire]
) -> None:
    bridge.attend(BOSS, AGENT, how)
    assert bridge.wires == TALK | OVERHEARD | heard
    bridge.attend(BOSS, AGENT, Attendance.SILENT)
    assert bridge.wires == TALK | OVERHEARD
    bridge.leave(BOSS)
    assert bridge.wires == TALK


def test_an_attendant_hears_the_music_of_a_held_agent_and_not_the_customer(bridge: Bridge) -> None:
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    bridge.part(AGENT, CUSTOMER)
    bridge.want("music:", AGENT)
    assert bridge.wires == {
        Wire("music:", AGENT),
        Wire("music:", BOSS),
        Wire(AGENT, BOSS),
        Wire(BOSS, AGENT),
    }
    bridge.unwant("music:", AGENT)
    bridge.talk(AGENT, CUSTOMER)
    assert bridge.wires >= TALK | OVERHEARD | {Wire(BOSS, CUSTOMER)}


def test_an_attendant_follows_the_agent_to_another_partner(bridge: Bridge) -> None:
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    bridge.part(AGENT, CUSTOMER)
    bridge.talk(AGENT, "expert")
    assert Wire("expert", BOSS) in bridge.wires
    assert Wire(BOSS, "expert") in bridge.wires
    assert not {Wire(CUSTOMER, BOSS), Wire(BOSS, CUSTOMER)} & bridge.wires


def test_a_recorder_of_the_agent_hears_who_barges_in_and_not_who_whispers(bridge: Bridge) -> None:
    bridge.want(AGENT, "recording:1")
    bridge.attend(BOSS, AGENT, Attendance.WHISPER)
    assert Wire(BOSS, "recording:1") not in bridge.wires
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    assert Wire(BOSS, "recording:1") in bridge.wires


def test_two_attendants_hear_who_speaks_and_never_who_is_silent(bridge: Bridge) -> None:
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    bridge.attend(DIRECTOR, AGENT, Attendance.SILENT)
    assert Wire(BOSS, DIRECTOR) in bridge.wires
    assert not any(wire.source == DIRECTOR for wire in bridge.wires)


@pytest.mark.parametrize("over", [AGENT, CUSTOMER, BOSS])
def test_the_end_of_a_leg_ends_what_was_heard_because_of_it(bridge: Bridge, over: str) -> None:
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    bridge.forget(over)
    left = {
        AGENT: set(),
        CUSTOMER: {Wire(AGENT, BOSS), Wire(BOSS, AGENT)},
        BOSS: TALK,
    }
    assert bridge.wires == left[over]
    bridge.forget(over)


def test_a_pair_that_is_bridged_and_hears_each_other_besides_loses_one_at_a_time(bridge: Bridge) -> None:
    bridge.want(AGENT, CUSTOMER, "hearing")
    bridge.part(AGENT, CUSTOMER)
    assert bridge.wires == {Wire(AGENT, CUSTOMER)}
    bridge.unwant(AGENT, CUSTOMER, "hearing")
    bridge.unwant(AGENT, CUSTOMER, "hearing")
    assert bridge.wires == set()


def test_an_echo_is_overheard_once(bridge: Bridge) -> None:
    bridge.part(AGENT, CUSTOMER)
    bridge.want(AGENT, AGENT)
    bridge.attend(BOSS, AGENT, Attendance.SILENT)
    assert bridge.wires == {Wire(AGENT, AGENT), Wire(AGENT, BOSS)}


def test_whoever_takes_the_agents_place_keeps_the_bridge_when_attendance_ends(bridge: Bridge) -> None:
    bridge.attend(BOSS, AGENT, Attendance.BARGE)
    bridge.talk(BOSS, CUSTOMER)
    bridge.leave(BOSS)
    bridge.forget(AGENT)
    assert bridge.wires == {Wire(BOSS, CUSTOMER), Wire(CUSTOMER, BOSS)}
