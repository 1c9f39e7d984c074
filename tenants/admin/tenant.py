"""Tenants, for administrators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
from tenants.admin.storage_words import StorageShown
from tenants.audit_trail import audit_request
from tenants.models import Tenant
from tenants.models.tenant_options import (
    CAPABILITY_FIELDS,
    CLEANING_FIELDS,
    OPTION_FIELDS,
    country_choices,
    currency_choices,
)
from tenants.services.tenant import (
    tenant_create,
    tenant_disable,
    tenant_enable,
    tenant_update,
)
from tenants.services.tenant_deletion import tenant_deletion_begin

if TYPE_CHECKING:  # generic for the type checker only
    _ModelForm = forms.ModelForm[Tenant]
else:
    _ModelForm = forms.ModelForm

# The fields of the manual's first tab; the other options stand in the second.
GENERAL_OPTIONS = (
    "is_concurrent_sign_in_allowed",
    "is_sip_password_shown",
    "may_extensions_delete_recordings",
    "may_extensions_create_meetings",
)
FURTHER_OPTIONS = tuple(
    name
    for name in OPTION_FIELDS
    if name not in (*GENERAL_OPTIONS, "website", "email", "country", "currency")
)
STORAGE_FIELDS = ("recordings_usage", "voicemails_usage", "storage_usage", *CLEANING_FIELDS)


class TenantOptionsForm(_ModelForm):
    time_zone = forms.ChoiceField(
        choices=[(name, name) for name in sorted(available_timezones())],
        initial="UTC",
        widget=UnfoldAdminSelect2Widget,
    )
    country = forms.ChoiceField(
        choices=[("", "Not said"), *country_choices()], required=False, widget=UnfoldAdminSelect2Widget
    )
    currency = forms.ChoiceField(
        choices=currency_choices(),
        initial="USD",
        widget=UnfoldAdminSelect2Widget,
        help_text="For everything that is billed to its extensions.",
    )

    class Meta:
        model = Tenant
        fields = ("display_name", "time_zone", *OPTION_FIELDS, *CLEANING_FIELDS)


class TenantForm(TenantOptionsForm):
    class Meta(TenantOptionsForm.Meta):
        fields = (
            "name",
            "sip_domain",
            "is_enabled",
            *TenantOptionsForm.Meta.fields,
            *CAPABILITY_FIELDS,
            "disk_quota_mb",
        )


class TenantCreateForm(TenantForm):
    password = forms.CharField(
        max_length=256,
        strip=False,
        widget=UnfoldAdminPasswordToggleWidget(attrs={"autocomplete": "new-password"}),
        help_text="For the user of the tenant's name, who has to choose another one at the first sign-in. "
        "At least 10 characters.",
    )
    email = forms.EmailField(
        label="E-mail",
        required=False,
        widget=UnfoldAdminEmailInputWidget,
        help_text="Of that user, and where the PBX sends its notifications.",
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name != name.lower():
            raise ValidationError("Lower-case letters only.", code="name")
        return name


class TenantAdmin(StorageShown, ServiceModelAdmin):
    audit_name = "tenant"
    form = TenantForm
    list_display: tuple[str, ...] = ("name", "display_name", "sip_domain", "state", "manage")
    list_filter = ("is_enabled",)
    search_fields = ("name", "display_name", "sip_domain", "email")
    list_fullwidth = True
    actions = None

    @display(
        description="State",
        label={"Enabled": "success", "Disabled": "danger", "Deleting": "warning"},
        ordering="is_enabled",
    )  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, tenant: Tenant) -> tuple[str, str]:
        if tenant.is_being_deleted:
            return "Deleting", f"Deleting: {tenant.deletion_step}"
        return ("Enabled", "Enabled") if tenant.is_enabled else ("Disabled", "Disabled")

    @admin.display(description="")
    def manage(self, tenant: Tenant) -> SafeString:
        """A button of the list's own form, because forms don't nest: it posts elsewhere."""
        if tenant.is_being_deleted:
            return SafeString("")
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
        general = ("name", "display_name", "sip_domain", "is_enabled")
        sign_in = () if obj is not None else ("password", "email")
        contact = ("email", "website") if obj is not None else ("website",)
        options = ("country", "time_zone", "currency", *FURTHER_OPTIONS)
        storage = STORAGE_FIELDS if obj is not None else CLEANING_FIELDS
        return (
            ("General", {"classes": ("tab",), "fields": (*general, *sign_in, *contact, *GENERAL_OPTIONS)}),
            ("Options", {"classes": ("tab",), "fields": options}),
            ("Capability", {"classes": ("tab",), "fields": CAPABILITY_FIELDS}),
            ("Storage", {"classes": ("tab",), "fields": ("disk_quota_mb", *storage)}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Tenant | None = None) -> tuple[str, ...]:
        return ("name", *STORAGE_FIELDS[:3]) if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Tenant | None = None) -> bool:
        is_leaving = obj is not None and obj.is_being_deleted
        return not is_leaving and super().has_change_permission(request, obj)

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

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Asks for the name, and what becomes of the call records; the work itself is done in the background."""
        tenant = self.get_object(request, object_id)
        if not self.has_delete_permission(request, tenant):
            raise PermissionDenied
        if tenant is None:
            raise Http404
        form = TenantDeleteForm(tenant.name, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    tenant_deletion_begin(
                        tenant=tenant,
                        confirmed_name=form.cleaned_data["confirm"],
                        are_cdrs_kept=form.cleaned_data["cdrs"] == "keep",
                    )
                    audit_request(request, action="tenant.delete", target=tenant, tenant=tenant)
            except ValidationError as refusal:
                form.add_error("confirm", refusal.messages[0])
            else:
                messages.success(request, f"{tenant} is disabled and is being deleted.")
                return redirect("admin:tenants_tenant_changelist")
        context = {
            **self.admin_site.each_context(request),
            **(extra_context or {}),
            "title": f"Delete {tenant}",
            "opts": self.opts,
            "original": tenant,
            "tenant": tenant,
            "form": form,
        }
        return render(
            request,
            "pbxsite/tenant_delete.html",
            context,
            status=400 if form.is_bound and form.errors else 200,
        )


class TenantDeleteForm(forms.Form):
    confirm = forms.CharField(
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    cdrs = forms.ChoiceField(
        label="Its call records",
        choices=[("keep", "Keep them for the administrators"), ("purge", "Delete them too")],
        widget=forms.RadioSelect,
    )

    def __init__(self, name: str, *args: Any) -> None:
        super().__init__(*args)
        self.fields["confirm"].label = f"Type the tenant's user name, {name}"
