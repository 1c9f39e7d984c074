"""The activity log: who did or tried what, with every field's value before and after."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    FieldTextFilter,
    RangeDateTimeFilter,
)
from unfold.decorators import display

from tenants.admin.log_pages import LogAdmin
from tenants.log_export import audit_csv
from tenants.models import AuditEntry
from tenants.selectors.audit import audit_list

OUTCOME_LABELS = {"Done": "success", "Failed": "danger"}


class AuditEntryAdmin(LogAdmin):
    list_display_links = ("moment", "what")
    search_fields = ("username", "action", "object_name", "reason", "ip")

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        own = ("moment", "person", "what", "object_name", "outcome_label", "brief_reason", "ip")
        return (*own[:2], "tenant_name", *own[2:]) if self.is_platform(request) else own

    def get_list_filter(self, request: HttpRequest) -> Any:
        own = (
            ("at", RangeDateTimeFilter),
            ("outcome", ChoicesDropdownFilter),
            ("door", ChoicesDropdownFilter),
            ("username", FieldTextFilter),
            ("action", FieldTextFilter),
        )
        return (*own, ("tenant_name", FieldTextFilter)) if self.is_platform(request) else own

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return audit_list(tenant=None if self.is_platform(request) else request.actor.tenant)  # type: ignore[attr-defined] # see is_platform

    def export(self, rows: QuerySet[AuditEntry]) -> HttpResponse:
        return audit_csv(rows)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        entry = self.get_object(request, object_id)
        if entry is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": action_words(entry.action),
            "opts": self.opts,
            "entry": entry,
            "action": action_words(entry.action),
        }
        return render(request, "pbxsite/audit_entry.html", context)

    @admin.display(description="Person", ordering="username")
    def person(self, entry: AuditEntry) -> str:
        return entry.actor

    @admin.display(description="Action", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        return action_words(entry.action)

    @display(description="Outcome", label=OUTCOME_LABELS, ordering="outcome")  # type: ignore[untyped-decorator, unused-ignore]
    def outcome_label(self, entry: AuditEntry) -> str:
        return entry.get_outcome_display()

    @admin.display(description="Reason")
    def brief_reason(self, entry: AuditEntry) -> str:
        return entry.reason if len(entry.reason) <= 80 else f"{entry.reason[:80]}…"


def action_words(action: str) -> str:
    """`extension.create` as "Extension · create"."""
    subject, _, verb = action.rpartition(".")
    words = f"{subject.replace('_', ' ')} · {verb.replace('_', ' ')}" if subject else action.replace("_", " ")
    return words[:1].upper() + words[1:]
