"""Tenants that are gone and the call records that were kept of them. Across tenants only: administrators ask."""

from __future__ import annotations

from django.db.models import BigIntegerField, Count, DateTimeField, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from callmanager.fleet.models import Cdr, DeletedTenant, KeptCdr


def deleted_tenant_list() -> QuerySet[DeletedTenant]:
    """With `call_record_count`, `first_call_at` and `last_call_at`."""
    records = Cdr._base_manager.filter(tenant_id=OuterRef("pk")).order_by().values("tenant_id")
    moment = DateTimeField(null=True)
    return DeletedTenant.objects.annotate(
        call_record_count=Coalesce(
            Subquery(records.annotate(n=Count("id")).values("n"), output_field=BigIntegerField()), 0
        ),
        first_call_at=Subquery(records.annotate(at=Min("started_at")).values("at"), output_field=moment),
        last_call_at=Subquery(records.annotate(at=Max("started_at")).values("at"), output_field=moment),
    )


def kept_cdr_list(*, tenant_id: int | None = None) -> QuerySet[KeptCdr]:
    """Of one deleted tenant, or of all of them."""
    records: QuerySet[KeptCdr] = KeptCdr.objects.all()
    if tenant_id is not None:
        return records.filter(tenant_id=tenant_id)
    return records.filter(tenant_id__in=DeletedTenant.objects.order_by().values("pk"))
