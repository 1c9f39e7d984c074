"""What the pages of both logs share: read-only, in time order, filtered, and a download of what is shown."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import formats, timezone
from unfold.admin import ModelAdmin

from tenants.acting import Actor


class DownloadedList(ModelAdmin):
    """A list with a button that downloads what is shown as CSV."""

    change_list_template = "pbxsite/log_list.html"

    def export(self, rows: QuerySet[Any]) -> HttpResponse:
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_csv"
        return [path("csv/", self.admin_site.admin_view(self.csv_view), name=name), *super().get_urls()]

    def csv_view(self, request: HttpRequest) -> HttpResponse:
        """The list's own filters, search and order, without its pages."""
        return self.export(self.get_changelist_instance(request).queryset)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_csv")
        query = request.GET.urlencode()
        context = {"csv_url": f"{url}?{query}" if query else url, **(extra_context or {})}
        response: HttpResponse = super().changelist_view(request, context)
        return response


class LogAdmin(DownloadedList):
    """Subclasses add their columns and `export`."""

    list_fullwidth = True
    list_filter_submit = True
    list_filter_sheet = True
    list_per_page = 50
    # Counting millions of rows for "of N" would cost more than the page.
    show_full_result_count = False
    actions = None

    def is_platform(self, request: HttpRequest) -> bool:
        actor: Actor = request.actor  # type: ignore[attr-defined] # nobody else comes this far
        return actor.tenant is None

    @admin.display(description="Time", ordering="at")
    def moment(self, row: Any) -> str:
        return formats.date_format(timezone.localtime(row.at), "j M Y, H:i:s")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
