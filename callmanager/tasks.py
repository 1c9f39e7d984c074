"""What the task processes do for calls. Each may run twice or late; none of them minds."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from callmanager.services.cdr import cdrs_assemble, lost_calls_reap, open_calls_sweep
from callmanager.services.partition import call_events_expire, partitions_make_ahead
from tenants.scope import no_scope

logger = structlog.get_logger(__name__)

_REAPER_RAN_KEY = "callmanager.reaper.ran"
# Beat sends it every 10 s.
_REAPER_RAN_VALID_S = 25


@shared_task(name="callmanager.assemble_cdrs")
def assemble_cdrs(calls: list[tuple[int, str]]) -> None:
    """`[[tenant_id, session_id], ...]` of calls whose last event is stored."""
    cdrs_assemble(session_ids=[session_id for _, session_id in calls])


@shared_task(name="callmanager.sweep_open_calls")
def sweep_open_calls() -> None:
    missed = open_calls_sweep()
    if missed:
        logger.info("cdrs.swept", calls=missed)


@shared_task(name="callmanager.reap_lost_calls")
def reap_lost_calls() -> None:
    """Only if the last run was just now: after an outage of the database every worker looks silent,
    because none could report. They get one round to do so."""
    with no_scope():
        is_watching = bool(cache.get(_REAPER_RAN_KEY))
        if is_watching:
            lost_calls_reap()
        else:
            connection.ensure_connection()
        cache.set(_REAPER_RAN_KEY, True, _REAPER_RAN_VALID_S)


@shared_task(name="callmanager.maintain_partitions")
def maintain_partitions() -> None:
    today = timezone.now().date()
    made = partitions_make_ahead(today=today)
    dropped = call_events_expire(today=today, retention_days=settings.CALL_EVENT_RETENTION_DAYS)
    logger.info("partitions.maintained", made=made, dropped=dropped)
