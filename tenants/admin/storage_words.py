"""What a tenant's files take, in words, for pages that show a tenant."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import admin

from tenants.admin.read_once import read_once
from tenants.files import MB, usage_by_kind
from tenants.models import FileKind, Tenant
from tenants.scope import tenant_scope


class StorageShown:
    """Read-only fields for admins of Tenant and its proxies."""

    @admin.display(description="Recordings use")
    def recordings_usage(self, tenant: Tenant) -> str:
        return size_words(_usage(tenant)[FileKind.RECORDING])

    @admin.display(description="Voicemails use")
    def voicemails_usage(self, tenant: Tenant) -> str:
        return size_words(_usage(tenant)[FileKind.VOICEMAIL])

    @admin.display(description="All files use")
    def storage_usage(self, tenant: Tenant) -> str:
        used = sum(_usage(tenant).values())
        if tenant.disk_quota_mb is None:
            return size_words(used)
        percent = 100 * used / (tenant.disk_quota_mb * MB) if tenant.disk_quota_mb else 100.0
        return f"{size_words(used)} of {tenant.disk_quota_mb} MB ({percent:.0f} %)"


def size_words(size_bytes: int) -> str:
    return f"{size_bytes / MB:.1f} MB" if size_bytes >= MB else f"{size_bytes / 1024:.1f} kB"


def _usage(tenant: Tenant) -> Mapping[FileKind, int]:
    def read() -> Mapping[FileKind, int]:
        with tenant_scope(tenant):
            return usage_by_kind()

    return read_once(tenant, "storage usage", read)
