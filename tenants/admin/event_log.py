"""The event log: what happened to the system itself."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    FieldTextFilter,
    MultipleChoicesDropdownFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from tenants.admin.log_pages import LogAdmin
from tenants.log_export import event_csv
from tenants.models import EventLogEntry
from tenants.selectors.event_log import event_list

SEVERITY_LABELS = {"Information": "info", "Warning": "warning", "Error": "danger", "Critical": "danger"}
SEVERITY_CLASSES = {"info": "td-info", "warning": "td-warn", "error": "td-bad", "critical": "td-bad"}


class EventLogAdmin(LogAdmin):
    list_display_links = ("moment", "message")
    search_fields = ("kind", "message", "tenant_name")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        own = ("moment", "severity_label", "source", "message")
        return (*own, "tenant_name") if self.is_platform(request) else own

    def get_list_filter(self, request: HttpRequest) -> Any:
        own = (
            ("at", RangeDateTimeFilter),
            ("severity", MultipleChoicesDropdownFilter),
            ("source", ChoicesDropdownFilter),
            ("kind", FieldTextFilter),
        )
        return (*own, ("tenant_name", FieldTextFilter)) if self.is_platform(request) else own

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventLogEntry]:
        return event_list()

    def export(self, rows: QuerySet[EventLogEntry]) -> HttpResponse:
        return event_csv(rows)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        event = self.get_object(request, object_id)
        if event is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": "Event",
            "opts": self.opts,
            "event": event,
            "severity_class": SEVERITY_CLASSES.get(event.severity, ""),
            "data": [(name.replace("_", " "), _shown(value)) for name, value in event.data.items()],
        }
        return render(request, "pbxsite/event_log_entry.html", context)

    @display(description="Severity", label=SEVERITY_LABELS, ordering="severity")  # type: ignore[untyped-decorator, unused-ignore]
    def severity_label(self, event: EventLogEntry) -> str:
        return event.get_severity_display()


def _shown(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
