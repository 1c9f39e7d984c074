"""What happened and what is registered, for the tenant in scope (or, across tenants, for the fleet)."""

from __future__ import annotations

from django.db.models import QuerySet

from callmanager.fleet.models import Cdr, Registration, StoredCallEvent


def cdr_list() -> QuerySet[Cdr]:
    return Cdr.objects.all()


def cdr_find(*, session_id: str) -> Cdr | None:
    return Cdr.objects.filter(session_id=session_id).first()


def call_event_list(*, cdr: Cdr) -> QuerySet[StoredCallEvent]:
    """The events of one call in their order; the times bound the partitions that are searched."""
    return StoredCallEvent.objects.filter(
        session_id=cdr.session_id, at__gte=cdr.started_at, at__lte=cdr.ended_at
    ).order_by("sequence")


def registration_list() -> QuerySet[Registration]:
    return Registration.objects.all()
