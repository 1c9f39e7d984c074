"""What a wallboard shows of queues at one moment: who waits, what agents do, and how the day went. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from callmanager.domain.agent_state import AgentState
from callmanager.domain.queue_stay import QueueStay, StayOutcome


class AgentShown(StrEnum):
    TALKING = "talking"
    RINGING = "ringing"
    READY = "ready"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    OFFLINE = "offline"
    SIGNED_OUT = "signed_out"


def agent_shown(
    state: AgentState,
    number: str,
    *,
    talking: Collection[str],
    ringing: Collection[str],
    online: Collection[str],
    resting: Collection[str] = (),
) -> AgentShown:
    """What counts for who waits: a call comes before what the agent has said of itself."""
    if number in talking:
        return AgentShown.TALKING
    if number in ringing:
        return AgentShown.RINGING
    if not state.is_signed_in:
        return AgentShown.SIGNED_OUT
    if state.is_paused:
        return AgentShown.PAUSED
    if number in resting:
        return AgentShown.WRAP_UP
    return AgentShown.READY if number in online else AgentShown.OFFLINE


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Of stays that are over; `breached` of those that waited longer than the service level allows."""

    calls: int = 0
    answered: int = 0
    lost: int = 0
    breached: int = 0
    longest_wait_ms: int = 0
    total_wait_ms: int = 0

    @property
    def mean_wait_s(self) -> int:
        return round(self.total_wait_ms / self.calls / 1000) if self.calls else 0

    @property
    def longest_wait_s(self) -> int:
        return round(self.longest_wait_ms / 1000)

    @property
    def sla_percent(self) -> int | None:
        """Of how many callers the service level was kept; None while there were none."""
        return round(100 * (self.calls - self.breached) / self.calls) if self.calls else None

    def plus(self, stay: QueueStay) -> QueueFigures:
        """With a stay that is over."""
        waited_ms = round(((stay.left_at or stay.entered_at) - stay.entered_at) * 1000)
        return replace(
            self,
            calls=self.calls + 1,
            answered=self.answered + (stay.outcome is StayOutcome.ANSWERED),
            lost=self.lost + stay.is_lost,
            breached=self.breached + stay.is_sla_breached,
            longest_wait_ms=max(self.longest_wait_ms, waited_ms),
            total_wait_ms=self.total_wait_ms + waited_ms,
        )


def waiting_in(stays: Iterable[QueueStay], queue: str) -> list[QueueStay]:
    """Who waits there, the first one first."""
    waiting = [one for one in stays if one.queue == queue and one.outcome is StayOutcome.WAITING]
    return sorted(waiting, key=lambda one: (one.entered_at, one.session_id))
