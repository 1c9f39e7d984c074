"""Reading the audit log: a tenant its own, an administrator everything or (X-Tenant) one tenant's."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from tenants.api.access import MANAGERS, RoleAccess, actor_of
from tenants.models import AuditEntry
from tenants.selectors.audit import audit_list


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "username",
            "tenant_id",
            "action",
            "object_type",
            "object_id",
            "object_name",
            "ip",
        )
        read_only_fields = fields


class AuditLogViewSet(RoleAccess, mixins.ListModelMixin, viewsets.GenericViewSet[AuditEntry]):
    read_roles = MANAGERS
    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.none()
    ordering_fields = {"at": ("at", "id"), "action": ("action",), "username": ("username",)}
    search_fields = ("username", "action", "object_name")

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return audit_list(tenant=actor_of(self.request).tenant)
