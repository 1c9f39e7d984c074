"""Recordings and voicemails that a tenant does not want to keep any longer, by age and by what they take."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from tenants.files import MB, file_delete, usage_by_kind
from tenants.models import FileKind, Tenant, TenantFile
from tenants.scope import no_scope, tenant_scope

# At once; the next run goes on.
AT_MOST = 5000


def files_clean(*, now: datetime) -> int:
    """Of all tenants; how many files were deleted."""
    with no_scope():
        wanting = list(
            Tenant.objects.exclude(
                Q(recordings_keep_days=None)
                & Q(recordings_keep_mb=None)
                & Q(voicemails_keep_days=None)
                & Q(voicemails_keep_mb=None)
            )
        )
    return sum(tenant_files_clean(tenant=tenant, now=now) for tenant in wanting)


def tenant_files_clean(*, tenant: Tenant, now: datetime) -> int:
    rules = (
        (FileKind.RECORDING, tenant.recordings_keep_days, tenant.recordings_keep_mb),
        (FileKind.VOICEMAIL, tenant.voicemails_keep_days, tenant.voicemails_keep_mb),
    )
    with tenant_scope(tenant):
        return sum(_clean_old(kind, days, now) + _clean_above(kind, most_mb) for kind, days, most_mb in rules)


def _clean_old(kind: FileKind, keep_days: int | None, now: datetime) -> int:
    if keep_days is None:
        return 0
    old = TenantFile.objects.filter(kind=kind, created_at__lt=now - timedelta(days=keep_days))
    return _delete(list(old.order_by("created_at", "id")[:AT_MOST]))


def _clean_above(kind: FileKind, most_mb: int | None) -> int:
    """The oldest, until the others fit."""
    if most_mb is None:
        return 0
    excess_bytes = usage_by_kind()[kind] - most_mb * MB
    if excess_bytes <= 0:
        return 0
    doomed = []
    for file in TenantFile.objects.filter(kind=kind).order_by("created_at", "id")[:AT_MOST]:
        if excess_bytes <= 0:
            break
        doomed.append(file)
        excess_bytes -= file.size_bytes
    return _delete(doomed)


def _delete(files: list[TenantFile]) -> int:
    for file in files:
        file_delete(file=file)
    return len(files)
