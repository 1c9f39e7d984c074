"""The profile: a tenant's own page about itself, for its people."""

from __future__ import annotations

from typing import Any

from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from tenants.admin.service_admin import ServiceModelAdmin
from tenants.admin.storage_words import StorageShown
from tenants.admin.tenant import FURTHER_OPTIONS, GENERAL_OPTIONS, STORAGE_FIELDS, TenantOptionsForm
from tenants.models import Tenant, TenantProfile
from tenants.models.tenant_options import CAPABILITY_FIELDS
from tenants.scope import current_tenant_id
from tenants.services.tenant import tenant_update


class TenantProfileForm(TenantOptionsForm):
    class Meta(TenantOptionsForm.Meta):
        model = TenantProfile


class TenantProfileAdmin(StorageShown, ServiceModelAdmin):
    """One row, the tenant acted in; its list leads straight to it."""

    audit_name = "profile"
    form = TenantProfileForm
    readonly_fields = ("name", "sip_domain", "disk_quota_mb", *CAPABILITY_FIELDS, *STORAGE_FIELDS[:3])
    fieldsets = (
        (
            "General",
            {
                "classes": ("tab",),
                "fields": ("name", "sip_domain", "display_name", "website", "email", *GENERAL_OPTIONS),
            },
        ),
        (
            "Options",
            {"classes": ("tab",), "fields": ("country", "time_zone", "currency", *FURTHER_OPTIONS)},
        ),
        (
            "Capability",
            {
                "classes": ("tab",),
                "fields": CAPABILITY_FIELDS,
                "description": "Set by the administrator of the platform.",
            },
        ),
        ("Storage", {"classes": ("tab",), "fields": ("disk_quota_mb", *STORAGE_FIELDS)}),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return TenantProfile.objects.filter(pk=current_tenant_id())

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return self.changeform_view(request, str(current_tenant_id()), "", extra_context)

    def change(self, obj: Any, form: ModelForm[Any]) -> Tenant:
        tenant = Tenant.objects.get(pk=obj.pk)
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        return tenant_update(tenant=tenant, **changes) if changes else tenant

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        self.message_user(request, "Your profile was saved.")
        return redirect(request.get_full_path())
