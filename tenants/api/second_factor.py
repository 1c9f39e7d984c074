"""Two-factor sign-in: one's own, and for whom it is required."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.audit_trail import audit_request
from tenants.models import SignInRule, User
from tenants.models.second_factor import SECOND_FACTOR_KINDS
from tenants.rate_limit import RateLimited, rate_limit
from tenants.services.second_factor import (
    is_second_factor_on,
    is_second_factor_required,
    recovery_codes_left,
    recovery_codes_renew,
    second_factor_begin,
    second_factor_confirm,
    second_factor_end,
    second_factor_uri,
    sign_in_rule_of,
    sign_in_rule_update,
)


class SecondFactorSerializer(serializers.Serializer[Any]):
    is_on = serializers.BooleanField()
    is_required = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="Base 32, for an authenticator app.")
    uri = serializers.CharField(help_text="The same as an otpauth address, to be shown as QR code.")


class CodeSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=32, write_only=True)


class RecoveryCodesSerializer(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), help_text="Shown here only.")


class SignInRuleSerializer(serializers.ModelSerializer[SignInRule]):
    second_factor_for = serializers.ListField(
        child=serializers.ChoiceField(choices=[(kind, kind) for kind in SECOND_FACTOR_KINDS]),
        help_text="Who has to use two-factor sign-in.",
    )

    class Meta:
        model = SignInRule
        fields = ("second_factor_for",)


class SecondFactorView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(operation_id="account_second_factor", responses=SecondFactorSerializer)
    def get(self, request: Request) -> Response:
        return Response(_state(actor_of(request).user))

    @extend_schema(
        operation_id="account_second_factor_begin", request=None, responses={201: SecretSerializer}
    )
    def post(self, request: Request) -> Response:
        """A new secret. It counts after a code of it was sent to `confirm`."""
        user = actor_of(request).user
        with transaction.atomic():
            factor = second_factor_begin(user=user)
            audit_request(request._request, action="account.second_factor_begin", target=user)
        uri = second_factor_uri(user=user, factor=factor)
        return Response({"secret": factor.secret, "uri": uri}, status=status.HTTP_201_CREATED)


class SecondFactorConfirmView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(
        operation_id="account_second_factor_confirm",
        request=CodeSerializer,
        responses=RecoveryCodesSerializer,
    )
    def post(self, request: Request) -> Response:
        user, code = _user_and_code(request)
        with transaction.atomic():
            codes = second_factor_confirm(user=user, code=code)
            audit_request(request._request, action="account.second_factor_on", target=user)
        return Response({"recovery_codes": codes})


class RecoveryCodesView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(
        operation_id="account_recovery_codes", request=CodeSerializer, responses=RecoveryCodesSerializer
    )
    def post(self, request: Request) -> Response:
        """Ten new ones; those so far are good for nothing any more."""
        user, code = _user_and_code(request)
        with transaction.atomic():
            codes = recovery_codes_renew(user=user, code=code)
            audit_request(request._request, action="account.recovery_codes", target=user)
        return Response({"recovery_codes": codes})


class SecondFactorOffView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(operation_id="account_second_factor_off", request=CodeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        user, code = _user_and_code(request)
        with transaction.atomic():
            second_factor_end(user=user, code=code)
            audit_request(request._request, action="account.second_factor_off", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInRuleView(ResourceAccess, APIView):
    """Of the tenant acted in; of the administrators, if an administrator names none."""

    subject = "tenants.signinrule"

    @extend_schema(operation_id="sign_in_rules", responses=SignInRuleSerializer)
    def get(self, request: Request) -> Response:
        return Response(SignInRuleSerializer(sign_in_rule_of(actor_of(request).tenant)).data)

    @extend_schema(
        operation_id="sign_in_rules_update", request=SignInRuleSerializer, responses=SignInRuleSerializer
    )
    def patch(self, request: Request) -> Response:
        form = SignInRuleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            rule = sign_in_rule_update(tenant=actor_of(request).tenant, **form.validated_data)
            audit_request(request._request, action="sign_in_rule.update", target=rule)
        return Response(SignInRuleSerializer(rule).data)


def _state(user: User) -> dict[str, Any]:
    return {
        "is_on": is_second_factor_on(user),
        "is_required": is_second_factor_required(user),
        "recovery_codes_left": recovery_codes_left(user=user),
    }


def _user_and_code(request: Request) -> tuple[User, str]:
    user = actor_of(request).user
    form = CodeSerializer(data=request.data)
    form.is_valid(raise_exception=True)
    try:
        rate_limit(f"second_factor:{user.pk}", at_most=10, per_s=300)
    except RateLimited as error:
        raise exceptions.Throttled(error.retry_after_s) from error
    return user, form.validated_data["code"]
