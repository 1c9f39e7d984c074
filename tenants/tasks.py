"""What the task processes do for people and logs. Each may run twice or late; none of them minds."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tenants.files import files_sweep
from tenants.services.audit import audit_expire
from tenants.services.event_log import events_expire
from tenants.services.file_cleaning import files_clean
from tenants.services.job import RUN_TASK, job_run, jobs_expire, jobs_reap
from tenants.services.mail import DELIVER_TASK, mail_deliver, mails_expire, mails_sweep
from tenants.services.session import sessions_expire
from tenants.services.tenant_deletion import tenant_deletion_continue, tenants_being_deleted

logger = structlog.get_logger(__name__)


@shared_task(name="tenants.expire_logs")
def expire_logs() -> None:
    """Both logs end where their retention does, and the list of sent e-mails."""
    now = timezone.now()
    entries = audit_expire(before=now - timedelta(days=settings.AUDIT_RETENTION_DAYS))
    events = events_expire(before=now - timedelta(days=settings.EVENT_LOG_RETENTION_DAYS))
    sessions_expire()
    logger.info("logs.expired", audit_entries=entries, events=events, mails=mails_expire())


@shared_task(name=DELIVER_TASK)
def deliver_mail(mail_id: int) -> None:
    mail_deliver(mail_id=mail_id)


@shared_task(name="tenants.sweep_mails")
def sweep_mails() -> None:
    mails_sweep()


# Below the time after which the broker believes a message lost; a job that takes longer is stopped and fails.
JOB_TIME_LIMIT_S = 570


@shared_task(name=RUN_TASK, time_limit=JOB_TIME_LIMIT_S)
def run_job(tenant_id: int, job_id: int) -> None:
    job_run(tenant_id=tenant_id, job_id=job_id)


@shared_task(name="tenants.reap_jobs")
def reap_jobs() -> None:
    lost = jobs_reap()
    if lost:
        logger.warning("jobs.lost", jobs=lost)


@shared_task(name="tenants.expire_jobs")
def expire_jobs() -> None:
    jobs_expire()


@shared_task(name="tenants.sweep_files")
def sweep_files() -> None:
    files_sweep()


@shared_task(name="tenants.clean_files")
def clean_files() -> None:
    """Recordings and voicemails of tenants that do not want to keep them for ever."""
    deleted = files_clean(now=timezone.now())
    if deleted:
        logger.info("tenants.files_cleaned", files=deleted)


@shared_task(name="tenants.delete_tenants")
def delete_tenants() -> None:
    """Those whose deletion was ordered. What stops in the middle goes on with the next run."""
    for tenant in tenants_being_deleted():
        if tenant_deletion_continue(tenant=tenant):
            logger.info("tenants.deleted", tenant_id=tenant.pk)
