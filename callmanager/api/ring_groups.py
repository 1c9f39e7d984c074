"""Ring groups: numbers that ring several people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Length, Lower
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.destinations import DestinationField
from callmanager.domain.outbound_rules import MAX_DIALLED
from callmanager.models import RingGroup
from callmanager.models.ring_group import MEMBERS_MAX
from callmanager.selectors.ring_group import Member, ring_group_list, ring_group_members
from callmanager.services.ring_group import ring_group_create, ring_group_delete, ring_group_update
from tenants.api.access import tenant_of
from tenants.api.serviced import ServicedViewSet
from tenants.scoped_models import ScopedQuerySet

MEMBER_KINDS = [("extension", "An extension"), ("external_number", "A number outside")]


class MemberSerializer(serializers.Serializer[Any]):
    """`number` of an extension, or of somebody outside as one of the company would dial it."""

    kind = serializers.ChoiceField(choices=MEMBER_KINDS)
    number = serializers.CharField(max_length=MAX_DIALLED)
    display_name = serializers.CharField(read_only=True)


@extend_schema_field(MemberSerializer(many=True))
class MembersField(serializers.Field[Any, Any, Any, Any]):
    """In the order in which they are rung; written as one list."""

    def to_internal_value(self, data: Any) -> list[Member]:
        if isinstance(data, list) and len(data) > MEMBERS_MAX:
            raise serializers.ValidationError(f"At most {MEMBERS_MAX} members.", code="max_length")
        form = MemberSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [Member(row["number"], row["kind"] == "external_number") for row in form.validated_data]

    def to_representation(self, value: Any) -> list[dict[str, str]]:
        return [
            {
                "kind": "external_number" if one.is_outside else "extension",
                "number": one.number,
                "display_name": one.display_name,
            }
            for one in ring_group_members(value.instance)
        ]


class RingGroupSerializer(serializers.ModelSerializer[RingGroup]):
    """`members` ring in this order, or all at once, by `strategy`; each for `ring_timeout_s`. Forwarding, exceptions
    and voicemail of members do not count; who does not want to be disturbed or has no phone is passed over, and with
    `skips_busy` who has a call. `no_answer` is where a call goes that nobody takes; ending it lets the caller hear why.
    `outbound_caller_id` is told where a call of the group goes to a number outside."""

    members = MembersField(required=False)
    no_answer = DestinationField(required=False)

    class Meta:
        model = RingGroup
        fields = (
            "id",
            "number",
            "name",
            "outbound_caller_id",
            "strategy",
            "ring_timeout_s",
            "skips_busy",
            "members",
            "no_answer",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: Mapping[str, Any] = {"number": {"validators": []}}

    def to_representation(self, instance: RingGroup) -> dict[str, Any]:
        instance.__dict__["no_answer"] = instance.destination
        return dict(super().to_representation(instance))


class RingGroupFilter(django_filters.FilterSet):
    number = django_filters.CharFilter(field_name="number")
    strategy = django_filters.CharFilter(field_name="strategy")


class RingGroupViewSet(ServicedViewSet):
    audit_name = "ring_group"
    serializer_class = RingGroupSerializer
    queryset = ScopedQuerySet(RingGroup)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": (Length("number"), "number"),
        "name": (Lower("name"),),
        "strategy": ("strategy", Lower("name")),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("number", "name")
    filterset_class = RingGroupFilter

    def get_queryset(self) -> QuerySet[RingGroup]:
        tenant_of(self.request)
        return ring_group_list()

    def make(self, fields: dict[str, Any]) -> RingGroup:
        return ring_group_create(**fields)

    def change(self, row: RingGroup, changes: dict[str, Any], *, is_partial: bool) -> RingGroup:
        return ring_group_update(group=row, **changes)

    def remove(self, row: RingGroup) -> None:
        ring_group_delete(group=row)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """409 `in_use` while rules, forwarding or other groups send calls to it."""
        return super().destroy(request, pk)
