"""A tenant's own profile: what its people see of it, and the part of it they may change."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, tenant_of
from tenants.api.tenants import TenantSerializer
from tenants.audit_trail import audit_request
from tenants.models import Tenant
from tenants.scope import across_tenants
from tenants.selectors.tenant import tenant_list_with_usage
from tenants.services.tenant import PLATFORM_FIELDS, tenant_update


class ProfileSerializer(TenantSerializer):
    """The limits, the quota and the SIP domain are the administrator's: read here, not changed."""

    class Meta(TenantSerializer.Meta):
        fields = tuple(
            name
            for name in TenantSerializer.Meta.fields
            if name not in ("deletion_began_at", "deletion_step")
        )
        read_only_fields = ("id", "name", "is_enabled", "created_at", *PLATFORM_FIELDS)


class ProfileView(ResourceAccess, APIView):
    subject = "tenants.tenantprofile"

    @extend_schema(operation_id="profile", responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(self._shown(tenant_of(request)))

    @extend_schema(operation_id="profile_update", request=ProfileSerializer, responses=ProfileSerializer)
    def patch(self, request: Request) -> Response:
        tenant = tenant_of(request)
        form = ProfileSerializer(tenant, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            if form.validated_data:
                tenant_update(tenant=tenant, **form.validated_data)
            audit_request(request._request, action="profile.update", target=tenant)
        return Response(self._shown(tenant))

    def _shown(self, tenant: Tenant) -> Any:
        with across_tenants():
            return ProfileSerializer(tenant_list_with_usage().get(pk=tenant.pk)).data
