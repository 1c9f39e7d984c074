"""A worker's life is told by the row it writes: started, draining, stopped, dead, silent."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from callmanager.fleet.models import WorkerNode, WorkerState
from tenants.models import EventLogEntry
from tenants.scope import across_tenants


def told() -> list[tuple[str, str]]:
    with across_tenants():
        events = EventLogEntry.objects.filter(source="worker").order_by("id")
        return list(events.values_list("kind", "severity"))


def test_what_becomes_of_a_worker_is_told_once(db: None) -> None:
    with across_tenants():
        EventLogEntry.objects.all().delete()
    now = timezone.now()
    node = WorkerNode(
        worker="w-test", sip_uri="sip:127.0.0.1:1", started_at=now, last_seen_at=now, state=WorkerState.UP
    )
    node.save()
    node.last_seen_at = now + timedelta(seconds=5)
    node.save()
    assert told() == [("worker.started", "info")]
    node.started_at = node.last_seen_at = now + timedelta(seconds=8)
    node.save()
    node.last_seen_at = now + timedelta(seconds=60)
    node.save()
    for state in (WorkerState.DRAINING, WorkerState.DOWN):
        node.state = state
        node.save()
    node.state, node.started_at = WorkerState.UP, now + timedelta(seconds=90)
    node.save()
    assert told()[1:] == [
        ("worker.died", "error"),
        ("worker.back", "warning"),
        ("worker.draining", "info"),
        ("worker.stopped", "info"),
        ("worker.started", "info"),
    ]
