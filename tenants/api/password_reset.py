"""Forgotten passwords by REST: the same links, the same limits."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.password_reset_door import reset_asked_for, reset_done
from tenants.rate_limit import RateLimited


class PasswordResetSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(
        max_length=320, help_text="User name, e-mail address, or extension number@SIP domain."
    )


class PasswordResetConfirmSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=100, help_text="The last part of the link.")
    new_password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class PasswordResetView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_password_reset", request=PasswordResetSerializer, responses={202: None}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """The answer is the same whether there is such an account or not."""
        form = PasswordResetSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            reset_asked_for(request._request, form.validated_data["name"])
        except RateLimited as error:
            raise exceptions.Throttled(error.retry_after_s) from error
        return Response(status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="auth_password_reset_confirm",
        request=PasswordResetConfirmSerializer,
        responses={204: None},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        form = PasswordResetConfirmSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        try:
            reset_done(request._request, form.validated_data["token"], form.validated_data["new_password"])
        except RateLimited as error:
            raise exceptions.Throttled(error.retry_after_s) from error
        return Response(status=status.HTTP_204_NO_CONTENT)
