"""One's own account: name, e-mail address, time zone, password."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.audit_trail import audit_request
from tenants.models import Rank, User
from tenants.passwords import password_rules
from tenants.services.account import account_update
from tenants.services.user import user_change_own_password


class AccountSerializer(serializers.ModelSerializer[User]):
    """A new user name or e-mail address needs `current_password`. An extension's names and address are the
    extension's.
    """

    # Uniqueness is the service's word: it answers a lost race too.
    username = serializers.CharField(max_length=80, required=False, help_text="What one signs in with; no @.")
    rank = serializers.ChoiceField(
        choices=Rank.choices, read_only=True, allow_blank=True, help_text="An extension has none."
    )
    current_password = serializers.CharField(
        max_length=256, required=False, trim_whitespace=False, write_only=True
    )
    password_rules = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = (
            "username",
            "role",
            "rank",
            "display_name",
            "email",
            "time_zone",
            "last_login",
            "current_password",
            "password_rules",
        )
        read_only_fields = ("role", "rank", "last_login")

    def get_password_rules(self, _user: User) -> list[str]:
        return password_rules()


class OwnPasswordSerializer(serializers.Serializer[Any]):
    current_password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)
    new_password = serializers.CharField(max_length=256, trim_whitespace=False, write_only=True)


class AccountView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(operation_id="account_retrieve", responses=AccountSerializer)
    def get(self, request: Request) -> Response:
        return Response(AccountSerializer(actor_of(request).user).data)

    @extend_schema(
        operation_id="account_update", request=AccountSerializer(partial=True), responses=AccountSerializer
    )
    def patch(self, request: Request) -> Response:
        user = actor_of(request).user
        form = AccountSerializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        changes = dict(form.validated_data)
        current = changes.pop("current_password", "")
        with transaction.atomic():
            user = account_update(user=user, current_password=current, **changes)
            audit_request(request._request, action="account.update", target=user)
        return Response(AccountSerializer(user).data)


class AccountPasswordView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(operation_id="account_password", request=OwnPasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Ends all sessions and tokens, this one too: sign in again with the new password."""
        user = actor_of(request).user
        form = OwnPasswordSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            user_change_own_password(
                user=user,
                current=form.validated_data["current_password"],
                password=form.validated_data["new_password"],
            )
            audit_request(request._request, action="account.change_password", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)
