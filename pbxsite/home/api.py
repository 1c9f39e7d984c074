"""The dashboards by REST: of the fleet for administrators, of one tenant for its people and by X-Tenant."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pbxsite.home.figures import home_figures
from tenants.api.access import ResourceAccess, actor_of


class HourSerializer(serializers.Serializer[Any]):
    """`hour` is the one it began at, in the tenant's time zone."""

    hour = serializers.CharField()
    answered = serializers.IntegerField()
    other = serializers.IntegerField()


class WorstCallSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    tenant_name = serializers.CharField()
    caller = serializers.CharField()
    callee = serializers.CharField()
    mos = serializers.FloatField()


class CallStatisticsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    answered_percent = serializers.IntegerField(allow_null=True)
    results = serializers.DictField(child=serializers.IntegerField())
    hours = HourSerializer(many=True)
    worst = WorstCallSerializer(many=True)


class SystemSerializer(serializers.Serializer[Any]):
    cpu_percent = serializers.FloatField()
    memory_percent = serializers.FloatField()
    memory_used_bytes = serializers.IntegerField()
    memory_total_bytes = serializers.IntegerField()
    disk_percent = serializers.FloatField()
    disk_used_bytes = serializers.IntegerField()
    disk_total_bytes = serializers.IntegerField()


class PlatformSerializer(serializers.Serializer[Any]):
    version = serializers.CharField()
    uptime_s = serializers.IntegerField()
    tenants = serializers.IntegerField()
    tenants_enabled = serializers.IntegerField()
    system = SystemSerializer()


class DashboardSerializer(serializers.Serializer[Any]):
    """`calls` are those of the last 24 hours; `platform` is null but for administrators without X-Tenant."""

    live_calls = serializers.IntegerField(allow_null=True)
    extensions = serializers.IntegerField()
    online_extensions = serializers.IntegerField()
    registrations = serializers.IntegerField()
    calls = CallStatisticsSerializer()
    platform = PlatformSerializer(allow_null=True)


class DashboardView(ResourceAccess, APIView):
    subject = "fleet.dashboard"

    @extend_schema(operation_id="dashboard", responses=DashboardSerializer)
    def get(self, request: Request) -> Response:
        tenant = actor_of(request).tenant
        with timezone.override(tenant.time_zone if tenant is not None else "UTC"):
            figures = home_figures(tenant=tenant, now=timezone.localtime())
        return Response(DashboardSerializer(figures).data)
