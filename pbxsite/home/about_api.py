"""Services, network and system extensions by REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from pbxsite.home.network import phone_settings
from pbxsite.home.services import ServiceState, service_list
from pbxsite.home.system_extensions import system_extensions
from tenants.api.access import ResourceAccess, actor_of, tenant_of


class ServiceSerializer(serializers.Serializer[Any]):
    """`reason` says why it is not well; `since` is when it started, or ended."""

    name = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=[(one.value, one.value) for one in ServiceState])
    reason = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    version = serializers.CharField()


class ServiceListSerializer(serializers.Serializer[Any]):
    is_well = serializers.BooleanField()
    services = ServiceSerializer(many=True)


class TransportSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    port = serializers.IntegerField()
    is_encrypted = serializers.BooleanField()


class NetworkSerializer(serializers.Serializer[Any]):
    """What to type into a phone besides its number and password."""

    sip_domain = serializers.CharField()
    server = serializers.CharField()
    transports = TransportSerializer(many=True)
    codecs = serializers.ListField(child=serializers.CharField())
    register_expires_s = serializers.IntegerField()
    stun = serializers.CharField()
    dtmf = serializers.CharField()


class ServiceNumberSerializer(serializers.Serializer[Any]):
    """`example` is what may be dialled behind the number."""

    number = serializers.CharField()
    name = serializers.CharField()
    does = serializers.CharField()
    example = serializers.CharField()


class HomeWorkerSerializer(serializers.Serializer[Any]):
    worker = serializers.CharField()
    seen_at = serializers.DateTimeField(allow_null=True)


class SystemExtensionsSerializer(serializers.Serializer[Any]):
    """`problem` is empty while the numbers can be reached; `home` is where the tenant's calls meet."""

    services = ServiceNumberSerializer(many=True)
    workers = serializers.ListField(child=serializers.CharField())
    home = HomeWorkerSerializer(allow_null=True)
    problem = serializers.CharField()


class ServicesView(ResourceAccess, APIView):
    subject = "pbxsite.service"

    @extend_schema(operation_id="services", responses=ServiceListSerializer)
    def get(self, request: Request) -> Response:
        """Every process and dependency, asked now. For administrators."""
        services = service_list()
        is_well = all(one.state is ServiceState.WELL for one in services)
        return Response(ServiceListSerializer({"is_well": is_well, "services": services}).data)


class NetworkView(ResourceAccess, APIView):
    subject = "pbxsite.network"

    @extend_schema(operation_id="network", responses=NetworkSerializer)
    def get(self, request: Request) -> Response:
        settings = phone_settings(tenant=tenant_of(request), requested_host=request._request.get_host())
        return Response(NetworkSerializer(settings).data)


class SystemExtensionsView(ResourceAccess, APIView):
    subject = "callmanager.systemextension"

    @extend_schema(operation_id="system_extensions", responses=SystemExtensionsSerializer)
    def get(self, request: Request) -> Response:
        found = system_extensions(tenant=actor_of(request).tenant)
        return Response(SystemExtensionsSerializer(found).data)
