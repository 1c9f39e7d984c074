"""Tenants, for administrators: everything a tenant may have and do, and its end."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import ResourceAccess
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.models import Tenant
from tenants.models.tenant_options import (
    CAPABILITY_FIELDS,
    CLEANING_FIELDS,
    OPTION_FIELDS,
)
from tenants.scope import across_tenants
from tenants.selectors.tenant import tenant_list_with_usage
from tenants.services.tenant import (
    tenant_create,
    tenant_disable,
    tenant_enable,
    tenant_update,
)
from tenants.services.tenant_deletion import tenant_deletion_begin

USAGE_FIELDS = ("storage_used_bytes", "recordings_used_bytes", "voicemails_used_bytes")


class TenantSerializer(serializers.ModelSerializer[Tenant]):
    """Limits that are null are none. `deletion_step` tells how far the deletion of a tenant is."""

    storage_used_bytes = serializers.IntegerField(read_only=True)
    recordings_used_bytes = serializers.IntegerField(read_only=True)
    voicemails_used_bytes = serializers.IntegerField(read_only=True)

    class Meta:
        model = Tenant
        fields: tuple[str, ...] = (
            "id",
            "name",
            "display_name",
            "sip_domain",
            "is_enabled",
            "time_zone",
            *OPTION_FIELDS,
            *CAPABILITY_FIELDS,
            "disk_quota_mb",
            *USAGE_FIELDS,
            *CLEANING_FIELDS,
            "deletion_began_at",
            "deletion_step",
            "created_at",
        )
        read_only_fields: tuple[str, ...] = ("id", "created_at", "deletion_began_at", "deletion_step")


class TenantCreateSerializer(TenantSerializer):
    """`password` is for the user of the tenant's name, who signs in for it and has to choose another one the first
    time (`new_password` of `/api/auth/login`); `email` is that user's too.
    """

    password = serializers.CharField(write_only=True, max_length=256, trim_whitespace=False)

    class Meta(TenantSerializer.Meta):
        fields = (*TenantSerializer.Meta.fields, "password")
        extra_kwargs = {"display_name": {"required": False, "allow_blank": True}}


class TenantUpdateSerializer(TenantSerializer):
    class Meta(TenantSerializer.Meta):
        read_only_fields = (*TenantSerializer.Meta.read_only_fields, "name")


class TenantDeleteSerializer(serializers.Serializer[Any]):
    """As query parameters or as a body."""

    confirm = serializers.CharField(max_length=32, help_text="The tenant's user name, once more.")
    cdrs = serializers.ChoiceField(
        choices=("keep", "purge"), help_text="Whether its call records stay, for administrators, or go too."
    )


class TenantFilter(django_filters.FilterSet):
    is_enabled = TrueFalseFilter()
    country = django_filters.CharFilter()
    currency = django_filters.CharFilter()
    is_being_deleted = TrueFalseFilter(field_name="deletion_began_at", lookup_expr="isnull", exclude=True)


class TenantViewSet(ResourceAccess, viewsets.GenericViewSet[Tenant]):
    serializer_class = TenantSerializer
    queryset = Tenant.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": ("name",),
        "display_name": ("display_name",),
        "sip_domain": ("sip_domain",),
        "country": ("country",),
        "created_at": ("created_at",),
    }
    search_fields = ("name", "display_name", "sip_domain", "email")
    filterset_class = TenantFilter

    def get_queryset(self) -> QuerySet[Tenant]:
        return tenant_list_with_usage()

    def list(self, request: Request) -> Response:
        with across_tenants():
            page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(TenantSerializer(page, many=True).data)

    def retrieve(self, request: Request, pk: str) -> Response:
        with across_tenants():
            tenant = self.get_object()
        return Response(TenantSerializer(tenant).data)

    @extend_schema(request=TenantCreateSerializer, responses={201: TenantSerializer})
    def create(self, request: Request) -> Response:
        form = TenantCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            tenant = tenant_create(**form.validated_data)
            audit_request(request._request, action="tenant.create", target=tenant, tenant=tenant)
        return Response(self._shown(tenant), status=status.HTTP_201_CREATED)

    @extend_schema(request=TenantUpdateSerializer, responses=TenantSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=TenantUpdateSerializer, responses=TenantSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(
        parameters=[
            OpenApiParameter("confirm", str, description="The tenant's user name, once more."),
            OpenApiParameter("cdrs", str, enum=["keep", "purge"]),
        ],
        request=TenantDeleteSerializer,
        responses={202: TenantSerializer},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """It is disabled at once and gone a little later: ask for it until the answer is 404. There is no way back."""
        tenant = self.get_object()
        body = request.data if isinstance(request.data, dict) else {}
        form = TenantDeleteSerializer(data={**request.query_params.dict(), **body})
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            tenant_deletion_begin(
                tenant=tenant,
                confirmed_name=form.validated_data["confirm"],
                are_cdrs_kept=form.validated_data["cdrs"] == "keep",
            )
            audit_request(request._request, action="tenant.delete", target=tenant, tenant=tenant)
        return Response(self._shown(tenant), status=status.HTTP_202_ACCEPTED)

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
        return Response(self._shown(tenant))

    def _shown(self, tenant: Tenant) -> Any:
        with across_tenants():
            return TenantSerializer(tenant_list_with_usage().get(pk=tenant.pk)).data
