"""Callers whom queues treat in a way of their own (manual 11.2): VIPs, those with exclusive agents, and harassing ones.

They hold for all queues of a company. Numbers count as they are written and as E.164.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import lru_cache

from callmanager.domain.number_policy import NumberJudge, NumberPolicy


class HarassLevel(IntEnum):
    """WARNED hears a warning and may go on with 2; REFUSED hears one and is hung up."""

    WARNED = 1
    REFUSED = 2


@dataclass(frozen=True, slots=True)
class VipCaller:
    """`last_day` is the last one, in the company's time zone, on which the number counts; None: for ever."""

    number: str
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class ExclusiveAgents:
    """Callers, and for each queue the agents who go first for them."""

    callers: tuple[str, ...]
    # (queue, extension)
    agents: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class QueueCallers:
    """As a company has set it; `country` is whose numbers are written. A prompt is a file of the tenant; empty: the
    words that come with the system."""

    country: str = ""
    vips: tuple[VipCaller, ...] = ()
    exclusive: tuple[ExclusiveAgents, ...] = ()
    warned: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    warned_prompt: str = ""
    refused_prompt: str = ""
    # Made of the lists when somebody is looked up first.
    _harass: list[NumberJudge] = field(init=False, repr=False, compare=False, default_factory=list)
    _exclusive: list[NumberJudge] = field(init=False, repr=False, compare=False, default_factory=list)
    _vips_of: dict[date, NumberJudge] = field(init=False, repr=False, compare=False, default_factory=dict)

    def is_vip(self, number: str, today: date) -> bool:
        if not self.vips:
            return False
        judge = self._vips_of.get(today)
        if judge is None:
            valid = (one.number for one in self.vips if one.last_day is None or one.last_day >= today)
            judge = _judge(tuple(valid), self.country)
            # Of yesterday nobody asks any more.
            self._vips_of.clear()
            self._vips_of[today] = judge
        return judge.is_blocked(number)

    def exclusive_agents(self, number: str, queue: str) -> frozenset[str]:
        if not self._exclusive:
            self._exclusive.extend(_judge(one.callers, self.country) for one in self.exclusive)
        return frozenset(
            agent
            for one, judge in zip(self.exclusive, self._exclusive, strict=True)
            if judge.is_blocked(number)
            for of_queue, agent in one.agents
            if of_queue == queue
        )

    def harass_level(self, number: str) -> HarassLevel | None:
        """The worse of two."""
        if not self.warned and not self.refused:
            return None
        if not self._harass:
            self._harass.extend(_judge(numbers, self.country) for numbers in (self.refused, self.warned))
        refused, warned = self._harass
        if refused.is_blocked(number):
            return HarassLevel.REFUSED
        return HarassLevel.WARNED if warned.is_blocked(number) else None


NO_CALLERS = QueueCallers()


@lru_cache(maxsize=4096)
def _judge(numbers: tuple[str, ...], country: str) -> NumberJudge:
    """Reading thousands of numbers takes long, and snapshots come anew with every agent who signs in."""
    return NumberJudge(NumberPolicy(country=country, blocked_numbers=numbers))
