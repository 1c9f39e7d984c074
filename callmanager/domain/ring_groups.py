"""Ring groups (manual 5.8): who belongs to one, and in which order a call tries its members. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from callmanager.domain.destination import END_CALL, Destination


class RingStrategy(StrEnum):
    """`paging`: nobody rings, the members' phones answer by themselves and hear the caller."""

    SIMULTANEOUS = "simultaneous"
    PRIORITIZED_HUNT = "prioritized_hunt"
    CYCLIC_HUNT = "cyclic_hunt"
    LEAST_WORKED_HUNT = "least_worked_hunt"
    PAGING = "paging"


# What happened longer ago does not count in an order.
REMEMBERED_DAYS = 30
# In these the order depends on what the group has done before.
REMEMBERING = frozenset({RingStrategy.CYCLIC_HUNT, RingStrategy.LEAST_WORKED_HUNT})


@dataclass(frozen=True, slots=True)
class MemberUse:
    """What a member has had of its group's calls; `last_rung_at` is unix seconds, 0: never."""

    answered: int = 0
    last_rung_at: float = 0.0


NEVER_USED = MemberUse()
# By (number of the group, number of the member).
MembersUse = Mapping[tuple[str, str], MemberUse]


@dataclass(frozen=True, slots=True)
class RingGroupEntry:
    """What a worker must know of one group. Members are extensions, or outside numbers as one of the company would
    dial them, in the order that people gave them.
    """

    group_id: int
    number: str
    name: str
    strategy: RingStrategy = RingStrategy.SIMULTANEOUS
    ring_timeout_s: int = 20
    members: tuple[str, ...] = ()
    outside_members: frozenset[str] = frozenset()
    skips_busy: bool = True
    outbound_caller_id: str = ""
    no_answer: Destination = END_CALL

    @property
    def is_paging(self) -> bool:
        return self.strategy is RingStrategy.PAGING


def in_rounds(
    group: RingGroupEntry, members: tuple[str, ...], use: MembersUse
) -> tuple[tuple[str, ...], ...]:
    """Who rings together, round after round: all at once, or one after the other.

    Those who tie stand in the group's own order.
    """
    match group.strategy:
        case RingStrategy.CYCLIC_HUNT:
            order = sorted(members, key=lambda one: use.get((group.number, one), NEVER_USED).last_rung_at)
        case RingStrategy.LEAST_WORKED_HUNT:
            order = sorted(members, key=lambda one: use.get((group.number, one), NEVER_USED).answered)
        case RingStrategy.PRIORITIZED_HUNT:
            order = list(members)
        case _:
            return (members,) if members else ()
    return tuple((member,) for member in order)
