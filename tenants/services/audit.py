"""Writing the audit log."""

from __future__ import annotations

from django.db.models import Model

from tenants.models import AuditEntry, Tenant, User


def audit_record(
    *, action: str, target: Model, user: User | None, tenant: Tenant | None, ip: str | None
) -> None:
    """Inside the transaction of what it tells of, so that neither exists without the other."""
    AuditEntry.objects.create(
        user=user,
        username=user.username if user else "",
        tenant=tenant,
        action=action,
        object_type=target._meta.model_name or "",
        object_id=str(target.pk or ""),
        object_name=str(target)[:200],
        ip=ip,
    )
