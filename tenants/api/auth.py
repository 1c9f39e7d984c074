"""Signing in for a token, signing out, and who the token speaks for."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from redis.exceptions import RedisError
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.models import Rank, Role
from tenants.services.api_token import api_token_revoke
from tenants.services.session import sign_in_token_create
from tenants.sign_in import (
    PasswordChangeRequired,
    SecondFactorMissing,
    SecondFactorSetupRequired,
    SecondFactorWrong,
    SignInLocked,
    SignInRefused,
    client_ip,
    extension_sign_in_name,
    sign_in_for_program,
    sign_in_succeeded,
)


class LoginThrottle(SimpleRateThrottle):
    """By address; the lock-out by name does the rest, also while the cache is away."""

    scope = "login"
    rate = "120/min"

    def get_cache_key(self, request: Request, view: APIView) -> str:
        return f"throttle_login_{client_ip(request._request)}"

    def allow_request(self, request: Request, view: APIView) -> bool:
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True


class SignInFailed(exceptions.APIException):
    status_code = status.HTTP_401_UNAUTHORIZED
    default_code = "authentication_failed"
    default_detail = "Unknown name or wrong password."


class OneTimeCodeNeeded(SignInFailed):
    default_code = "otp_required"
    default_detail = "Send a code of the authenticator app, or a recovery code, as otp."


class OneTimeCodeWrong(SignInFailed):
    default_code = "otp_wrong"
    default_detail = "Not a code that is good now."


class SecondFactorSetupNeeded(exceptions.PermissionDenied):
    default_code = "second_factor_setup_required"
    default_detail = "Two-factor sign-in is required: sign in to the console once and set it up."


class PasswordChangeNeeded(exceptions.PermissionDenied):
    default_code = "password_change_required"
    default_detail = "The password was set by somebody else: sign in once with it and a new_password."


class SignInLockedOut(exceptions.Throttled):
    default_detail = "Too many failures by this name; try again later."
    default_code = "locked"
    extra_detail_singular = extra_detail_plural = ""


class LoginSerializer(serializers.Serializer[Any]):
    """One of: user name, extension number with SIP domain, e-mail; each with its password."""

    username = serializers.CharField(required=False, max_length=320)
    extension_number = serializers.CharField(required=False, max_length=20)
    sip_domain = serializers.CharField(required=False, max_length=253)
    email = serializers.CharField(required=False, max_length=320)
    password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)

    otp = serializers.CharField(
        max_length=32,
        required=False,
        write_only=True,
        help_text="Where two-factor sign-in is on: a code of the app, or a recovery code.",
    )
    new_password = serializers.CharField(
        max_length=256,
        required=False,
        trim_whitespace=False,
        write_only=True,
        help_text="Where the answer was `password_change_required`: the password from now on.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("username", "extension_number", "email") if attrs.get(name)]
        if len(given) != 1:
            raise serializers.ValidationError(
                "Give one of username, extension_number with sip_domain, or email.", code="sign_in_form"
            )
        if given == ["extension_number"] and not attrs.get("sip_domain"):
            raise serializers.ValidationError({"sip_domain": "This field is required."}, code="required")
        return attrs

    @property
    def sign_in_name(self) -> str:
        form = self.validated_data
        if form.get("extension_number"):
            return extension_sign_in_name(form["extension_number"], form["sip_domain"])
        return str(form.get("username") or form["email"])


class LoginResultSerializer(serializers.Serializer[Any]):
    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    role = serializers.ChoiceField(choices=Role.choices)


class MyTenantSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    display_name = serializers.CharField()
    sip_domain = serializers.CharField()


class MeSerializer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=Role.choices)
    rank = serializers.ChoiceField(choices=Rank.choices, allow_null=True)
    username = serializers.CharField()
    display_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    extension_number = serializers.CharField(allow_null=True)
    tenant = MyTenantSerializer(allow_null=True)


class LoginView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (LoginThrottle,)

    @extend_schema(
        operation_id="auth_login", request=LoginSerializer, responses=LoginResultSerializer, auth=[]
    )
    def post(self, request: Request) -> Response:
        form = LoginSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        http_request = request._request
        try:
            user = sign_in_for_program(
                request=http_request,
                name=form.sign_in_name,
                password=form.validated_data["password"],
                code=form.validated_data.get("otp", ""),
                new_password=form.validated_data.get("new_password", ""),
            )
        except SignInLocked as error:
            raise SignInLockedOut from error
        except SecondFactorMissing as error:
            raise OneTimeCodeNeeded from error
        except SecondFactorWrong as error:
            raise OneTimeCodeWrong from error
        except SecondFactorSetupRequired as error:
            raise SecondFactorSetupNeeded from error
        except PasswordChangeRequired as error:
            raise PasswordChangeNeeded from error
        except SignInRefused as error:
            raise SignInFailed from error
        sign_in_succeeded(request=http_request, user=user)
        token, secret = sign_in_token_create(user=user)
        answer = {"token": secret, "expires_at": token.expires_at, "role": user.role}
        return Response(LoginResultSerializer(answer).data)


class LogoutView(ResourceAccess, APIView):
    subject = "tenants.identity"

    @extend_schema(operation_id="auth_logout", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        token = actor_of(request).token
        if token is not None:
            api_token_revoke(token=token)
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(ResourceAccess, APIView):
    subject = "tenants.identity"

    @extend_schema(operation_id="auth_me", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        actor = actor_of(request)
        user = actor.user
        return Response(
            MeSerializer(
                {
                    "role": user.role,
                    "rank": user.rank or None,
                    "username": user.username,
                    "display_name": user.display_name,
                    "email": user.email,
                    "extension_number": user.extension_number or None,
                    "tenant": actor.tenant,
                }
            ).data
        )
