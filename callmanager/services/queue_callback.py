"""Callbacks follow their company: what a worker that is gone has promised is kept by the one that has its calls now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from django.utils import timezone

from callmanager.domain.worker_loss import find_loss
from callmanager.fleet.models import QueueCallback
from callmanager.live_redis import LiveCallsUnavailable
from callmanager.models import CallQueue
from callmanager.services.live_call import CommandRefused, LiveCallNotFound, WorkerUnavailable, worker_command
from callmanager.services.worker_silence import silences_recall, worker_sightings
from tenants.models import Tenant
from tenants.scope import across_tenants, tenant_scope

log = structlog.get_logger(__name__)

# As workers have it (sipworker/runtime/queue_promises.py): nobody is called back later than that.
KEPT_FOR = timedelta(hours=12)
AT_ONCE = 1000

# Which process has had the callback, and since when -> whether that process is gone.
IsGone = Callable[[str, datetime], bool]
# Whose calls are which worker's; WorkerUnavailable if nobody's.
FindWorker = Callable[[Tenant], str]


def queue_callbacks_hand_over(*, find_worker: FindWorker, now: datetime | None = None) -> int:
    """How many were handed over; what can't be now is tried again the next time. After the look for lost workers."""
    looked_at, sightings, silences = now or timezone.now(), worker_sightings(), silences_recall()

    def is_gone(worker: str, since: datetime) -> bool:
        return find_loss(since, sightings.get(worker), silences.get(worker), looked_at) is not None

    with across_tenants():
        rows = list(QueueCallback.objects.order_by("tenant_id", "entered_at", "place")[:AT_ONCE])
        tenants = Tenant.objects.in_bulk({row.tenant_id for row in rows})
    handed_over = 0
    for tenant_id, theirs in groupby(rows, key=lambda row: row.tenant_id):
        tenant = tenants.get(tenant_id)
        if tenant is None:
            continue
        with tenant_scope(tenant):
            kept = _without_outdated(list(theirs))
            handed_over += _hand_over(tenant, kept, find_worker, is_gone)
    return handed_over


def _without_outdated(rows: Sequence[QueueCallback]) -> list[QueueCallback]:
    """The workers have dropped them, too."""
    queues = set(CallQueue.objects.values_list("number", flat=True))
    since = timezone.now() - KEPT_FOR
    outdated = [row.place for row in rows if row.queue not in queues or row.promised_at < since]
    if outdated:
        QueueCallback.objects.filter(place__in=outdated).delete()
    return [row for row in rows if row.place not in outdated]


def _hand_over(
    tenant: Tenant, rows: Sequence[QueueCallback], find_worker: FindWorker, is_gone: IsGone
) -> int:
    done, worker = 0, ""
    try:
        worker = find_worker(tenant) if rows else ""
        for row in rows:
            is_kept = not is_gone(row.worker, row.kept_since)
            if not is_kept or row.worker != worker:
                done += _take(row, worker, from_other=is_kept)
    except (WorkerUnavailable, LiveCallsUnavailable) as error:
        log.info("queue_callbacks.not_handed_over", tenant_id=tenant.pk, error=type(error).__name__)
    if done:
        log.info("queue_callbacks.handed_over", tenant_id=tenant.pk, worker=worker, callbacks=done)
    return done


def _take(row: QueueCallback, worker: str, *, from_other: bool) -> bool:
    """In their order: whoever came first is told of first."""
    since = timezone.now()
    try:
        if from_other and row.worker:
            _tell(row, row.worker, "queue_callback_give_back", {})
            # Whatever happens next: that one does not have it any more.
            _note(row, "", since)
        kept = {
            "queue": row.queue,
            "number": row.number,
            "entered_ms": int(row.entered_at.timestamp() * 1000),
            "promised_ms": int(row.promised_at.timestamp() * 1000),
        }
        _tell(row, worker, "queue_callback_keep", kept)
    except (CommandRefused, LiveCallNotFound) as refusal:
        # An agent is at it, or the other worker has not read the queue yet.
        log.info("queue_callback.not_taken", place=row.place, code=getattr(refusal, "code", "not_found"))
        return False
    return _note(row, worker, since)


def _tell(row: QueueCallback, worker: str, command: str, arguments: Mapping[str, object]) -> None:
    worker_command(
        tenant_id=row.tenant_id, worker=worker, session_id=row.place, command=command, arguments=arguments
    )


def _note(row: QueueCallback, worker: str, since: datetime) -> bool:
    """As it was read: it may be made meanwhile, or be handed over by somebody else."""
    before, row.worker = row.worker, worker
    stored = QueueCallback.objects.filter(place=row.place, worker=before)
    return bool(stored.update(worker=worker, kept_since=since))
