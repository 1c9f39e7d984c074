"""Tenants that are gone and whose call records were kept, for administrators: to read, to download, to purge."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from unfold.contrib.filters.admin import FieldTextFilter, RangeDateTimeFilter
from unfold.decorators import display

from callmanager.admin.cdr import CdrAdmin
from callmanager.admin.read_only import ReadOnlyModelAdmin
from callmanager.cdr_export import cdr_csv
from callmanager.fleet.models import Cdr, DeletedTenant, KeptCdr
from callmanager.selectors.deleted_tenant import deleted_tenant_list, kept_cdr_list
from callmanager.services.deleted_tenant import kept_records_purge_begin
from tenants.acting import Actor
from tenants.admin.log_pages import DownloadedList
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb

SUBJECT = "fleet.deletedtenant"


class PurgeForm(forms.Form):
    confirm = forms.CharField(
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, name: str, *args: Any) -> None:
        super().__init__(*args)
        self.fields["confirm"].label = f"Type the user name it had, {name}"


class DeletedTenantAdmin(ReadOnlyModelAdmin):
    list_display = ("name", "display_name", "sip_domain", "deleted", "call_records", "calls_between", "state")
    search_fields = ("name", "display_name", "sip_domain")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeletedTenant]:
        return deleted_tenant_list()

    @admin.display(description="Deleted", ordering="deleted_at")
    def deleted(self, tenant: DeletedTenant) -> str:
        return formats.date_format(timezone.localtime(tenant.deleted_at), "j M Y, H:i")

    @admin.display(description="Call records")
    def call_records(self, tenant: Any) -> int:
        return int(tenant.call_record_count)

    @admin.display(description="Calls from – to")
    def calls_between(self, tenant: Any) -> str:
        if tenant.first_call_at is None:
            return "–"
        first, last = (
            formats.date_format(timezone.localtime(moment), "j M Y")
            for moment in (tenant.first_call_at, tenant.last_call_at)
        )
        return f"{first} – {last}"

    @display(description="State", label={"Kept": "info", "Being deleted": "warning"})  # type: ignore[untyped-decorator, unused-ignore]
    def state(self, tenant: DeletedTenant) -> str:
        return "Being deleted" if tenant.purge_began_at else "Kept"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        return actor.may(SUBJECT, Verb.DELETE)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        deleted = self._asked(request, object_id)
        return self._page(request, deleted, PurgeForm(deleted.name))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Asks for the name; the records themselves go in the background."""
        deleted = self._asked(request, object_id)
        if not self.has_delete_permission(request, deleted):
            raise PermissionDenied
        form = PurgeForm(deleted.name, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                with transaction.atomic():
                    kept_records_purge_begin(deleted=deleted, confirmed_name=form.cleaned_data["confirm"])
                    audit_request(request, action="deleted_tenant.purge", target=deleted)
            except ValidationError as refusal:
                form.add_error("confirm", refusal.messages[0])
            else:
                messages.success(request, f"The call records of {deleted} are being deleted.")
                return redirect("admin:fleet_deletedtenant_changelist")
        return self._page(request, deleted, form)

    def _asked(self, request: HttpRequest, object_id: str) -> Any:
        deleted = self.get_object(request, object_id)
        if deleted is None or not self.has_view_permission(request, deleted):
            raise Http404
        return deleted

    def _page(self, request: HttpRequest, deleted: Any, form: PurgeForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": str(deleted),
            "opts": self.opts,
            "deleted": deleted,
            "calls_between": self.calls_between(deleted),
            "records_url": f"{reverse('admin:fleet_keptcdr_changelist')}?tenant_id={deleted.pk}",
            "csv_url": f"{reverse('admin:fleet_keptcdr_csv')}?tenant_id={deleted.pk}",
            "may_purge": self.has_delete_permission(request, deleted),
            "form": form,
        }
        status = 400 if form.is_bound and form.errors else 200
        return render(request, "pbxsite/deleted_tenant.html", context, status=status)


class KeptCdrAdmin(DownloadedList, CdrAdmin):
    """Call records as their tenant saw them. One tenant's by `?tenant_id=`: a name may have been given again."""

    list_display: tuple[str, ...] = ("tenant_name", *CdrAdmin.list_display)
    list_display_links: tuple[str, ...] | None = ("tenant_name", "started", "caller", "callee")
    list_filter: tuple[Any, ...] = (
        ("tenant_name", FieldTextFilter),
        "status",
        ("started_at", RangeDateTimeFilter),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[KeptCdr]:
        return kept_cdr_list()

    def export(self, rows: QuerySet[Cdr]) -> HttpResponse:
        return cdr_csv(rows)
