"""What a call wishes of the waiting lines of its tenant, and what it hears of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """Wait in a queue until LeaveQueue, AnswerInQueue or the end of the call; AgentsOffered follows, or QueueClosed.

    `is_open`: agents may be rung already; else from OpenInQueue on.
    """

    queue: str
    caller: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class OpenInQueue:
    """The introduction is over."""


@dataclass(frozen=True, slots=True)
class AnswerInQueue:
    """An agent has the call; the others that were offered it are free."""

    agent: str


@dataclass(frozen=True, slots=True)
class DeclineInQueue:
    """An agent that was offered the call does not take it; `is_gone`: no phone of the agent could be rung at all."""

    agent: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class KeepPlace:
    """Call this number back when its turn has come: the call ends, and its place stays."""

    number: str


@dataclass(frozen=True, slots=True)
class LeaveQueue:
    """Wait no longer."""


@dataclass(frozen=True, slots=True)
class AskPlace:
    """PlaceFound answers."""


@dataclass(frozen=True, slots=True)
class AgentsOffered:
    """Ring these extensions; each of them until it answers, AnswerInQueue of another one or DeclineInQueue."""

    agents: tuple[str, ...]


class Closed(StrEnum):
    """Why nobody waits there any more."""

    NO_AGENTS = "no_agents"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class QueueClosed:
    """Nobody is signed in, or the queue is not there any more: the call waits no longer."""

    why: Closed


@dataclass(frozen=True, slots=True)
class PlaceFound:
    """Counted from 1. `hold_s` is how long callers have waited lately until somebody answered; 0: not known."""

    position: int
    hold_s: float


@dataclass(frozen=True, slots=True)
class PlaceTaken:
    """The caller stands where they stood before, in another call: they are not called back any more."""

    session: str
    queue: str


QueueAction = JoinQueue | OpenInQueue | AnswerInQueue | DeclineInQueue | KeepPlace | LeaveQueue | AskPlace
QueueSignal = AgentsOffered | QueueClosed | PlaceFound | PlaceTaken
