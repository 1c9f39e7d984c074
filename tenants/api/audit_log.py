"""Reading the audit log: a tenant its own, an administrator everything or (X-Tenant) one tenant's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from tenants.api.access import actor_of
from tenants.api.log_filters import AuditFilter
from tenants.log_export import audit_csv
from tenants.models import AuditEntry, Role
from tenants.selectors.audit import audit_list


class AuditEntrySerializer(serializers.ModelSerializer[AuditEntry]):
    """`changes` is `{"field": {"before", "after"}}`; of secrets it says only that they changed."""

    role = serializers.ChoiceField(
        choices=Role.choices, read_only=True, allow_blank=True, help_text="Empty where nobody had signed in."
    )
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


class AuditLogViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[AuditEntry]):
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = AuditFilter
    serializer_class = AuditEntrySerializer
    queryset = AuditEntry.objects.none()
    ordering_fields = {"at": ("at", "id"), "action": ("action",), "username": ("username",)}
    search_fields = ("username", "action", "object_name", "reason")

    def get_queryset(self) -> QuerySet[AuditEntry]:
        return audit_list(tenant=actor_of(self.request).tenant)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, url_path="csv", pagination_class=None)
    def csv(self, request: Request) -> Any:
        """The list with its filters as CSV, 50,000 rows at most."""
        return audit_csv(self.filter_queryset(self.get_queryset()))
