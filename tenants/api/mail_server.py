"""The mail server of the tenant acted in; without one (administrators only) the system's."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.audit_trail import audit_request
from tenants.models import MailServer
from tenants.selectors.mail_server import mail_server_find_own
from tenants.services.mail_server import mail_server_remove, mail_server_set, mail_server_test

SUBJECT = "tenants.mailserver"


class MailServerSerializer(serializers.ModelSerializer[MailServer]):
    """The password is written and never read; left out it stays as it is."""

    password = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=256, trim_whitespace=False
    )
    has_password = serializers.SerializerMethodField()

    class Meta:
        model = MailServer
        fields = (
            "is_enabled",
            "host",
            "port",
            "security",
            "is_certificate_checked",
            "username",
            "password",
            "has_password",
            "from_address",
            "from_name",
            "timeout_s",
            "updated_at",
        )
        read_only_fields = ("updated_at",)

    def get_has_password(self, server: MailServer) -> bool:
        return bool(server.password)


class MailTestRequestSerializer(serializers.Serializer[Any]):
    to = serializers.EmailField()


class MailTestSerializer(serializers.Serializer[Any]):
    """`answer` is the server's own word, or why there was none. `is_system`: the tenant has no server of its own."""

    is_sent = serializers.BooleanField()
    server = serializers.CharField()
    is_system = serializers.BooleanField()
    answer = serializers.CharField()


class MailServerView(ResourceAccess, APIView):
    subject = SUBJECT

    @extend_schema(operation_id="mail_server_read", responses=MailServerSerializer)
    def get(self, request: Request) -> Response:
        server = mail_server_find_own(tenant=actor_of(request).tenant)
        if server is None:
            raise Http404
        return Response(MailServerSerializer(server).data)

    @extend_schema(
        operation_id="mail_server_set", request=MailServerSerializer, responses=MailServerSerializer
    )
    def put(self, request: Request) -> Response:
        return self._change(request, partial=False)

    @extend_schema(
        operation_id="mail_server_change", request=MailServerSerializer, responses=MailServerSerializer
    )
    def patch(self, request: Request) -> Response:
        return self._change(request, partial=True)

    @extend_schema(operation_id="mail_server_remove", responses={204: None})
    def delete(self, request: Request) -> Response:
        """The system's server serves again, if there is one."""
        tenant = actor_of(request).tenant
        server = mail_server_find_own(tenant=tenant)
        if server is None:
            raise Http404
        with transaction.atomic():
            audit_request(request._request, action="mail_server.delete", target=server)
            mail_server_remove(tenant=tenant)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        tenant = actor_of(request).tenant
        known = mail_server_find_own(tenant=tenant)
        form = MailServerSerializer(known, data=request.data, partial=partial and known is not None)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            server = mail_server_set(tenant=tenant, **form.validated_data)
            audit_request(request._request, action="mail_server.update", target=server)
        return Response(MailServerSerializer(server).data)


class MailServerTestView(ResourceAccess, APIView):
    subject = SUBJECT

    @extend_schema(
        operation_id="mail_server_test", request=MailTestRequestSerializer, responses=MailTestSerializer
    )
    def post(self, request: Request) -> Response:
        """Sends an e-mail now by the server in force and tells what it answered."""
        form = MailTestRequestSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        tested = mail_server_test(tenant=actor_of(request).tenant, to=form.validated_data["to"])
        server = mail_server_find_own(tenant=actor_of(request).tenant)
        audit_request(request._request, action="mail_server.test", target=server)
        return Response(MailTestSerializer(tested).data)
