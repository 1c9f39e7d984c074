"""Which tenants there are."""

from __future__ import annotations

from django.db.models import QuerySet

from tenants.models import Tenant


def tenant_list() -> QuerySet[Tenant]:
    return Tenant.objects.all()


def tenant_get(*, tenant_id: int) -> Tenant:
    return Tenant.objects.get(pk=tenant_id)


def tenant_find_by_name(name: str) -> Tenant | None:
    """None too for what no name can be and the database refuses to be asked, such as NUL."""
    return Tenant.objects.filter(name=name).first() if name.isprintable() else None
