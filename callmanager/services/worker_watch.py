"""Workers that others find missing. What a worker does itself is told by the triggers on its row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from callmanager.domain.edge_events import WorkerChanged
from callmanager.domain.worker_loss import Silence, WorkerSighting
from callmanager.fleet.models import WorkerNode
from callmanager.fleet.models.worker_node import WorkerState
from tenants.models import EventLogEntry, EventSource, Severity
from tenants.scope import across_tenants
from tenants.services.event_log import event_record


def lost_workers_record(
    *, sightings: Mapping[str, WorkerSighting], silences: Mapping[str, Silence], now: datetime
) -> None:
    """One event for each confirmed silence, however often it is looked at."""
    lost = {worker: one for worker, one in silences.items() if one.is_confirmed(sightings[worker], now)}
    running = WorkerNode.objects.filter(pk__in=lost).exclude(state=WorkerState.DOWN)
    for worker in running.values_list("pk", flat=True):
        if not _is_told(worker, lost[worker].last_seen_at):
            event_record(
                severity=Severity.CRITICAL,
                source=EventSource.WORKER,
                kind="worker.lost",
                message=f"Worker {worker} is silent; its calls are taken for lost.",
                data={"worker": worker, "last_seen_at": lost[worker].last_seen_at.isoformat()},
            )


def worker_reachability_record(*, change: WorkerChanged) -> None:
    """What the edge finds when it asks the worker whether it takes calls."""
    worker = WorkerNode.objects.filter(sip_uri=change.sip_uri).values_list("pk", flat=True).first()
    name = worker or change.sip_uri
    event_record(
        severity=Severity.INFO if change.is_up else Severity.WARNING,
        source=EventSource.EDGE,
        kind="edge.worker_up" if change.is_up else "edge.worker_down",
        message=f"The edge reaches worker {name} again."
        if change.is_up
        else f"The edge does not reach worker {name}: its tenants' calls go elsewhere.",
        data={"worker": name, "sip_uri": change.sip_uri},
        at_most_every_s=5,
    )


def _is_told(worker: str, last_seen_at: datetime) -> bool:
    with across_tenants():
        return EventLogEntry.objects.filter(
            kind="worker.lost", at__gte=last_seen_at, data__worker=worker
        ).exists()
