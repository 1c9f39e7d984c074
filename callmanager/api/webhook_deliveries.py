"""What event URLs were told, what they answered, and sending it again."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.fleet.models import DeliveryState, WebhookDelivery
from callmanager.selectors.webhook_delivery import webhook_delivery_list
from callmanager.webhooks.replay import webhook_delivery_replay
from tenants.api.access import ResourceAccess
from tenants.audit_trail import audit_request
from tenants.models import EventTopic
from tenants.scoped_models import ScopedQuerySet


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """`event_id` is the header `webhook-id`, the same for all attempts and for what is sent again."""

    class Meta:
        model = WebhookDelivery
        fields: tuple[str, ...] = (
            "id",
            "event_id",
            "topic",
            "key",
            "ordering_key",
            "state",
            "is_replay",
            "attempts",
            "created_at",
            "next_attempt_at",
            "finished_at",
            "status_code",
            "error",
            "duration_ms",
        )
        read_only_fields = fields


class AttemptSerializer(serializers.Serializer[dict[str, Any]]):
    at = serializers.DateTimeField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    duration_ms = serializers.IntegerField()


class WebhookDeliveryDetailSerializer(WebhookDeliverySerializer):
    """With what was sent and answered at the last attempt: secrets masked, the answer's first 4 KiB."""

    request_headers = serializers.DictField(child=serializers.CharField(), read_only=True)
    response_headers = serializers.DictField(child=serializers.CharField(), read_only=True)
    attempt_log = AttemptSerializer(many=True, read_only=True)

    class Meta(WebhookDeliverySerializer.Meta):
        fields = (
            *WebhookDeliverySerializer.Meta.fields,
            "url",
            "body",
            "request_headers",
            "response_headers",
            "response_body",
            "attempt_log",
        )
        read_only_fields = fields


class WebhookDeliveryFilter(django_filters.FilterSet):
    topic = django_filters.ChoiceFilter(choices=EventTopic.choices)
    state = django_filters.ChoiceFilter(choices=DeliveryState.choices)
    key = django_filters.CharFilter()
    ordering_key = django_filters.CharFilter()
    event_id = django_filters.CharFilter()
    since = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    until = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class WebhookDeliveryViewSet(
    ResourceAccess,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[WebhookDelivery],
):
    """Kept for two weeks."""

    serializer_class = WebhookDeliverySerializer
    queryset = ScopedQuerySet(
        WebhookDelivery
    )  # names the model for the schema; without a scope it answers nothing
    filterset_class = WebhookDeliveryFilter
    ordering_fields = {"created_at": ("id",), "state": ("state", "id"), "key": ("key", "id")}
    search_fields = ("key", "ordering_key", "event_id")

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        return webhook_delivery_list()

    def get_serializer_class(self) -> type[WebhookDeliverySerializer]:
        return WebhookDeliverySerializer if self.action == "list" else WebhookDeliveryDetailSerializer

    @extend_schema(request=None, responses={201: WebhookDeliveryDetailSerializer})
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, **_: Any) -> Response:
        """A new delivery with the same `event_id` and body, to the address as it is now."""
        with transaction.atomic():
            again = webhook_delivery_replay(delivery=self.get_object())
            audit_request(request._request, action="webhook_delivery.replay", target=again)
        return Response(WebhookDeliveryDetailSerializer(again).data, status=status.HTTP_201_CREATED)
