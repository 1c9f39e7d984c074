"""Inbound rules: where calls from outside go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.db.models.functions import Lower
from rest_framework import serializers

from callmanager.api.destinations import DestinationField
from callmanager.api.office_hours import WeekField
from callmanager.api.rule_table import RuleTableActions
from callmanager.models import InboundRule
from callmanager.models.inbound_rule import RuleHoursOf
from callmanager.selectors.inbound_rule import inbound_destinations, inbound_rule_list
from callmanager.services.inbound_rule import inbound_rule_create, inbound_rule_delete, inbound_rule_update
from callmanager.services.inbound_rule_table import INBOUND_TABLE
from tenants.api.access import tenant_of
from tenants.api.filters import TrueFalseFilter
from tenants.scoped_models import ScopedQuerySet


class InboundRuleSerializer(serializers.ModelSerializer[InboundRule]):
    """`trunk` is the id of one of the tenant's trunks (`GET /api/did_pools`), `did` one of its numbers there or `*` for
    all that no other rule and no extension has. Several rules of one DID need caller masks that don't overlap. When a
    new rule leaves it out, `outside_office_hours` is as `in_office_hours`; `on_holiday` null is as outside of them.
    `has_own_hours`: `week` counts instead of the company's office hours. `notice` says what became of a rule whose
    trunk or number was taken away; `trunk_name` is null then."""

    trunk = serializers.IntegerField(source="trunk_id", min_value=1, max_value=2**62)
    trunk_name = serializers.CharField(read_only=True, allow_null=True, default=None)
    in_office_hours = DestinationField(required=False)
    outside_office_hours = DestinationField(required=False)
    on_holiday = DestinationField(required=False, allow_null=True)
    week = WeekField(required=False)

    class Meta:
        model = InboundRule
        fields = (
            "id",
            "name",
            "trunk",
            "trunk_name",
            "did",
            "caller_mask",
            "in_office_hours",
            "outside_office_hours",
            "on_holiday",
            "has_own_hours",
            "week",
            "is_enabled",
            "notice",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "notice", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: Mapping[str, Any] = {"did": {"validators": []}, "caller_mask": {"validators": []}}

    def to_representation(self, instance: InboundRule) -> dict[str, Any]:
        for at, destination in inbound_destinations(instance).items():
            instance.__dict__[at] = destination
        return dict(super().to_representation(instance))


class InboundRuleFilter(django_filters.FilterSet):
    trunk = django_filters.NumberFilter(field_name="trunk_id")
    did = django_filters.CharFilter(field_name="did")
    is_enabled = TrueFalseFilter()


class InboundRuleViewSet(RuleTableActions):
    audit_name = "inbound_rule"
    table = INBOUND_TABLE
    serializer_class = InboundRuleSerializer
    queryset = ScopedQuerySet(InboundRule)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": (Lower("name"),),
        "did": ("did", Lower("name")),
        "trunk_name": ("trunk_name", Lower("name")),
        "is_enabled": ("is_enabled", Lower("name")),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("name", "did", "caller_mask")
    filterset_class = InboundRuleFilter

    def get_queryset(self) -> QuerySet[InboundRule]:
        tenant_of(self.request)
        return inbound_rule_list()

    def make(self, fields: dict[str, Any]) -> InboundRule:
        return inbound_rule_create(**fields)

    def change(self, row: InboundRule, changes: dict[str, Any], *, is_partial: bool) -> InboundRule:
        if not is_partial:
            changes.setdefault(RuleHoursOf.HOLIDAY.value, None)
        return inbound_rule_update(rule=row, **changes)

    def remove(self, row: InboundRule) -> None:
        inbound_rule_delete(rule=row)
