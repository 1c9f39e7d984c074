"""Who waited in call queues, and what became of them; with the lost calls among them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Length
from rest_framework import mixins, serializers, viewsets

from callmanager.api.cdrs import MomentFilter
from callmanager.fleet.models import QueueStay
from callmanager.fleet.models.queue_stay import OUTCOMES
from callmanager.selectors.queue_stay import queue_stay_list
from tenants.api.access import ResourceAccess, tenant_of
from tenants.scoped_models import ScopedQuerySet


class QueueCallSerializer(serializers.ModelSerializer[QueueStay]):
    """`waited_ms` and `left_at` are null of who waits now. `is_lost`: nobody of the queue has talked with the caller.
    `session_id` names the call, as in the call records."""

    class Meta:
        model = QueueStay
        fields = (
            "id",
            "session_id",
            "queue",
            "queue_name",
            "caller",
            "caller_name",
            "is_from_inside",
            "entered_at",
            "left_at",
            "waited_ms",
            "outcome",
            "is_lost",
            "agent",
            "sla_s",
            "is_sla_breached",
        )
        read_only_fields = fields


class QueueCallFilter(django_filters.FilterSet):
    """`from` is inclusive, `to` exclusive, both by when the caller came."""

    queue = django_filters.CharFilter()
    caller = django_filters.CharFilter()
    agent = django_filters.CharFilter()
    outcome = django_filters.ChoiceFilter(choices=OUTCOMES)
    is_lost = django_filters.BooleanFilter()
    is_sla_breached = django_filters.BooleanFilter()
    session_id = django_filters.CharFilter()


QueueCallFilter.base_filters["from"] = MomentFilter(field_name="entered_at", lookup_expr="gte")
QueueCallFilter.base_filters["to"] = MomentFilter(field_name="entered_at", lookup_expr="lt")


class QueueCallViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[QueueStay]
):
    serializer_class = QueueCallSerializer
    queryset = ScopedQuerySet(QueueStay)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = QueueCallFilter
    ordering_fields: dict[str, Any] = {
        "entered_at": ("entered_at", "id"),
        "waited_ms": ("waited_ms",),
        "queue": (Length("queue"), "queue"),
        "caller": (Length("caller"), "caller"),
    }
    search_fields = ("caller", "caller_name", "agent", "session_id")

    def get_queryset(self) -> QuerySet[QueueStay]:
        tenant_of(self.request)
        return queue_stay_list()
