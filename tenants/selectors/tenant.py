"""Which tenants there are."""

from __future__ import annotations

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from tenants.models import FileKind, Tenant, TenantFileUsage


def tenant_list() -> QuerySet[Tenant]:
    return Tenant.objects.all()


def tenant_list_with_usage() -> QuerySet[Tenant]:
    """With `storage_used_bytes` of all files, and those of recordings and voicemails. Across tenants only."""
    tenants: QuerySet[Tenant] = tenant_list().annotate(
        storage_used_bytes=_used(),
        recordings_used_bytes=_used(FileKind.RECORDING),
        voicemails_used_bytes=_used(FileKind.VOICEMAIL),
    )
    return tenants


def tenant_get(*, tenant_id: int) -> Tenant:
    return Tenant.objects.get(pk=tenant_id)


def tenant_find_by_name(name: str) -> Tenant | None:
    """None too for what no name can be and the database refuses to be asked, such as NUL."""
    return Tenant.objects.filter(name=name).first() if name.isprintable() else None


def _used(kind: FileKind | None = None) -> Coalesce:
    rows = TenantFileUsage._base_manager.filter(tenant_id=OuterRef("pk"))
    if kind is not None:
        rows = rows.filter(kind=kind)
    total = rows.order_by().values("tenant_id").annotate(total=Sum("size_bytes")).values("total")
    return Coalesce(Subquery(total, output_field=BigIntegerField()), 0)
