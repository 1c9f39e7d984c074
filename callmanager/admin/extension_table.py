"""Many extensions at once in the console: actions on the chosen rows, import of a table, export of the list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm

from callmanager.admin.extension_import import import_columns_json, import_page
from callmanager.admin.usage_links import usage_links
from callmanager.domain.extension_table import SAMPLE
from callmanager.models import Extension, ExtensionGroup
from callmanager.selectors.usage import extension_usage
from callmanager.services.extension_bulk import BulkAction, extensions_change
from callmanager.services.extension_export import extension_export
from tenants.acting import Actor
from tenants.audit_trail import audit_request
from tenants.capabilities import Verb
from tenants.console_access import needs

SUBJECT = "callmanager.extensiontable"


class ExtensionActionForm(ActionForm):
    group = forms.ChoiceField(
        label="Group", required=False, widget=forms.Select(attrs={"class": "td-action-group"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = ExtensionGroup.objects.values_list("pk", "name")
        self.fields["group"].choices = [("", "Group …"), *groups]


class ExtensionTableAdmin(ModelAdmin):
    """Mixed into the page of extensions."""

    actions = ("enable_chosen", "disable_chosen", "add_chosen_to_group")
    action_form = ExtensionActionForm

    def table_urls(self) -> list[URLPattern]:
        def page(view: Callable[..., HttpResponse], verb: Verb) -> Any:
            return self.admin_site.admin_view(needs(SUBJECT, verb)(view))

        import_view = require_http_methods(["GET", "POST"])(self.import_view)
        columns_view = require_POST(import_columns_json)
        return [
            path("import/", page(import_view, Verb.ADD), name="extension_import"),
            path("import/columns/", page(columns_view, Verb.ADD), name="extension_import_columns"),
            path(
                "import/sample.csv", page(require_safe(self.sample_view), Verb.ADD), name="extension_sample"
            ),
            path("export.csv", page(require_safe(self.export_view), Verb.VIEW), name="extension_export"),
        ]

    def import_view(self, request: HttpRequest) -> HttpResponse:
        return import_page(self, request)

    def sample_view(self, request: HttpRequest) -> HttpResponse:
        response = HttpResponse(SAMPLE, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="extensions-sample.csv"'
        return response

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The list's own filters, search and order, without its pages."""
        actor = _actor(request)
        if actor.tenant is None:
            raise TypeError("the tenant's site has no other requests")
        chosen = Extension.objects.filter(pk__in=self.get_changelist_instance(request).queryset.values("pk"))
        return extension_export(tenant=actor.tenant, extensions=chosen.defer("sip_password", "ha1"))

    @admin.action(description="Enable", permissions=["change"])
    def enable_chosen(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        self._change(request, queryset, BulkAction.ENABLE)

    @admin.action(description="Disable", permissions=["change"])
    def disable_chosen(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        self._change(request, queryset, BulkAction.DISABLE)

    @admin.action(description="Add to the group", permissions=["change"])
    def add_chosen_to_group(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        chosen = request.POST.get("group", "")
        group = ExtensionGroup.objects.filter(pk=chosen).first() if chosen.isdecimal() else None
        if group is None:
            messages.error(request, "Choose the group beside the action.")
            return
        self._change(request, queryset, BulkAction.ADD_TO_GROUP, group)

    def get_deleted_objects(
        self, objs: Iterable[Extension], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Without a line for every membership; with those who still send calls there."""
        extensions = list(objs)
        kept = set() if self.has_delete_permission(request) else {"extensions"}
        used = usage_links(extension_usage(ids=[extension.pk for extension in extensions]))
        return [f"Extension {one}" for one in extensions], {"extensions": len(extensions)}, kept, list(used)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Extension]) -> None:
        self._change(request, queryset, BulkAction.DELETE, is_told=False)

    def _change(
        self,
        request: HttpRequest,
        queryset: QuerySet[Extension],
        action: BulkAction,
        group: ExtensionGroup | None = None,
        *,
        is_told: bool = True,
    ) -> None:
        ids = list(queryset.values_list("pk", flat=True))
        with transaction.atomic():
            numbers = extensions_change(action=action, ids=ids, group=group)
            audit_request(
                request,
                action=f"extension.{action.value}",
                target=group,
                object_type="extension",
                changes={"extensions": {"before": None, "after": numbers[:1000]}},
            )
        if is_told:
            messages.success(request, f"Done for {len(numbers):,} extensions.")


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
    return actor
