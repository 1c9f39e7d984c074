"""A user's own bearer tokens. The secret is in the answer to its creation and nowhere else."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import actor_of
from tenants.audit_trail import audit_request
from tenants.capabilities import TokenScope
from tenants.models import ApiToken
from tenants.selectors.api_token import api_token_list
from tenants.services.api_token import api_token_create, api_token_revoke

LONGEST_LIFETIME_S = 366 * 24 * 3600


class ApiTokenSerializer(serializers.ModelSerializer[ApiToken]):
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=TokenScope.choices), read_only=True)

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "prefix",
            "scopes",
            "is_sign_in",
            "created_at",
            "expires_at",
            "revoked_at",
            "last_used_at",
        )
        read_only_fields = fields


class ApiTokenCreateSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=100)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=TokenScope.choices),
        required=False,
        allow_empty=False,
        help_text="What it is good for; never more than its user may. Default: everything its user may.",
    )
    lifetime_s = serializers.IntegerField(required=False, min_value=60, max_value=LONGEST_LIFETIME_S)


class ApiTokenCreatedSerializer(ApiTokenSerializer):
    token = serializers.CharField(read_only=True)

    class Meta(ApiTokenSerializer.Meta):
        fields = (*ApiTokenSerializer.Meta.fields, "token")
        read_only_fields = fields


class ApiTokenViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ApiToken]):
    serializer_class = ApiTokenSerializer
    queryset = ApiToken.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"created_at": ("created_at",), "expires_at": ("expires_at",), "name": ("name",)}
    search_fields = ("name", "prefix")

    def get_queryset(self) -> QuerySet[ApiToken]:
        return api_token_list(user=actor_of(self.request).user)

    @extend_schema(request=ApiTokenCreateSerializer, responses={201: ApiTokenCreatedSerializer})
    def create(self, request: Request) -> Response:
        form = ApiTokenCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            token, secret = api_token_create(user=actor_of(request).user, **form.validated_data)
            audit_request(request._request, action="api_token.create", target=token)
        answer = {**ApiTokenSerializer(token).data, "token": secret}
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke it; sockets and requests that use it are refused from now on."""
        token = self.get_object()
        with transaction.atomic():
            api_token_revoke(token=token)
            audit_request(request._request, action="api_token.revoke", target=token)
        return Response(status=status.HTTP_204_NO_CONTENT)
