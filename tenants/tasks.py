"""What the task processes do for people and logs. Each may run twice or late; none of them minds."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tenants.services.audit import audit_expire
from tenants.services.event_log import events_expire
from tenants.services.mail import DELIVER_TASK, mail_deliver, mails_expire, mails_sweep

logger = structlog.get_logger(__name__)


@shared_task(name="tenants.expire_logs")
def expire_logs() -> None:
    """Both logs end where their retention does, and the list of sent e-mails."""
    now = timezone.now()
    entries = audit_expire(before=now - timedelta(days=settings.AUDIT_RETENTION_DAYS))
    events = events_expire(before=now - timedelta(days=settings.EVENT_LOG_RETENTION_DAYS))
    logger.info("logs.expired", audit_entries=entries, events=events, mails=mails_expire())


@shared_task(name=DELIVER_TASK)
def deliver_mail(mail_id: int) -> None:
    mail_deliver(mail_id=mail_id)


@shared_task(name="tenants.sweep_mails")
def sweep_mails() -> None:
    mails_sweep()
