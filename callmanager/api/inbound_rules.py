"""Inbound rules: where calls from outside go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

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
from tenants.audit_trail import audit_request
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

    def create(self, request: Request) -> Response:
        tenant_of(request)
        form = InboundRuleSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            rule = inbound_rule_create(**form.validated_data)
            audit_request(request._request, action="inbound_rule.create", target=rule)
        return Response(self._shown(rule), status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        rule = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="inbound_rule.delete", target=rule)
            inbound_rule_delete(rule=rule)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _change(self, request: Request, *, partial: bool) -> Response:
        rule = self.get_object()
        form = InboundRuleSerializer(rule, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        changes: dict[str, Any] = dict(form.validated_data)
        if not partial:
            changes.setdefault(RuleHoursOf.HOLIDAY.value, None)
        with transaction.atomic():
            rule = inbound_rule_update(rule=rule, **changes)
            audit_request(request._request, action="inbound_rule.update", target=rule)
        return Response(self._shown(rule))

    def _shown(self, rule: InboundRule) -> Any:
        return InboundRuleSerializer(inbound_rule_list().get(pk=rule.pk)).data
