"""Where a tenant wants to be told of events, by topic: `cdr` and `extension`."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request
from tenants.event_kinds import EVENT_KINDS
from tenants.models.event_url import EventTopic, EventUrl
from tenants.services.event_url import (
    event_url_find,
    event_url_list,
    event_url_new_secret,
    event_url_remove,
    event_url_set,
)

EVENT_NAMES = [name for kinds in EVENT_KINDS.values() for name in kinds]
TOPIC = OpenApiParameter("topic", str, OpenApiParameter.PATH, enum=EventTopic.values)


class EventUrlSerializer(serializers.ModelSerializer[EventUrl]):
    """Each event is sent as JSON by POST, signed with the secret. The password is written and never read.

    `events` are the single events of the topic that are wanted; empty means all, also those that come later. `cdr` has
    one, `call_cdr`.
    """

    events = serializers.ListField(
        child=serializers.ChoiceField(choices=EVENT_NAMES), required=False, max_length=len(EVENT_NAMES)
    )
    password = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=256, trim_whitespace=False
    )
    has_password = serializers.SerializerMethodField()

    class Meta:
        model = EventUrl
        fields: tuple[str, ...] = (
            "topic",
            "is_enabled",
            "url",
            "events",
            "format",
            "authentication",
            "username",
            "password",
            "has_password",
            "timeout_s",
            "updated_at",
        )
        read_only_fields = ("topic", "updated_at")

    def get_has_password(self, event_url: EventUrl) -> bool:
        return bool(event_url.password)


class EventUrlSecretSerializer(EventUrlSerializer):
    """With the secret that signs deliveries: in the answers to its making only."""

    class Meta(EventUrlSerializer.Meta):
        fields = (*EventUrlSerializer.Meta.fields, "signing_secret")


class EventUrlsView(ResourceAccess, APIView):
    subject = "tenants.eventurl"

    @extend_schema(operation_id="event_urls_list", responses=EventUrlSerializer(many=True))
    def get(self, request: Request) -> Response:
        return Response(EventUrlSerializer(event_url_list(tenant=tenant_of(request)), many=True).data)


class EventUrlView(ResourceAccess, APIView):
    subject = "tenants.eventurl"

    @extend_schema(operation_id="event_urls_read", parameters=[TOPIC], responses=EventUrlSerializer)
    def get(self, request: Request, topic: str) -> Response:
        return Response(EventUrlSerializer(_chosen(request, topic)).data)

    @extend_schema(
        operation_id="event_urls_change",
        parameters=[TOPIC],
        request=EventUrlSerializer,
        responses=EventUrlSecretSerializer,
    )
    def patch(self, request: Request, topic: str) -> Response:
        """Makes it if there is none; the answer to that holds the signing secret."""
        tenant, wanted = tenant_of(request), _topic(topic)
        known = event_url_find(tenant=tenant, topic=wanted)
        form = EventUrlSerializer(known, data=request.data, partial=known is not None)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            event_url = event_url_set(tenant=tenant, topic=wanted, **form.validated_data)
            audit_request(request._request, action="event_url.update", target=event_url)
        serializer = EventUrlSecretSerializer if known is None else EventUrlSerializer
        return Response(serializer(event_url).data)

    @extend_schema(operation_id="event_urls_remove", parameters=[TOPIC], responses={204: None})
    def delete(self, request: Request, topic: str) -> Response:
        event_url = _chosen(request, topic)
        with transaction.atomic():
            audit_request(request._request, action="event_url.delete", target=event_url)
            event_url_remove(event_url=event_url)
        return Response(status=status.HTTP_204_NO_CONTENT)


class EventUrlSecretView(ResourceAccess, APIView):
    subject = "tenants.eventurl"

    @extend_schema(
        operation_id="event_urls_new_secret",
        parameters=[TOPIC],
        request=None,
        responses=EventUrlSecretSerializer,
    )
    def post(self, request: Request, topic: str) -> Response:
        """The old secret ends at once."""
        event_url = _chosen(request, topic)
        with transaction.atomic():
            event_url = event_url_new_secret(event_url=event_url)
            audit_request(request._request, action="event_url.new_secret", target=event_url)
        return Response(EventUrlSecretSerializer(event_url).data)


def _chosen(request: Request, topic: str) -> EventUrl:
    event_url = event_url_find(tenant=tenant_of(request), topic=_topic(topic))
    if event_url is None:
        raise Http404
    return event_url


def _topic(name: str) -> EventTopic:
    if name not in EventTopic.values:
        raise Http404
    return EventTopic(name)
