"""Calls to queues."""

from __future__ import annotations

from callmanager.domain.decisions import EnterQueue
from callmanager.domain.queue import Queue
from callmanager.domain.routing import Routing


def call_queue(routing: Routing, queue: Queue) -> EnterQueue:
    routing.note("call_queue", f"{queue.number} {queue.name}".strip(), is_taken=True, reason=queue.strategy)
    return EnterQueue(queue.number, queue.name, routing.passed)
