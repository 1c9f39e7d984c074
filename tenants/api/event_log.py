"""Reading the event log: a tenant its own, an administrator everything or (X-Tenant) one tenant's."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from tenants.api.log_filters import EventLogFilter
from tenants.log_export import event_csv
from tenants.models import EventLogEntry
from tenants.scoped_models import ScopedQuerySet
from tenants.selectors.event_log import event_list


class EventLogSerializer(serializers.ModelSerializer[EventLogEntry]):
    """`kind` is for programs, `message` for people; without `tenant_id` it concerns the platform."""

    class Meta:
        model = EventLogEntry
        fields = ("id", "at", "severity", "source", "kind", "tenant_id", "tenant_name", "message", "data")
        read_only_fields = fields


class EventLogViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[EventLogEntry]
):
    serializer_class = EventLogSerializer
    queryset = ScopedQuerySet(
        EventLogEntry
    )  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = EventLogFilter
    ordering_fields = {
        "at": ("at", "id"),
        "severity": ("severity",),
        "source": ("source",),
        "kind": ("kind",),
    }
    search_fields = ("kind", "message", "tenant_name")

    def get_queryset(self) -> QuerySet[EventLogEntry]:
        return event_list()

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR})
    @action(detail=False, url_path="csv", pagination_class=None)
    def csv(self, request: Request) -> Any:
        """The list with its filters as CSV, 50,000 rows at most."""
        return event_csv(self.filter_queryset(self.get_queryset()))
