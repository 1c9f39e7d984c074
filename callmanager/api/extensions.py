"""Extensions. The SIP password is written, never read, except in the answer to its generation."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.models import Extension
from callmanager.selectors.extension import extension_list
from callmanager.selectors.person import own_extension_list
from callmanager.services.extension import extension_create, extension_delete, extension_update
from callmanager.services.sip_password import sip_password_generate
from tenants.api.access import EVERYBODY, MANAGERS, RoleAccess, actor_of, tenant_of
from tenants.audit_trail import audit_request
from tenants.models import Role
from tenants.scoped_models import ScopedQuerySet


class ExtensionSerializer(serializers.ModelSerializer[Extension]):
    """`number` is what is dialled; it takes effect for the next call and the next registration."""

    # Uniqueness is the service's word: it answers a lost race too.
    number = serializers.RegexField(
        r"^[A-Za-z0-9]+\Z", max_length=20, error_messages={"invalid": "Only letters and digits."}
    )
    sip_password = serializers.CharField(
        write_only=True, required=False, max_length=64, trim_whitespace=False
    )
    web_password = serializers.CharField(
        write_only=True, required=False, max_length=256, trim_whitespace=False
    )

    class Meta:
        model = Extension
        fields = (
            "id",
            "number",
            "display_name",
            "email",
            "is_enabled",
            "ring_timeout_s",
            "sip_password",
            "web_password",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")


class ExtensionCreatedSerializer(ExtensionSerializer):
    """As any extension; `sip_password` is shown here once if it was generated."""

    sip_password = serializers.CharField(read_only=True, required=False)


class ExtensionFilter(django_filters.FilterSet):
    """Written out: derived from the model, it would ask the database outside any scope."""

    number = django_filters.CharFilter()
    email = django_filters.CharFilter(lookup_expr="iexact")
    is_enabled = django_filters.BooleanFilter()


class ExtensionViewSet(RoleAccess, viewsets.GenericViewSet[Extension]):
    read_roles = EVERYBODY
    write_roles = MANAGERS
    serializer_class = ExtensionSerializer
    queryset = ScopedQuerySet(Extension)  # names the model for the schema; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "display_name": ("display_name",),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("number", "display_name", "email")
    filterset_class = ExtensionFilter

    def get_queryset(self) -> QuerySet[Extension]:
        tenant_of(self.request)
        actor = actor_of(self.request)
        if actor.role == Role.EXTENSION:
            return own_extension_list(number=actor.user.extension_number)
        return extension_list()

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ExtensionSerializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(ExtensionSerializer(self.get_object()).data)

    @extend_schema(request=ExtensionSerializer, responses={201: ExtensionCreatedSerializer})
    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = ExtensionSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted: dict[str, Any] = dict(form.validated_data)
        generated = None
        if "sip_password" not in wanted:
            generated = wanted["sip_password"] = sip_password_generate(number=wanted["number"])
        with transaction.atomic():
            extension = extension_create(**wanted)
            audit_request(request._request, action="extension.create", target=extension)
        answer = dict(ExtensionSerializer(extension).data)
        if generated is not None:
            answer["sip_password"] = generated
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(request=ExtensionSerializer, responses=ExtensionSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=ExtensionSerializer, responses=ExtensionSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        extension = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="extension.delete", target=extension)
            extension_delete(extension=extension)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        extension = self.get_object()
        form = ExtensionSerializer(extension, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            extension = extension_update(extension=extension, **form.validated_data)
            audit_request(request._request, action="extension.update", target=extension)
        return Response(ExtensionSerializer(extension).data)
