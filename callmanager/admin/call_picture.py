"""A simulated call as the console draws it: a line with stops, an icon for each, and what could be different there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from callmanager.domain.call_assumptions import Assumptions, PhoneState, TrunkState
from callmanager.domain.call_simulation import Simulation, Step
from callmanager.domain.call_story import thing_words
from callmanager.domain.decisions import DialOut, Page, RingExtension, RingGroup
from callmanager.domain.stations import Branch, Station, StationKind
from callmanager.domain.unanswered import Unanswered

ICONS = {
    StationKind.CALLER: "phone_in_talk",
    StationKind.RULE: "rule",
    StationKind.HOURS: "schedule",
    StationKind.NUMBER: "tag",
    StationKind.RIGHT: "verified_user",
    StationKind.EXCEPTION: "person_alert",
    StationKind.FORWARDING: "phone_forwarded",
    StationKind.BLACKLIST: "block",
    StationKind.EMERGENCY: "emergency",
    StationKind.RING: "ring_volume",
    StationKind.GROUP: "groups",
    StationKind.MEMBER: "ring_volume",
    StationKind.MENU: "dialpad",
    StationKind.TRUNK: "cell_tower",
    StationKind.SERVICE: "graphic_eq",
    StationKind.ANSWERED: "call",
    StationKind.REFUSED: "call_end",
}
PHONE_CHOICES = (
    (PhoneState.ANSWERS, "Somebody answers"),
    (PhoneState.NO_ANSWER, "Nobody answers"),
    (PhoneState.BUSY, "Busy"),
    (PhoneState.DECLINES, "Declined"),
    (PhoneState.OFFLINE, "No phone registered"),
)
TRUNK_CHOICES = (
    (TrunkState.ANSWERS, "The number answers"),
    (TrunkState.RINGS, "Rings in vain"),
    (TrunkState.DOWN, "Trunk is down"),
    (TrunkState.FULL, "Trunk is full"),
    (TrunkState.SILENT, "Trunk is silent"),
    ("486", "486 Busy"),
    ("404", "404 Unknown number"),
    ("403", "403 Forbidden"),
    ("500", "500 Server error"),
    ("503", "503 Unavailable"),
    ("603", "603 Declined"),
)
# What the phones would have to do for a branch.
_BRANCH_STATES = {
    Unanswered.BUSY: PhoneState.BUSY,
    Unanswered.NO_ANSWER: PhoneState.NO_ANSWER,
    Unanswered.OFFLINE: PhoneState.OFFLINE,
}


class Asked(Protocol):
    def address(self, **assumed: str) -> str:
        """Where the same question with other assumptions is answered."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A field at a stop: what the phones or the trunk do."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """A branch, and the address that takes it."""

    branch: Branch
    link: str


@dataclass(frozen=True, slots=True)
class Stop:
    station: Station
    icon: str
    lost: tuple[tuple[str, str], ...]
    turns: tuple[Turn, ...] = ()
    choice: Choice | None = None
    # Whether the clock shows something else than at the stop before.
    is_later: bool = True

    @property
    def lost_words(self) -> str:
        count = len(self.lost)
        return "1 other did not fit" if count == 1 else f"{count} others did not fit"


def draw(simulation: Simulation, story: Iterable[Station], asked: Asked) -> list[Stop]:
    return list(_stops(simulation, story, asked))


def _stops(simulation: Simulation, story: Iterable[Station], asked: Asked) -> Iterator[Stop]:
    rings = iter([step for step in simulation.steps if isinstance(step.decision, RingExtension)])
    groups = iter([step for step in simulation.steps if isinstance(step.decision, RingGroup | Page)])
    members = _members(simulation)
    trunks = _trunks(simulation)
    assumed = simulation.asked.assumptions
    before_s = -1
    for station in story:
        lost = tuple((thing_words(one), one.reason) for one in station.lost)
        turns: tuple[Turn, ...] = ()
        choice: Choice | None = None
        if station.kind is StationKind.RING:
            step = next(rings)
            if isinstance(step.decision, RingExtension):
                number = step.decision.number
                choice = _phone_choice(number, assumed)
                turns = tuple(
                    Turn(branch, asked.address(**{f"phone.{number}": _BRANCH_STATES[way.why]}))
                    for branch, way in zip(station.branches, step.alternatives, strict=True)
                )
        elif station.kind is StationKind.GROUP:
            inside = _inside(next(groups))
            nobody = {f"phone.{number}": PhoneState.NO_ANSWER.value for number in inside}
            turns = tuple(Turn(branch, asked.address(**nobody)) for branch in station.branches)
        elif station.kind is StationKind.MEMBER:
            number = next(members)
            choice = _phone_choice(number, assumed) if number else None
        elif station.kind is StationKind.TRUNK:
            choice = _trunk_choice(*next(trunks), assumed)
        yield Stop(station, ICONS[station.kind], lost, turns, choice, is_later=station.at_s != before_s)
        before_s = station.at_s


def _trunks(simulation: Simulation) -> Iterator[tuple[int, str]]:
    """In the order of their stations: those that are tried, then those that were not needed."""
    for step in simulation.steps:
        if step.group is not None:
            for one in step.group.rung:
                yield from ((made.tried.trunk_id, made.trunk_name) for made in one.attempts)
        elif isinstance(step.decision, DialOut):
            yield from ((one.tried.trunk_id, one.trunk_name) for one in step.attempts)
            yield from ((tried.trunk_id, name) for tried, name in step.untried)


def _inside(step: Step) -> Iterator[str]:
    """The extensions of a group's step, all of them."""
    decision = step.decision
    members = decision.members if isinstance(decision, RingGroup | Page) else ()
    return (member.number for member in members if member.outside is None)


def _members(simulation: Simulation) -> Iterator[str]:
    """In the order of their stations; empty for somebody outside whose turn did not come."""
    for step in simulation.steps:
        if step.group is not None:
            yield from (one.member.number for one in step.group.rung if one.member.outside is None)
            yield from ("" if one.outside else one.number for one in step.group.untouched)


def _phone_choice(number: str, assumed: Assumptions) -> Choice:
    now = assumed.phone(number)
    options = tuple((state.value, words, state is now) for state, words in PHONE_CHOICES)
    return Choice(f"phone.{number}", f"What the phones of {number} do", options)


def _trunk_choice(trunk_id: int, name: str, assumed: Assumptions) -> Choice:
    answer = assumed.trunk(trunk_id)
    now = str(answer.sip_code) if answer.state is TrunkState.CODE else answer.state.value
    choices = [(str(value), words) for value, words in TRUNK_CHOICES]
    if now not in dict(choices):
        choices.append((now, f"{now} of the provider"))
    return Choice(
        f"trunk.{trunk_id}",
        f"What {name} does",
        tuple((value, words, value == now) for value, words in choices),
    )
