"""What the task processes do for calls. Each may run twice or late; none of them minds."""

from __future__ import annotations

import structlog
from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from callmanager.edge.worker_lookup import worker_of
from callmanager.services.cdr import cdrs_assemble, lost_calls_reap, open_calls_sweep
from callmanager.services.deleted_tenant import kept_records_purge_continue
from callmanager.services.own_settings import own_settings_settle
from callmanager.services.partition import call_events_expire, partitions_make_ahead
from callmanager.services.queue_callback import queue_callbacks_hand_over
from callmanager.services.queue_stay import queue_stays_watch
from callmanager.services.recording import STORE_TASK, recordings_store, recordings_sweep
from callmanager.services.registration_failure import registration_failures_expire
from callmanager.services.trunk_outage import trunk_outages_mail
from callmanager.services.voicemail import voicemails_settle
from callmanager.services.voicemail_sweep import voicemails_sweep
from callmanager.webhooks.delivering import webhooks_drain
from callmanager.webhooks.outbox import DRAIN_TASK
from callmanager.webhooks.sweep import webhooks_sweep, webhooks_tend

logger = structlog.get_logger(__name__)

# A file is whole some moments after its call.
RETRIES = 10


@shared_task(name="callmanager.assemble_cdrs")
def assemble_cdrs(calls: list[tuple[int, str]]) -> None:
    """`[[tenant_id, session_id], ...]` of calls whose last event is stored."""
    cdrs_assemble(session_ids=[session_id for _, session_id in calls])


@shared_task(name="callmanager.settle_voicemails")
def settle_voicemails(session_ids: list[str]) -> None:
    """Messages that these ended calls left, and what owners did to theirs."""
    voicemails_settle(session_ids=session_ids)


@shared_task(name=STORE_TASK, bind=True, max_retries=10)
def store_recordings(self: Task[[list[str]], None], names: list[str]) -> None:
    """Those whose worker still writes are tried again in a second; the sweep has the last word."""
    unfinished = recordings_store(names=names)
    if unfinished and self.request.retries < RETRIES:
        raise self.retry(args=[unfinished], countdown=1)


@shared_task(name="callmanager.sweep_recordings")
def sweep_recordings() -> None:
    if swept := recordings_sweep():
        logger.info("recordings.swept", recordings=swept)


@shared_task(name="callmanager.sweep_voicemails")
def sweep_voicemails() -> None:
    """What could not be stored when its call was over."""
    voicemails_sweep(now=timezone.now())


@shared_task(name="callmanager.settle_own_settings")
def settle_own_settings(session_ids: list[str]) -> None:
    """What people dialled of themselves in these ended calls."""
    own_settings_settle(session_ids=session_ids)


@shared_task(name="callmanager.watch_queues")
def watch_queues() -> None:
    """Who waits in calls that run, and what managers are to hear."""
    if mailed := queue_stays_watch():
        logger.info("queues.managers_told", alerts=mailed)


@shared_task(name="callmanager.sweep_open_calls")
def sweep_open_calls() -> None:
    missed = open_calls_sweep()
    if missed:
        logger.info("cdrs.swept", calls=missed)


@shared_task(name="callmanager.reap_lost_calls")
def reap_lost_calls() -> None:
    lost_calls_reap()
    queue_callbacks_hand_over(find_worker=lambda tenant: worker_of(tenant=tenant))


@shared_task(name="callmanager.expire_registration_failures")
def expire_registration_failures() -> None:
    registration_failures_expire()


@shared_task(name="callmanager.mail_trunk_outages")
def mail_trunk_outages() -> None:
    if mailed := trunk_outages_mail():
        logger.info("trunk_outages.mailed", trunks=mailed)


@shared_task(name="callmanager.maintain_partitions")
def maintain_partitions() -> None:
    today = timezone.now().date()
    made = partitions_make_ahead(today=today)
    dropped = call_events_expire(today=today, retention_days=settings.CALL_EVENT_RETENTION_DAYS)
    logger.info("partitions.maintained", made=made, dropped=dropped)


@shared_task(name="callmanager.purge_kept_records")
def purge_kept_records() -> None:
    """What stops in the middle goes on with the next run."""
    done = kept_records_purge_continue()
    if done:
        logger.info("kept_records.purged", tenants=done)


@shared_task(name=DRAIN_TASK)
def drain_webhooks(event_url_id: int) -> None:
    """In the processes for webhooks alone: it waits for strangers' servers."""
    webhooks_drain(event_url_id=event_url_id)


@shared_task(name="callmanager.sweep_webhooks")
def sweep_webhooks() -> None:
    webhooks_sweep()


@shared_task(name="callmanager.tend_webhooks")
def tend_webhooks() -> None:
    webhooks_tend()
