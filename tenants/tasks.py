"""What the task processes do for the logs. Each may run twice or late."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tenants.services.audit import audit_expire
from tenants.services.event_log import events_expire

logger = structlog.get_logger(__name__)


@shared_task(name="tenants.expire_logs")
def expire_logs() -> None:
    """Both logs end where their retention does."""
    now = timezone.now()
    entries = audit_expire(before=now - timedelta(days=settings.AUDIT_RETENTION_DAYS))
    events = events_expire(before=now - timedelta(days=settings.EVENT_LOG_RETENTION_DAYS))
    logger.info("logs.expired", audit_entries=entries, events=events)
