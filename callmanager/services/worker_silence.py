"""Which workers have been silent for how long, remembered between one look and the next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.core.cache import cache

from callmanager.domain.worker_loss import Silence, WorkerSighting
from callmanager.fleet.models import WorkerNode
from tenants.scope import no_scope

_KEY = "callmanager.silent_workers"
_VALID_S = 120


def worker_sightings() -> dict[str, WorkerSighting]:
    return {
        node.worker: WorkerSighting(node.started_at, node.last_seen_at) for node in WorkerNode.objects.all()
    }


def silences_recall() -> dict[str, Silence]:
    with no_scope():
        remembered: dict[str, list[str]] = cache.get(_KEY) or {}
    return {
        worker: Silence(datetime.fromisoformat(last_seen_at), datetime.fromisoformat(noticed_at))
        for worker, (last_seen_at, noticed_at) in remembered.items()
    }


def silences_remember(silences: Mapping[str, Silence]) -> None:
    remembered = {
        worker: [silence.last_seen_at.isoformat(), silence.noticed_at.isoformat()]
        for worker, silence in silences.items()
    }
    with no_scope():
        cache.set(_KEY, remembered, _VALID_S)
