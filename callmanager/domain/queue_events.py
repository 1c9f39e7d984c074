"""The topic `queue_events` (manual 15): what happens in queues, as subscribers are told, every value a string."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callmanager.domain.call_events import CallEvent, CallEventKind
from callmanager.domain.call_parties import inside_numbers
from callmanager.domain.event_head import as_text, event_head
from callmanager.domain.subscriptions import QUEUE_EVENTS, QUEUE_STATUS, as_confidential

WAITING, RINGING, ANSWERED, LEFT = "caller_waiting", "agent_ringing", "caller_answered", "caller_left"
BREACHED, AGENT = "sla_breached", "agent_changed"
FIELDS: Mapping[str, str] = {
    "queue": "The number of the queue; empty: all of the agent's.",
    "queue_name": "Its name.",
    "status": f"{WAITING}, {RINGING}, {ANSWERED}, {LEFT}, {BREACHED} or {AGENT}.",
    "reason": "Why the caller waits no longer: answered, abandoned, no_answer, max_wait, no_agents, callback, "
    "transferred or deleted.",
    "waiting_callers": "How many wait in the queue now; empty of an agent's change.",
    "waited_s": "Seconds that this caller has waited.",
    "sla_s": "Seconds that the service level allows, of a breach.",
    "agent": "The extension that rings, has answered or has changed.",
    "happening": "What the agent did: sign_in, sign_out, pause, resume or, by the queue's rule, registered or "
    "rung_in_vain.",
    "pause_reason": "Why the agent pauses.",
    "caller_display_name": "The caller's name.",
}


@dataclass(slots=True)
class _Waiting:
    queue: str
    name: str
    since: float


class QueueFeed:
    """Turns the events of many calls into messages. Knows who waits, because an event of a call does not tell how many
    others do: a company's calls are on one worker.
    """

    def __init__(self) -> None:
        self._starts: dict[str, CallEvent] = {}
        self._waiting: dict[int, dict[str, _Waiting]] = {}

    def message(self, event: CallEvent) -> dict[str, object] | None:
        """What to publish besides for this event; call it for every event, in order."""
        session_id = event.session_id
        line = self._waiting.get(event.tenant_id, {})
        start = self._starts.get(session_id)
        match event.kind:
            case CallEventKind.CALL_START:
                self._starts[session_id] = event
                return None
            case CallEventKind.QUEUE_ENTERED:
                name = as_text(event.data.get("queue_name"))
                one = _Waiting(as_text(event.data.get("queue")), name, event.at)
                self._waiting.setdefault(event.tenant_id, {})[session_id] = one
                return self._told(event, start, one, WAITING)
            case CallEventKind.QUEUE_AGENT_STATE:
                return _agent_changed(event, start)
            case CallEventKind.QUEUE_SLA_BREACHED if session_id in line:
                return self._told(event, start, line[session_id], BREACHED)
            case CallEventKind.TARGET_RINGING if session_id in line:
                agent = as_text(event.data.get("number"))
                return self._told(event, start, line[session_id], RINGING, agent=agent)
            case CallEventKind.QUEUE_LEFT if session_id in line:
                return self._leave(event, start, line.pop(session_id))
            case CallEventKind.CALL_ENDED:
                self._starts.pop(session_id, None)
                left = line.pop(session_id, None)
                return self._leave(event, start, left) if left is not None else None
            case _:
                return None

    def _leave(self, event: CallEvent, start: CallEvent | None, one: _Waiting) -> dict[str, object]:
        agent, why = as_text(event.data.get("agent")), as_text(event.data.get("why")) or "abandoned"
        return self._told(event, start, one, ANSWERED if why == "answered" else LEFT, agent=agent, reason=why)

    def _told(
        self, event: CallEvent, start: CallEvent | None, one: _Waiting, status: str, **more: str
    ) -> dict[str, object]:
        line = self._waiting.get(event.tenant_id, {})
        others = sum(1 for other in line.values() if other.queue == one.queue)
        return _message(
            event,
            start,
            queue=one.queue,
            queue_name=one.name,
            status=status,
            waiting_callers=str(others),
            waited_s=str(max(0, int(event.at - one.since))),
            sla_s=as_text(event.data.get("sla_s")),
            **more,
        )


def _agent_changed(event: CallEvent, start: CallEvent | None) -> dict[str, object]:
    told = {name: as_text(event.data.get(name)) for name in ("queue", "agent", "happening", "pause_reason")}
    return _message(event, start, status=AGENT, **told)


def agent_message(
    tenant_id: int,
    tenant_name: str,
    *,
    queue: str,
    queue_name: str = "",
    agent: str,
    happening: str,
    pause_reason: str,
    at: float,
) -> dict[str, object]:
    """An agent was changed by a page or a program, without a call."""
    told = {"queue": queue, "agent": agent, "happening": happening, "pause_reason": pause_reason}
    event = CallEvent(tenant_id, "", 0, CallEventKind.QUEUE_AGENT_STATE, at, "", told)
    message = _agent_changed(event, None)
    return {**message, "data": {**_data(message), "tenant_name": tenant_name, "queue_name": queue_name}}


def _data(message: Mapping[str, object]) -> dict[str, object]:
    data = message["data"]
    return dict(data) if isinstance(data, Mapping) else {}


def _message(event: CallEvent, start: CallEvent | None, **told: str) -> dict[str, object]:
    about: Mapping[str, object] = start.data if start else {}
    data = {
        **event_head(event, about),
        **dict.fromkeys(FIELDS, ""),
        "caller_display_name": as_text(about.get("caller_display_name")),
        **told,
    }
    numbers = {*inside_numbers(data["direction"], data["caller"], ""), told.get("agent", "")} - {""}
    message: dict[str, object] = {
        "topic": QUEUE_EVENTS,
        "key": QUEUE_STATUS,
        "tenant_id": event.tenant_id,
        "extensions": sorted(numbers),
        "sequence": event.sequence,
        "time": event.at,
        "data": data,
    }
    return as_confidential(message) if about.get("is_confidential") else message
