"""Routing tests: what a company expects of its own rules, stored and asked by REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.domain.routing_test import Verdict
from callmanager.models import RoutingTest
from callmanager.models.routing_test import ENDS, WEEKDAY_CHOICES, WHEN_KINDS
from callmanager.selectors.routing_test import routing_test_list, verdict_list
from callmanager.services.routing_test import (
    routing_test_create,
    routing_test_delete,
    routing_test_update,
)
from tenants.api.access import tenant_of
from tenants.api.serviced import ServicedViewSet
from tenants.capabilities import Verb
from tenants.scoped_models import ScopedQuerySet


class RoutingTestSerializer(serializers.ModelSerializer[RoutingTest]):
    """Asks as `POST /api/call_simulations` does: `caller` is an extension or, with `trunk`, a number outside.

    `when`: `now`; `at` the moment of that field; `weekday` (0 is Monday) at `clock`, the next one that is no holiday;
    `holiday` of that name, or the next of all. What is expected and left empty does not matter."""

    trunk = serializers.IntegerField(
        source="trunk_id", required=False, allow_null=True, min_value=1, max_value=2**62
    )
    expected_trunk = serializers.IntegerField(
        source="expected_trunk_id", required=False, allow_null=True, min_value=1, max_value=2**62
    )
    phones = serializers.DictField(child=serializers.CharField(max_length=20), required=False)
    trunks = serializers.DictField(child=serializers.CharField(max_length=20), required=False)
    keys = serializers.ListField(child=serializers.CharField(max_length=90, allow_blank=True), required=False)
    when = serializers.ChoiceField(choices=WHEN_KINDS, required=False)
    weekday = serializers.ChoiceField(choices=WEEKDAY_CHOICES, required=False, allow_null=True)
    expected_end = serializers.ChoiceField(choices=ENDS)

    class Meta:
        model = RoutingTest
        fields = (
            "id",
            "name",
            "is_enabled",
            "caller",
            "trunk",
            "called",
            "when",
            "at",
            "weekday",
            "clock",
            "holiday",
            "phones",
            "trunks",
            "keys",
            "expected_end",
            "expected_number",
            "expected_trunk",
            "expected_sip_code",
            "expected_rule",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")
        # What the service refuses, it refuses with everything else that is wrong.
        extra_kwargs: Mapping[str, Any] = {"name": {"validators": []}}


class RoutingTestVerdictSerializer(serializers.Serializer[Any]):
    """`differences`: what is not as expected; none where the test is met."""

    id = serializers.IntegerField(source="test.test_id")
    name = serializers.CharField(source="test.name")
    is_met = serializers.BooleanField()
    expected = serializers.CharField()
    actual = serializers.CharField()
    differences = serializers.ListField(child=serializers.CharField())


class RoutingTestRunSerializer(serializers.Serializer[Any]):
    met = serializers.IntegerField()
    broken = serializers.IntegerField()
    results = RoutingTestVerdictSerializer(many=True)


class RoutingTestViewSet(ServicedViewSet):
    audit_name = "routing_test"
    # Asking changes nothing.
    verbs = {"run": Verb.VIEW, "run_one": Verb.VIEW}
    serializer_class = RoutingTestSerializer
    queryset = ScopedQuerySet(RoutingTest)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": (Lower("name"),),
        "called": ("called", Lower("name")),
        "created_at": ("created_at",),
        "updated_at": ("updated_at",),
    }
    search_fields = ("name", "caller", "called", "expected_number", "expected_rule")

    def get_queryset(self) -> QuerySet[RoutingTest]:
        tenant_of(self.request)
        return routing_test_list()

    def make(self, fields: dict[str, Any]) -> RoutingTest:
        return routing_test_create(**fields)

    def change(self, row: RoutingTest, changes: dict[str, Any], *, is_partial: bool) -> RoutingTest:
        return routing_test_update(test=row, **changes)

    def remove(self, row: RoutingTest) -> None:
        routing_test_delete(test=row)

    @extend_schema(operation_id="routing_tests_run", request=None, responses=RoutingTestRunSerializer)
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=())
    def run(self, request: Request) -> Response:
        """All that are enabled."""
        return Response(_ran(verdict_list(tenant=tenant_of(request))))

    @extend_schema(operation_id="routing_tests_run_one", request=None, responses=RoutingTestVerdictSerializer)
    @action(detail=True, methods=["post"], url_path="run")
    def run_one(self, request: Request, pk: str) -> Response:
        """Also one that is switched off."""
        tenant = tenant_of(request)
        (verdict,) = verdict_list(tenant=tenant, tests=[self.get_object()])
        return Response(RoutingTestVerdictSerializer(verdict).data)


# Inside the view `list` is its method.
Verdicts = list[Verdict]


def _ran(verdicts: Verdicts) -> dict[str, Any]:
    met = sum(verdict.is_met for verdict in verdicts)
    document = {"met": met, "broken": len(verdicts) - met, "results": verdicts}
    return dict(RoutingTestRunSerializer(document).data)
