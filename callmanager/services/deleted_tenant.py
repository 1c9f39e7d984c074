"""The end of the call records that were kept of a deleted tenant."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from callmanager.fleet.models import DeletedTenant
from callmanager.services.leaving_tenant import call_records_remove
from tenants.models import EventSource, Severity
from tenants.scope import across_tenants
from tenants.services.event_log import event_record


def kept_records_purge_begin(*, deleted: DeletedTenant, confirmed_name: str) -> DeletedTenant:
    """From here on there is no way back. `confirmed_name` is typed by whoever wants this."""
    if confirmed_name != deleted.name:
        raise ValidationError(
            {"confirm": ValidationError("This is not the tenant's user name.", code="confirm")}
        )
    with across_tenants():
        DeletedTenant.objects.filter(pk=deleted.pk, purge_began_at=None).update(purge_began_at=Now())
        deleted.purge_began_at = DeletedTenant.objects.values_list("purge_began_at", flat=True).get(
            pk=deleted.pk
        )
    return deleted


def kept_records_purge_continue() -> int:
    """All that was ordered, a batch in each transaction, so that it may be interrupted; how many tenants are done."""
    done = 0
    with across_tenants():
        for deleted in DeletedTenant.objects.exclude(purge_began_at=None).order_by("purge_began_at"):
            removed = 0
            while batch := call_records_remove(tenant_id=deleted.pk):
                removed += batch
            done += _forget(deleted, removed)
    return done


def _forget(deleted: DeletedTenant, removed: int) -> int:
    """Two at once may have removed the records; only one of them tells."""
    with transaction.atomic():
        count, _ = DeletedTenant.objects.filter(pk=deleted.pk).delete()
        if count:
            event_record(
                severity=Severity.INFO,
                source=EventSource.SYSTEM,
                kind="tenant.records_purged",
                message=f"The call records kept of the deleted tenant {deleted.name} were deleted.",
                data={"name": deleted.name, "call_records": removed},
            )
    return count
