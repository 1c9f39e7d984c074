"""The event log of the scope: a tenant's own, or across tenants everything."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.models import EventLogEntry


def event_list() -> QuerySet[EventLogEntry]:
    return EventLogEntry.objects.all()
