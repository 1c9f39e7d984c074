"""Reading the audit log: a tenant its own, an administrator everything or (X-Tenant) one tenant's."""

from __future__ import annotations

from django.db.models import QuerySet
from rest_framework import mixins, serializers, viewsets

from tenants.api.access import MANAGERS, RoleAccess, actor_of
from tenants.models import AuditEntry
from tenants.selectors.audit import audit_list


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """`changes` is `{"field": {"before", "after"}}`; of secrets it says only that they changed."""

    actor = serializers.CharField(
        read_only=True, help_text="The person, and for whom an administrator acted."
    )
    changes = serializers.DictField(
        child=serializers.DictField(child=serializers.JSONField(allow_null=True)), read_only=True
    )

    class Meta:
        model = AuditEntry
        fields = (
            "id",
            "at",
            "actor",
            "username",
            "role",
            "tenant_id",
            "tenant_name",
            "is_on_behalf",
            "door",
            "action",
            "object_type",
            "object_id",
            "object_name",
            "outcome",
            "reason",
            "changes",
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
