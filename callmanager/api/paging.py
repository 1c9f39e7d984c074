"""What makes phones answer pages and intercom calls by themselves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.models import PagingSettings
from callmanager.selectors.paging import auto_answer_of, paging_settings_get
from callmanager.services.paging import PAGING_FIELDS, paging_settings_set
from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request


class PagingHeaderSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    value = serializers.CharField()


class PagingSerializer(serializers.ModelSerializer[PagingSettings]):
    """`headers` are what the INVITE says by these settings."""

    headers = PagingHeaderSerializer(many=True, read_only=True)

    class Meta:
        model = PagingSettings
        fields = (*PAGING_FIELDS, "headers")


class PagingView(ResourceAccess, APIView):
    subject = "callmanager.pagingsettings"

    @extend_schema(operation_id="paging", responses=PagingSerializer)
    def get(self, request: Request) -> Response:
        return Response(_shown(tenant_of(request).sip_domain, paging_settings_get()))

    @extend_schema(operation_id="paging_update", request=PagingSerializer, responses=PagingSerializer)
    def patch(self, request: Request) -> Response:
        domain = tenant_of(request).sip_domain
        form = PagingSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            settings = paging_settings_set(**form.validated_data)
            audit_request(request._request, action="paging.update", target=settings)
        return Response(_shown(domain, settings))


def _shown(sip_domain: str, settings: PagingSettings) -> dict[str, Any]:
    headers = auto_answer_of(settings).headers(sip_domain)
    values = {name: getattr(settings, name) for name in PAGING_FIELDS}
    return values | {"headers": [{"name": name, "value": value} for name, value in headers]}
