"""Groups of extensions, their members and their monitors. Members are named by number, many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from drf_spectacular.utils import extend_schema
from rest_framework import generics, mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.models import Extension, ExtensionGroup, GroupMembership, GroupMonitor
from callmanager.selectors.extension import extension_list
from callmanager.selectors.extension_group import (
    extension_group_list,
    group_member_list,
    group_monitor_list,
)
from callmanager.services.extension_group import (
    GROUP_RIGHT_FIELDS,
    extension_group_create,
    extension_group_delete,
    extension_group_update,
    group_members_add,
    group_members_remove,
    group_monitors_add,
    group_monitors_remove,
)
from tenants.api.access import tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.audit_trail import audit_request
from tenants.scoped_models import ScopedQuerySet

MAX_NUMBERS = 5_000
_BY_NUMBER = (Length("extension__number"), "extension__number")


class ExtensionGroupSerializer(serializers.ModelSerializer[ExtensionGroup]):
    """An extension has the rights of all its groups together. The default group keeps its name."""

    # Uniqueness is the service's word: it answers a lost race too.
    name = serializers.CharField(max_length=64)
    member_count = serializers.IntegerField(read_only=True)
    monitor_count = serializers.IntegerField(read_only=True)

    class Meta:
        model = ExtensionGroup
        fields = (
            "id",
            "name",
            "description",
            "is_default",
            *GROUP_RIGHT_FIELDS,
            "is_monitoring_allowed",
            "monitor_scope",
            "member_count",
            "monitor_count",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "is_default", "created_at", "updated_at")


class NumbersSerializer(serializers.Serializer[Any]):
    """Extension numbers; none of them is taken unless all exist."""

    extensions = serializers.ListField(
        child=serializers.CharField(max_length=20), min_length=1, max_length=MAX_NUMBERS
    )

    def validate_extensions(self, numbers: list[str]) -> list[Extension]:
        found = {extension.number: extension for extension in extension_list().filter(number__in=numbers)}
        if unknown := sorted(set(numbers) - found.keys()):
            named = ", ".join(unknown[:10]) + (", …" if len(unknown) > 10 else "")
            raise serializers.ValidationError(f"No such extension: {named}", code="unknown_extension")
        return list(found.values())


class NewMembersSerializer(NumbersSerializer):
    """`is_manager` left out: who is a member already stays what it is."""

    is_manager = serializers.BooleanField(required=False, allow_null=True, default=None)


class GroupMemberSerializer(serializers.ModelSerializer[GroupMembership]):
    number = serializers.CharField(source="extension.number", read_only=True)
    display_name = serializers.CharField(source="extension.display_name", read_only=True)
    is_enabled = serializers.BooleanField(source="extension.is_enabled", read_only=True)

    class Meta:
        model = GroupMembership
        fields = ("number", "display_name", "is_enabled", "is_manager")
        read_only_fields = fields


class GroupMonitorSerializer(serializers.ModelSerializer[GroupMonitor]):
    number = serializers.CharField(source="extension.number", read_only=True)
    display_name = serializers.CharField(source="extension.display_name", read_only=True)

    class Meta:
        model = GroupMonitor
        fields = ("number", "display_name")
        read_only_fields = fields


class ExtensionGroupFilter(django_filters.FilterSet):
    """Written out: derived from the model, it would ask the database outside any scope."""

    name = django_filters.CharFilter(lookup_expr="iexact")
    is_default = TrueFalseFilter()
    may_use_console = TrueFalseFilter()
    may_call_external = TrueFalseFilter()
    is_monitoring_allowed = TrueFalseFilter()
    extension = django_filters.CharFilter(
        field_name="memberships__extension__number", help_text="Number of a member."
    )


class ExtensionGroupViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[ExtensionGroup]
):
    serializer_class = ExtensionGroupSerializer
    queryset = ScopedQuerySet(ExtensionGroup)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": (Lower("name"),),
        "member_count": ("member_count", Lower("name")),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("name", "description")
    filterset_class = ExtensionGroupFilter

    def get_queryset(self) -> QuerySet[ExtensionGroup]:
        tenant_of(self.request)
        return extension_group_list()

    @extend_schema(request=ExtensionGroupSerializer, responses={201: ExtensionGroupSerializer})
    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = ExtensionGroupSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            group = extension_group_create(**form.validated_data)
            audit_request(request._request, action="extension_group.create", target=group)
        return Response(self._shown(group), status=status.HTTP_201_CREATED)

    @extend_schema(request=ExtensionGroupSerializer, responses=ExtensionGroupSerializer)
    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    @extend_schema(request=ExtensionGroupSerializer, responses=ExtensionGroupSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Members that belong to no other group go to the default group."""
        group = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="extension_group.delete", target=group)
            extension_group_delete(group=group)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=GroupMemberSerializer(many=True), filters=False)
    @action(
        detail=True,
        serializer_class=GroupMemberSerializer,
        filterset_class=None,
        search_fields=("extension__number", "extension__display_name"),
        ordering_fields={
            "number": _BY_NUMBER,
            "display_name": ("extension__display_name",),
            "is_manager": ("is_manager", *_BY_NUMBER),
        },
    )
    def members(self, request: Request, pk: str) -> Response:
        """The members of the group, by number."""
        return self._people(group_member_list(group=self._group()))

    @extend_schema(request=NewMembersSerializer, responses={204: None})
    @members.mapping.post
    def add_members(self, request: Request, pk: str) -> Response:
        """Add them, and make all of them managers or ordinary members if `is_manager` is given."""
        group = self._group()
        form = self._form(NewMembersSerializer)
        with transaction.atomic():
            group_members_add(
                group=group,
                extensions=form.validated_data["extensions"],
                is_manager=form.validated_data["is_manager"],
            )
            audit_request(request._request, action="extension_group.add_members", target=group)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=NumbersSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="members/remove")
    def remove_members(self, request: Request, pk: str) -> Response:
        """Who belongs to no other group goes to the default group, which nobody leaves that way."""
        return self._with_numbers(request, "remove_members", group_members_remove)

    @extend_schema(responses=GroupMonitorSerializer(many=True), filters=False)
    @action(
        detail=True,
        serializer_class=GroupMonitorSerializer,
        filterset_class=None,
        search_fields=("extension__number", "extension__display_name"),
        ordering_fields={"number": _BY_NUMBER, "display_name": ("extension__display_name",)},
    )
    def monitors(self, request: Request, pk: str) -> Response:
        """Who may monitor calls by the word of this group, by number."""
        return self._people(group_monitor_list(group=self._group()))

    @extend_schema(request=NumbersSerializer, responses={204: None})
    @monitors.mapping.post
    def add_monitors(self, request: Request, pk: str) -> Response:
        return self._with_numbers(request, "add_monitors", group_monitors_add)

    @extend_schema(request=NumbersSerializer, responses={204: None})
    @action(detail=True, methods=["post"], url_path="monitors/remove")
    def remove_monitors(self, request: Request, pk: str) -> Response:
        return self._with_numbers(request, "remove_monitors", group_monitors_remove)

    def _with_numbers(self, request: Request, verb: str, change: Callable[..., None]) -> Response:
        group = self._group()
        form = self._form(NumbersSerializer)
        with transaction.atomic():
            change(group=group, extensions=form.validated_data["extensions"])
            audit_request(request._request, action=f"extension_group.{verb}", target=group)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _form(self, kind: type[NumbersSerializer]) -> NumbersSerializer:
        form = kind(data=self.request.data)
        form.is_valid(raise_exception=True)
        return form

    def _group(self) -> ExtensionGroup:
        """Without the list's own filters, which a list below it does not have."""
        group: ExtensionGroup = generics.get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        return group

    def _people(self, people: QuerySet[Any]) -> Response:
        page = self.paginate_queryset(self.filter_queryset(people))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _change(self, request: Request, *, partial: bool) -> Response:
        group = self.get_object()
        form = ExtensionGroupSerializer(group, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            group = extension_group_update(group=group, **form.validated_data)
            audit_request(request._request, action="extension_group.update", target=group)
        return Response(self._shown(group))

    def _shown(self, group: ExtensionGroup) -> Any:
        """With its counts."""
        return ExtensionGroupSerializer(extension_group_list().get(pk=group.pk)).data
