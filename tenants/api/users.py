"""Who may sign in: a tenant's users (and, to look at, its extensions), and administrators."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.access import ResourceAccess, actor_of, tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.models import Rank, Role, Tenant, User
from tenants.selectors.user import person_list
from tenants.services.people import (
    person_create,
    person_delete,
    person_reset_second_factor,
    person_set_password,
    person_unlock,
    person_update,
)
from tenants.services.user import user_sign_out_everywhere


class UserSerializer(serializers.ModelSerializer[User]):
    rank = serializers.ChoiceField(
        choices=Rank.choices, read_only=True, allow_blank=True, help_text="An extension has none."
    )
    has_second_factor = serializers.BooleanField(read_only=True, default=False)
    is_locked = serializers.BooleanField(
        read_only=True, default=False, help_text="Too many failures lately, from at least one address."
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = (
            "id",
            "username",
            "role",
            "rank",
            "extension_number",
            "display_name",
            "email",
            "time_zone",
            "is_active",
            "must_change_password",
            "has_second_factor",
            "is_locked",
            "last_login",
            "created_at",
        )
        read_only_fields: tuple[str, ...] = (
            "id",
            "username",
            "role",
            "extension_number",
            "must_change_password",
            "last_login",
            "created_at",
        )
        # The model's own rule is unique by lower case; the database says so.
        extra_kwargs: ClassVar[dict[str, Any]] = {"email": {"validators": []}}


class UserChangeSerializer(UserSerializer):
    rank = serializers.ChoiceField(choices=Rank.choices, required=False)


class UserCreateSerializer(serializers.Serializer[Any]):
    """Without a password one is generated. Either has to be changed at the first sign-in."""

    username = serializers.CharField(max_length=80)
    rank = serializers.ChoiceField(choices=Rank.choices)
    display_name = serializers.CharField(max_length=100, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    time_zone = serializers.CharField(max_length=64, required=False, allow_blank=True)
    password = serializers.CharField(max_length=256, required=False, trim_whitespace=False, write_only=True)


class NewPasswordSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=256, required=False, trim_whitespace=False, write_only=True)


class GivenPasswordSerializer(serializers.Serializer[Any]):
    password = serializers.CharField(help_text="Shown here only. To be changed at the first sign-in.")


class UserCreatedSerializer(UserSerializer):
    password = serializers.CharField(read_only=True)

    class Meta(UserSerializer.Meta):
        fields = (*UserSerializer.Meta.fields, "password")


class UserFilter(django_filters.FilterSet):
    role = django_filters.ChoiceFilter(choices=Role.choices)
    rank = django_filters.ChoiceFilter(choices=Rank.choices)
    is_active = TrueFalseFilter()
    email = django_filters.CharFilter(lookup_expr="iexact")


class PeopleViewSet(
    ResourceAccess, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[User]
):
    """What both lists of people share."""

    serializer_class = UserSerializer
    queryset = User.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    filterset_class = UserFilter
    search_fields = ("username", "display_name", "email", "extension_number")
    ordering_fields = {
        "username": ("username",),
        "display_name": ("display_name",),
        "last_login": ("last_login",),
        "created_at": ("created_at",),
    }

    def tenant(self) -> Tenant | None:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[User]:
        return person_list(tenant=self.tenant())

    @extend_schema(request=UserCreateSerializer, responses={201: UserCreatedSerializer})
    def create(self, request: Request) -> Response:
        tenant = self.tenant()
        form = UserCreateSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            user, password = person_create(tenant=tenant, **form.validated_data)
            audit_request(request._request, action="user.create", target=user)
        return Response({**UserSerializer(user).data, "password": password}, status=status.HTTP_201_CREATED)

    @extend_schema(request=UserChangeSerializer, responses=UserSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        user = self.get_object()
        form = UserChangeSerializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            user = person_update(by=actor_of(request).user, user=user, **form.validated_data)
            audit_request(request._request, action="user.update", target=user)
        return Response(UserSerializer(self.get_queryset().get(pk=user.pk)).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Not oneself, and not the last owner."""
        user = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="user.delete", target=user)
            person_delete(by=actor_of(request).user, user=user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=NewPasswordSerializer, responses=GivenPasswordSerializer)
    @action(detail=True, methods=["post"])
    def set_password(self, request: Request, pk: str) -> Response:
        """A new password for somebody else, generated unless given. Ends all sign-ins of that person."""
        user = self.get_object()
        form = NewPasswordSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            password = person_set_password(by=actor_of(request).user, user=user, **form.validated_data)
            audit_request(request._request, action="user.set_password", target=user)
        return Response({"password": password})

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def sign_out(self, request: Request, pk: str) -> Response:
        """End all sessions and tokens of this person."""
        user = self.get_object()
        with transaction.atomic():
            user_sign_out_everywhere(user=user)
            audit_request(request._request, action="user.sign_out_everywhere", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def reset_second_factor(self, request: Request, pk: str) -> Response:
        """For who has lost the authenticator app and the recovery codes: sign-in takes the password alone again."""
        user = self.get_object()
        with transaction.atomic():
            person_reset_second_factor(user=user)
            audit_request(request._request, action="user.reset_second_factor", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def unlock(self, request: Request, pk: str) -> Response:
        """Forget the failures that locked this person's sign-in, from any address."""
        user = self.get_object()
        with transaction.atomic():
            person_unlock(user=user)
            audit_request(request._request, action="user.unlock", target=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class UserViewSet(PeopleViewSet):
    """Of one tenant; an administrator names it. Extensions are listed too, and changed where extensions are."""

    def tenant(self) -> Tenant | None:
        return tenant_of(self.request)


class AdministratorViewSet(PeopleViewSet):
    subject = "tenants.administrator"

    def tenant(self) -> Tenant | None:
        return None
