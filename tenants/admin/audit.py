"""The audit log, read-only."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from tenants.acting import Actor
from tenants.models import AuditEntry
from tenants.selectors.audit import audit_list


class AuditEntryAdmin(ModelAdmin):
    list_display = ("at", "username", "what", "object_name", "ip")
    list_filter = ("action",)
    search_fields = ("username", "action", "object_name")
    list_display_links = None
    list_fullwidth = True
    actions = None

    @admin.display(description="Action", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        subject, _, verb = entry.action.rpartition(".")
        return f"{subject.replace('_', ' ')} · {verb.replace('_', ' ')}" if subject else entry.action

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        return audit_list(tenant=actor.tenant)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
