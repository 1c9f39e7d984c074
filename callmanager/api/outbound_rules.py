"""Outbound rules: over which trunks calls go out, in the tenant's order of priority."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.office_hours import WeekField
from callmanager.api.rule_table import RuleTableActions
from callmanager.domain.outbound_rules import MAX_ROUTES, MAX_STRIP, OutboundRoute
from callmanager.models import OutboundRule
from callmanager.models.outbound_rule import OUTBOUND_RULES_MAX
from callmanager.selectors.outbound_rule import outbound_rule_list
from callmanager.services.outbound_rule import (
    outbound_rule_create,
    outbound_rule_delete,
    outbound_rule_update,
)
from callmanager.services.outbound_rule_table import OUTBOUND_TABLE
from tenants.api.access import tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.scoped_models import ScopedQuerySet


class RouteSerializer(serializers.Serializer[Any]):
    """`strip_digits` leading characters of what was dialled go, and `prepend` comes before the rest."""

    trunk = serializers.IntegerField(source="trunk_id", min_value=1, max_value=2**62)
    trunk_name = serializers.CharField(read_only=True, allow_null=True, default=None)
    strip_digits = serializers.IntegerField(required=False, default=0, min_value=0, max_value=MAX_STRIP)
    prepend = serializers.CharField(required=False, allow_blank=True, default="", max_length=21)


@extend_schema_field(RouteSerializer(many=True))
class RoutesField(serializers.Field[Any, Any, Any, Any]):
    """Read from the rows, written as one list by the service."""

    def to_internal_value(self, data: Any) -> list[OutboundRoute]:
        form = RouteSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [OutboundRoute(**row) for row in form.validated_data]

    def to_representation(self, value: Any) -> Any:
        return RouteSerializer(value.all(), many=True).data


@extend_schema_field(serializers.ListField(child=serializers.IntegerField()))
class GroupIdsField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> list[int]:
        ids = serializers.ListField(child=serializers.IntegerField(min_value=1), max_length=1000)
        value: list[int] = ids.run_validation(data)
        return value

    def to_representation(self, value: Any) -> list[int]:
        return sorted(group.pk for group in value.all())


class OutboundRuleSerializer(serializers.ModelSerializer[OutboundRule]):
    """A rule applies when every criterion it names is met: `prefixes` (`00;123;88`), `callers` (`101;200-220`),
    `digit_lengths` (`8;10-12`), `groups` (ids). The first one by `position` that applies is the only one used; outside
    of its `hours` the call is refused. `routes` are up to three, tried in order on no answer (408), failures (5xx), a
    full or silent trunk, and the SIP answers of `also_next_on`. `notice` says what became of a rule whose trunk was
    taken away; the `trunk_name` of such a route is null."""

    position = serializers.IntegerField(required=False, min_value=1, max_value=OUTBOUND_RULES_MAX)
    groups = GroupIdsField(required=False)
    routes = RoutesField(required=False, help_text=f"At most {MAX_ROUTES}.")
    week = WeekField(required=False)
    also_next_on = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=999), required=False, max_length=20
    )

    class Meta:
        model = OutboundRule
        fields = (
            "id",
            "position",
            "name",
            "prefixes",
            "callers",
            "digit_lengths",
            "groups",
            "routes",
            "hours",
            "week",
            "also_next_on",
            "is_least_cost",
            "is_enabled",
            "notice",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "notice", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: Mapping[str, Any] = {
            "prefixes": {"validators": []},
            "callers": {"validators": []},
            "digit_lengths": {"validators": []},
        }


class OutboundRuleFilter(django_filters.FilterSet):
    trunk = django_filters.NumberFilter(field_name="routes__trunk_id", distinct=True)
    is_enabled = TrueFalseFilter()


class OutboundRuleViewSet(RuleTableActions):
    audit_name = "outbound_rule"
    table = OUTBOUND_TABLE
    serializer_class = OutboundRuleSerializer
    queryset = ScopedQuerySet(OutboundRule)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "position": ("position",),
        "name": (Lower("name"),),
        "is_enabled": ("is_enabled", "position"),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("name", "prefixes", "callers")
    filterset_class = OutboundRuleFilter

    def get_queryset(self) -> QuerySet[OutboundRule]:
        tenant_of(self.request)
        return outbound_rule_list()

    def make(self, fields: dict[str, Any]) -> OutboundRule:
        return outbound_rule_create(**fields)

    def change(self, row: OutboundRule, changes: dict[str, Any], *, is_partial: bool) -> OutboundRule:
        return outbound_rule_update(rule=row, **changes)

    def remove(self, row: OutboundRule) -> None:
        outbound_rule_delete(rule=row)

    def partial_update(self, request: Request, pk: str) -> Response:
        """`position` moves it: 1 is asked first, and the others close up."""
        return super().partial_update(request, pk)
