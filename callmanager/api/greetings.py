"""What callers of a mailbox hear. An extension's person sees its own alone."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.mailbox_access import own_rows, sound_answer
from callmanager.models import Extension, Greeting
from callmanager.models.mailbox import STATUS_NAMES
from callmanager.selectors.extension import extension_list
from callmanager.selectors.voicemail import greeting_list
from callmanager.services.greeting import (
    greeting_activate,
    greeting_add,
    greeting_deactivate,
    greeting_delete,
)
from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.api.uploads import MadeOfUpload
from tenants.audit_trail import audit_request
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet


class GreetingSerializer(serializers.ModelSerializer[Greeting]):
    """`status`: the presence in which it is played; empty for all that have none of their own."""

    extension_number = serializers.CharField(source="extension.number", read_only=True)

    class Meta:
        model = Greeting
        fields = ("id", "extension_number", "name", "status", "is_active", "length_s", "created_at")
        read_only_fields = tuple(name for name in fields if name != "is_active")


class GreetingUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data."""

    file = serializers.FileField()
    extension_number = serializers.CharField(
        max_length=20, required=False, help_text="An extension's person may leave it out."
    )
    status = serializers.ChoiceField(
        choices=list(STATUS_NAMES.items()), required=False, allow_blank=True, default=""
    )


class GreetingFilter(django_filters.FilterSet):
    extension_number = django_filters.CharFilter(field_name="extension__number")
    is_active = TrueFalseFilter()


class GreetingViewSet(
    ResourceAccess,
    MadeOfUpload,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    viewsets.GenericViewSet[Greeting],
):
    serializer_class = GreetingSerializer
    queryset = ScopedQuerySet(Greeting)
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = GreetingFilter
    ordering_fields = {"name": ("name",), "created_at": ("created_at",)}
    search_fields = ("name", "extension__number")

    def get_queryset(self) -> QuerySet[Greeting]:
        return own_rows(self.request, greeting_list, "extension__number")

    @extend_schema(
        request={"multipart/form-data": GreetingUploadSerializer}, responses={201: GreetingSerializer}
    )
    def create(self, request: Request) -> Response:
        form = GreetingUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        extension = self._extension(form.validated_data.get("extension_number", ""))
        upload = form.validated_data["file"]
        with transaction.atomic():
            greeting = greeting_add(
                extension=extension,
                source=upload.file,
                size_bytes=upload.size,
                name=upload.name,
                status=form.validated_data["status"],
            )
            audit_request(request._request, action="greeting.create", target=greeting)
        return Response(GreetingSerializer(greeting).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=GreetingSerializer, responses=GreetingSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Make it the one that callers hear, or none of its status."""
        greeting = self.get_object()
        form = GreetingSerializer(greeting, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        is_active = form.validated_data.get("is_active", greeting.is_active)
        with transaction.atomic():
            change = greeting_activate if is_active else greeting_deactivate
            greeting = change(greeting=greeting)
            audit_request(request._request, action="greeting.update", target=greeting)
        return Response(GreetingSerializer(greeting).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        greeting = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="greeting.delete", target=greeting)
            greeting_delete(greeting=greeting)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "audio/wav"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True)
    def content(self, request: Request, pk: str) -> FileResponse:
        """The sound."""
        return sound_answer(request, self.get_object().stored_file_id)

    def _extension(self, number: str) -> Extension:
        tenant_of(self.request)
        actor = actor_of(self.request)
        own = actor.user.extension_number if actor.role == Role.EXTENSION else ""
        extension = extension_list().filter(number=number or own).first()
        if extension is None or (own and extension.number != own):
            raise serializers.ValidationError(
                {"extension_number": serializers.ErrorDetail("There is no such extension.", "not_found")}
            )
        return extension
