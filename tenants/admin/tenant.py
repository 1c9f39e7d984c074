"""Tenants, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminPasswordToggleWidget,
    UnfoldAdminSelect2Widget,
)

from tenants.admin.service_admin import ServiceModelAdmin
from tenants.models import Tenant
from tenants.services.tenant import (
    tenant_create,
    tenant_delete,
    tenant_disable,
    tenant_enable,
    tenant_update,
)

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Tenant]
else:
    _ModelForm = forms.ModelForm


class TenantForm(_ModelForm):
    time_zone = forms.ChoiceField(
        choices=[(name, name) for name in sorted(available_timezones())],
        initial="UTC",
        widget=UnfoldAdminSelect2Widget,
    )

    class Meta:
        model = Tenant
        fields = ("name", "display_name", "sip_domain", "time_zone", "is_enabled")


class TenantCreateForm(TenantForm):
    password = forms.CharField(
        max_length=256,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text="For the user of the tenant's name, who signs in for it. At least 10 characters.",
    )
    email = forms.EmailField(required=False, widget=UnfoldAdminEmailInputWidget)

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != name.lower():
            raise ValidationError("Lower-case letters only.", code="name")
        return name


class TenantAdmin(ServiceModelAdmin):
    audit_name = "tenant"
    form = TenantForm
    list_display: tuple[str, ...] = ("name", "display_name", "sip_domain", "state", "manage")
    list_filter = ("is_enabled",)
    search_fields = ("name", "display_name", "sip_domain")
    list_fullwidth = True
    actions = None

    @display(description="State", label={"Enabled": "success", "Disabled": "danger"}, ordering="is_enabled")  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, tenant: Tenant) -> str:
        return "Enabled" if tenant.is_enabled else "Disabled"

    @admin.display(description="")
    def manage(self, tenant: Tenant) -> SafeString:
        """A button of the list's own form, because forms don't nest: it posts elsewhere."""
        return format_html(
            '<button class="td-button" type="submit" formmethod="post" formaction="{}" aria-label="Manage {}">'
            "Manage</button>",
            reverse("console_manage_tenant", args=[tenant.pk]),
            tenant.name,
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(
            request, obj, change=change, **{"form": TenantForm if obj else TenantCreateForm, **kwargs}
        )

    def get_fieldsets(self, request: HttpRequest, obj: Tenant | None = None) -> Any:
        general = ("name", "display_name", "sip_domain", "time_zone", "is_enabled")
        if obj is not None:
            return ((None, {"fields": general}),)
        return ((None, {"fields": general}), ("Sign-in", {"fields": ("password", "email")}))

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> tuple[str, ...]:
        return ("name",) if obj is not None else ()

    def create(self, form: ModelForm[Any]) -> Tenant:
        return tenant_create(**form.cleaned_data)

    def change(self, obj: Tenant, form: ModelForm[Any]) -> Tenant:
        tenant = Tenant.objects.get(pk=obj.pk)
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name != "is_enabled"}
        if changes:
            tenant_update(tenant=tenant, **changes)
        if "is_enabled" in form.changed_data:
            (tenant_enable if form.cleaned_data["is_enabled"] else tenant_disable)(tenant=tenant)
        return tenant

    def delete(self, obj: Tenant) -> None:
        tenant_delete(tenant=obj)
