"""The snapshot a worker would load now, for the call simulator and for tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from callmanager.domain.snapshot import TenantSnapshot
from callmanager.domain.snapshot_load import load_snapshot
from tenants.models import Tenant
from tenants.scope import tenant_scope


def snapshot_get(*, tenant: Tenant) -> TenantSnapshot:
    with tenant_scope(tenant), transaction.atomic():
        snapshot = load_snapshot(_execute, tenant.pk)
    if snapshot is None:
        raise Tenant.DoesNotExist
    return snapshot


def _execute(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
