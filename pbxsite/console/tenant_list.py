"""The administrators' list of tenants, with what each of them has right now."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from callmanager.live_redis import LiveCallsUnavailable
from callmanager.selectors.fleet import tenant_list_with_counts
from callmanager.selectors.live_call import live_call_counts
from tenants.admin.tenant import TenantAdmin
from tenants.models import Tenant


class FleetTenantAdmin(TenantAdmin):
    list_display = (
        "name",
        "display_name",
        "sip_domain",
        "state",
        "extensions",
        "registered",
        "live_calls",
        "manage",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tenant]:
        return tenant_list_with_counts()

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        shown = list(changelist.result_list)
        try:
            counts: dict[int, int] | None = live_call_counts(tenant_ids=[tenant.pk for tenant in shown])
        except LiveCallsUnavailable:
            counts = None
        for tenant in shown:
            tenant.live_call_count = counts and counts.get(tenant.pk, 0)
        changelist.result_list = shown
        return changelist

    @admin.display(description="Extensions", ordering="extension_count")
    def extensions(self, tenant: Any) -> int:
        return int(tenant.extension_count)

    @admin.display(description="Registered", ordering="registered_count")
    def registered(self, tenant: Any) -> int:
        return int(tenant.registered_count)

    @admin.display(description="Live calls", empty_value="–")
    def live_calls(self, tenant: Any) -> int | None:
        count: int | None = tenant.live_call_count
        return count
