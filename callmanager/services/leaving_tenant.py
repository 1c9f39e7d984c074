"""What a tenant that is being deleted leaves behind here: running calls, registered phones, call records."""

from __future__ import annotations

from django.db import connection, transaction
from django.dispatch import receiver

from callmanager.fleet.models import OpenCall, Registration
from tenants.models import Tenant
from tenants.scope import across_tenants
from tenants.signals import tenant_emptying, tenant_leaving

BATCH = 5000


@receiver(tenant_leaving, dispatch_uid="callmanager.leaving_tenant_count")
def leaving_tenant_count(tenant: Tenant, **_: object) -> dict[str, int]:
    with across_tenants():
        return {
            "calls": OpenCall.objects.filter(tenant_id=tenant.pk).count(),
            "registrations": Registration.objects.filter(tenant_id=tenant.pk).count(),
        }


@receiver(tenant_emptying, dispatch_uid="callmanager.leaving_tenant_empty")
def leaving_tenant_empty(tenant: Tenant, **_: object) -> int:
    return call_records_remove(tenant_id=tenant.pk)


def call_records_remove(*, tenant_id: int) -> int:
    """Some of a tenant's call records with their events; how many records."""
    with across_tenants(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            """
            WITH gone AS (
                DELETE FROM public.cdr
                 WHERE (id, started_at) IN (
                     SELECT id, started_at FROM public.cdr WHERE tenant_id = %s LIMIT %s
                 )
                 RETURNING session_id, started_at, ended_at
            ), events AS (
                DELETE FROM public.call_event AS event USING gone
                 WHERE event.session_id = gone.session_id
                   AND event.at BETWEEN gone.started_at AND gone.ended_at
            ), stays AS (
                DELETE FROM public.queue_stay AS stay USING gone
                 WHERE stay.session_id = gone.session_id
                   AND stay.entered_at BETWEEN gone.started_at AND gone.ended_at
            )
            SELECT count(*) FROM gone
            """,
            (tenant_id, BATCH),
        )
        return int(cursor.fetchone()[0])
