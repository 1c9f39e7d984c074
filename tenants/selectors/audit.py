"""The audit log."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.models import AuditEntry, Tenant


def audit_list(*, tenant: Tenant | None) -> QuerySet[AuditEntry]:
    """What was done for one tenant, or (None) everything."""
    entries = AuditEntry.objects.all()
    return entries if tenant is None else entries.filter(tenant=tenant)
