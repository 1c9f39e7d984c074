"""A caller's time in a queue, read from the events of the call: what is recorded, counted and shown. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.cdr import WORKER_LOST
from callmanager.domain.event_head import as_text


class StayOutcome(StrEnum):
    """How a stay ended. What a later version tells besides is taken for a transfer: somebody else has the caller."""

    WAITING = "waiting"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    NO_ANSWER = "no_answer"
    MAX_WAIT = "max_wait"
    NO_AGENTS = "no_agents"
    CALLBACK = "callback"
    TRANSFERRED = "transferred"
    DELETED = "deleted"
    WORKER_LOST = "worker_lost"


# Nobody of the queue has talked with these callers.
LOST = frozenset(
    {
        StayOutcome.ABANDONED,
        StayOutcome.NO_ANSWER,
        StayOutcome.MAX_WAIT,
        StayOutcome.NO_AGENTS,
        StayOutcome.DELETED,
        StayOutcome.WORKER_LOST,
    }
)
STAY_KINDS = (
    CallEventKind.CALL_START,
    CallEventKind.QUEUE_ENTERED,
    CallEventKind.QUEUE_SLA_BREACHED,
    CallEventKind.QUEUE_LEFT,
    CallEventKind.TARGET_RINGING,
    CallEventKind.TARGET_NOANSWER,
    CallEventKind.TARGET_FAIL,
    CallEventKind.TARGET_ENDED,
    CallEventKind.CALL_ENDED,
)
_RINGS_NO_MORE = frozenset(
    {CallEventKind.TARGET_NOANSWER, CallEventKind.TARGET_FAIL, CallEventKind.TARGET_ENDED}
)
_OUTCOMES: Mapping[str, StayOutcome] = {one.value: one for one in StayOutcome}


@dataclass(frozen=True, slots=True)
class QueueStay:
    """`sequence` is that of the event with which it began, and names it within its call. Times are unix seconds.
    `ringing` are the agents whose phones ring for the caller, of one who waits.
    """

    tenant_id: int
    session_id: str
    sequence: int
    queue: str
    queue_name: str
    caller: str
    caller_name: str
    is_from_inside: bool
    entered_at: float
    left_at: float | None = None
    outcome: StayOutcome = StayOutcome.WAITING
    agent: str = ""
    sla_s: int = 0
    is_sla_breached: bool = False
    ringing: tuple[str, ...] = ()

    @property
    def is_lost(self) -> bool:
        return self.outcome in LOST


def stays_of(events: Iterable[CallEvent]) -> list[QueueStay]:
    """Of one call. Its events may come in any order, and some may be missing."""
    stays: list[QueueStay] = []
    about: Mapping[str, object] = {}
    for event in sorted(events, key=lambda one: one.sequence):
        if event.kind is CallEventKind.CALL_START:
            about = event.data
        elif event.kind is CallEventKind.QUEUE_ENTERED:
            stays.append(_begin(event, about))
        elif stays and stays[-1].outcome is StayOutcome.WAITING:
            stays[-1] = _follow(stays[-1], event)
    return stays


def _begin(event: CallEvent, about: Mapping[str, object]) -> QueueStay:
    return QueueStay(
        tenant_id=event.tenant_id,
        session_id=event.session_id,
        sequence=event.sequence,
        queue=as_text(event.data.get("queue")),
        queue_name=as_text(event.data.get("queue_name")),
        caller=as_text(event.data.get("caller")) or as_text(about.get("caller")),
        caller_name=as_text(about.get("caller_display_name")),
        is_from_inside=about.get("direction") != "in",
        entered_at=event.at,
    )


def _follow(stay: QueueStay, event: CallEvent) -> QueueStay:
    number = as_text(event.data.get("number"))
    match event.kind:
        case CallEventKind.QUEUE_SLA_BREACHED:
            return replace(stay, is_sla_breached=True, sla_s=int(as_text(event.data.get("sla_s")) or 0))
        case CallEventKind.QUEUE_LEFT:
            outcome = _OUTCOMES.get(as_text(event.data.get("why")), StayOutcome.TRANSFERRED)
            return _end(stay, event, outcome, as_text(event.data.get("agent")))
        case CallEventKind.TARGET_RINGING:
            return replace(stay, ringing=tuple(dict.fromkeys((*stay.ringing, number))))
        case kind if kind in _RINGS_NO_MORE:
            return replace(stay, ringing=tuple(one for one in stay.ringing if one != number))
        case CallEventKind.CALL_ENDED:
            is_lost = event.data.get("reason") == WORKER_LOST
            return _end(stay, event, StayOutcome.WORKER_LOST if is_lost else StayOutcome.ABANDONED, "")
        case _:
            return stay


def _end(stay: QueueStay, event: CallEvent, outcome: StayOutcome, agent: str) -> QueueStay:
    return replace(stay, left_at=max(event.at, stay.entered_at), outcome=outcome, agent=agent, ringing=())
