"""Calls to queues."""

from __future__ import annotations

from callmanager.domain.decisions import EnterQueue
from callmanager.domain.queue import Queue
from callmanager.domain.routing import Routing


def call_queue(routing: Routing, queue: Queue) -> EnterQueue:
    routing.note("call_queue", f"{queue.number} {queue.name}".strip(), is_taken=True, reason=queue.strategy)
    alert = routing.snapshot.queue_callers.harass_level(routing.call.caller)
    if alert is not None:
        routing.note("harass_number", routing.call.caller, is_taken=True, reason=f"level {alert.value}")
    return EnterQueue(queue.number, queue.name, routing.passed, alert)
