"""One's own sessions of the console, and signing out everywhere."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.api.access import ResourceAccess, actor_of
from tenants.audit_trail import audit_request
from tenants.models import UserSession
from tenants.services.session import session_list, sessions_end
from tenants.services.user import user_sign_out_everywhere


class SessionSerializer(serializers.ModelSerializer[UserSession]):
    class Meta:
        model = UserSession
        fields = ("id", "address", "user_agent", "created_at", "last_seen_at")
        read_only_fields = fields


class SessionViewSet(mixins.ListModelMixin, viewsets.GenericViewSet[UserSession]):
    serializer_class = SessionSerializer
    queryset = UserSession.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"last_seen_at": ("last_seen_at",), "created_at": ("created_at",)}
    search_fields = ("user_agent",)

    def get_queryset(self) -> QuerySet[UserSession]:
        return session_list(user=actor_of(self.request).user)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Signed out there, with its open sockets."""
        session = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="session.end", target=session)
            sessions_end(self.get_queryset().filter(pk=session.pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignOutEverywhereView(ResourceAccess, APIView):
    subject = "tenants.account"

    @extend_schema(operation_id="account_sign_out_everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """All sessions and all tokens, this one too."""
        user: Any = actor_of(request).user
        with transaction.atomic():
            user_sign_out_everywhere(user=user)
            audit_request(request._request, action="account.sign_out_everywhere", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)
