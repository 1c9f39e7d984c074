"""Tenants, for administrators."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.models import Tenant
from tenants.selectors.tenant import tenant_list
from tenants.services.tenant import (
    tenant_create,
    tenant_delete,
    tenant_disable,
    tenant_enable,
    tenant_update,
)


class TenantSerializer(serializers.ModelSerializer[Tenant]):
    class Meta:
        model = Tenant
        fields: tuple[str, ...] = (
            "id",
            "name",
            "display_name",
            "sip_domain",
            "is_enabled",
            "time_zone",
            "created_at",
        )
        read_only_fields: tuple[str, ...] = ("id", "created_at")


class TenantCreateSerializer(TenantSerializer):
    """`password` is for the user of the tenant's name, who signs in for it."""

    password = serializers.CharField(write_only=True, max_length=256, trim_whitespace=False)
    email = serializers.EmailField(write_only=True, required=False, allow_blank=True)

    class Meta(TenantSerializer.Meta):
        fields = (*TenantSerializer.Meta.fields, "password", "email")
        extra_kwargs = {"display_name": {"required": False, "allow_blank": True}}


class TenantUpdateSerializer(TenantSerializer):
    class Meta(TenantSerializer.Meta):
        read_only_fields = (*TenantSerializer.Meta.read_only_fields, "name")


class TenantFilter(django_filters.FilterSet):
    is_enabled = TrueFalseFilter()


class TenantViewSet(viewsets.GenericViewSet[Tenant]):
    serializer_class = TenantSerializer
    queryset = Tenant.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": ("name",),
        "display_name": ("display_name",),
        "sip_domain": ("sip_domain",),
        "created_at": ("created_at",),
    }
    search_fields = ("name", "display_name", "sip_domain")
    filterset_class = TenantFilter

    def get_queryset(self) -> QuerySet[Tenant]:
        return tenant_list()

    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(TenantSerializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(TenantSerializer(self.get_object()).data)

    @extend_schema(request=TenantCreateSerializer, responses={201: TenantSerializer})
    def create(self, request: Request) -> Response:
        form = TenantCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            tenant = tenant_create(**form.validated_data)
            audit_request(request._request, action="tenant.create", target=tenant, tenant=tenant)
        return Response(TenantSerializer(tenant).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=TenantUpdateSerializer, responses=TenantSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=TenantUpdateSerializer, responses=TenantSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """With everything that belongs to it. There is no way back."""
        tenant = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="tenant.delete", target=tenant)
            tenant_delete(tenant=tenant)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        tenant = self.get_object()
        form = TenantUpdateSerializer(tenant, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        changes: dict[str, Any] = dict(form.validated_data)
        is_enabled = changes.pop("is_enabled", tenant.is_enabled)
        with transaction.atomic():
            if changes:
                tenant_update(tenant=tenant, **changes)
            if is_enabled != tenant.is_enabled:
                (tenant_enable if is_enabled else tenant_disable)(tenant=tenant)
            audit_request(request._request, action="tenant.update", target=tenant, tenant=tenant)
        return Response(TenantSerializer(tenant).data)
