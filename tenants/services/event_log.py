"""Writing the event log: from web, tasks and the edge link. Workers' rows get there by trigger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone

from tenants.models import EventLogEntry, EventSource, Severity, Tenant
from tenants.scope import across_tenants


def event_record(
    *,
    severity: Severity,
    source: EventSource,
    kind: str,
    message: str,
    tenant: Tenant | None = None,
    data: Mapping[str, object] | None = None,
    at_most_every_s: int | None = None,
) -> EventLogEntry | None:
    """One thing that happened: `kind` like `worker.lost`, `message` a sentence for people, `data` for programs.

    With `at_most_every_s` the same message of the same kind and tenant is not repeated sooner, and None is returned.
    """
    tenant_id = tenant.pk if tenant is not None else None
    with across_tenants():
        if at_most_every_s is not None:
            since = timezone.now() - timedelta(seconds=at_most_every_s)
            recent = EventLogEntry.objects.filter(
                kind=kind, at__gt=since, tenant_id=tenant_id, message=message[:500]
            )
            if recent.exists():
                return None
        return EventLogEntry.objects.create(
            severity=severity,
            source=source,
            kind=kind,
            tenant_id=tenant_id,
            tenant_name=tenant.name if tenant is not None else "",
            message=message[:500],
            data=dict(data or {}),
        )


def events_expire(*, before: datetime) -> int:
    """Forget what is older; the number of events."""
    with across_tenants():
        return EventLogEntry.objects.filter(at__lt=before).delete()[0]
