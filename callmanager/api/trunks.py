"""Trunks: administrators make and lend them; a tenant sees what was lent to it, without accounts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from callmanager.api.trunk_parameters import CallerMappingsField, HeaderRulesField
from callmanager.domain.trunk_accounts import TrunkState
from callmanager.fleet.models import (
    Trunk,
    TrunkAssignment,
    TrunkAuthentication,
    TrunkStatus,
    TrunkTransport,
)
from callmanager.selectors.trunk import trunk_assignment_list, trunk_list, trunk_state, trunk_status_find
from callmanager.selectors.trunk_template import trunk_template_list
from callmanager.services.trunk import (
    TRUNK_FIELDS,
    trunk_assign,
    trunk_create,
    trunk_delete,
    trunk_unassign,
    trunk_update,
)
from callmanager.services.trunk_parameters import caller_mappings_set, header_rules_set
from tenants.audit_trail import audit_request
from tenants.models import Tenant
from tenants.scoped_models import ScopedQuerySet

TRUNK_STATES = [(state.value, state.value) for state in TrunkState]


class TrunkStateField(serializers.ChoiceField):
    """Also of a trunk that was made a moment ago."""

    def to_representation(self, value: Any) -> Any:
        return trunk_state(value).value


class TrunkErrorSerializer(serializers.Serializer[TrunkStatus]):
    """The last thing that went wrong: the provider's SIP answer, or 408 for none. It stays when all is well again."""

    code = serializers.IntegerField(source="error_code")
    reason = serializers.CharField(source="error_reason")
    at = serializers.DateTimeField(source="error_at")

    def to_representation(self, instance: TrunkStatus) -> Any:
        return None if instance.error_code is None else super().to_representation(instance)


FORCE = OpenApiParameter(
    "force", bool, description="Rules that need it are switched off, and say why; DIDs are cleared."
)


def _is_forced(request: Request) -> bool:
    return request.query_params.get("force", "").lower() in ("true", "1")


class TrunkSerializer(serializers.ModelSerializer[Trunk]):
    """The password is written, never read: `has_password` says whether there is one."""

    # Uniqueness is the service's word: it answers a lost race too.
    name = serializers.CharField(max_length=64)
    password = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=256, trim_whitespace=False
    )
    has_password = serializers.SerializerMethodField()
    header_rules = HeaderRulesField(required=False)
    caller_mappings = CallerMappingsField(required=False)
    tenant_count = serializers.IntegerField(read_only=True)
    state = TrunkStateField(source="*", choices=TRUNK_STATES, read_only=True)
    state_since = serializers.DateTimeField(source="status.since", read_only=True, allow_null=True)

    round_trip_ms = serializers.FloatField(
        source="status.round_trip_ms", read_only=True, allow_null=True, default=None
    )
    calls = serializers.SerializerMethodField(help_text="How many it has at present, both ways.")
    last_error = TrunkErrorSerializer(source="status", read_only=True, allow_null=True, default=None)

    class Meta:
        model = Trunk
        fields = (
            "id",
            *TRUNK_FIELDS,
            "has_password",
            "header_rules",
            "caller_mappings",
            "state",
            "state_since",
            "round_trip_ms",
            "calls",
            "last_error",
            "tenant_count",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "created_at", "updated_at")

    def get_calls(self, trunk: Trunk) -> int:
        status = trunk_status_find(trunk)
        return 0 if status is None else status.calls

    def get_has_password(self, trunk: Trunk) -> bool:
        return bool(trunk.password)


class TrunkTemplateSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    name = serializers.CharField()
    country = serializers.CharField()
    website = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    transport = serializers.CharField()
    authentication = serializers.CharField()
    srtp = serializers.CharField()
    reregister_interval_s = serializers.IntegerField()
    addresses = serializers.ListField(child=serializers.CharField())


class TrunkFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(field_name="status__state", choices=TRUNK_STATES)
    authentication = django_filters.ChoiceFilter(choices=TrunkAuthentication.choices)
    transport = django_filters.ChoiceFilter(choices=TrunkTransport.choices)
    country = django_filters.CharFilter(lookup_expr="iexact")


class TrunkViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Trunk]):
    serializer_class = TrunkSerializer
    queryset = Trunk.objects.none()
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "name": (Lower("name"),),
        "host": ("host",),
        "country": ("country", Lower("name")),
        "tenant_count": ("tenant_count", Lower("name")),
        "created_at": ("created_at",),
    }
    search_fields = ("name", "host", "website")
    filterset_class = TrunkFilter

    def get_queryset(self) -> QuerySet[Trunk]:
        return trunk_list()

    def create(self, request: Request) -> Response:
        form = TrunkSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            fields, parameters = _parted(form.validated_data)
            trunk = trunk_create(**fields)
            _set_parameters(trunk, parameters)
            audit_request(request._request, action="trunk.create", target=trunk)
        return Response(TrunkSerializer(self._again(trunk)).data, status=status.HTTP_201_CREATED)

    def update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=False)

    def partial_update(self, request: Request, pk: str) -> Response:
        return self._change(request, partial=True)

    @extend_schema(parameters=[FORCE], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Takes it from every tenant. Running calls go on. 409 while rules need it, unless that is forced."""
        trunk = self.get_object()
        with transaction.atomic():
            audit_request(request._request, action="trunk.delete", target=trunk)
            trunk_delete(trunk=trunk, is_forced=_is_forced(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=TrunkTemplateSerializer(many=True), filters=False)
    @action(detail=False, pagination_class=None)
    def templates(self, request: Request) -> Response:
        """Well-known providers: what a new trunk of theirs begins with."""
        return Response(
            TrunkTemplateSerializer([asdict(each) for each in trunk_template_list()], many=True).data
        )

    def _change(self, request: Request, *, partial: bool) -> Response:
        trunk = self.get_object()
        form = TrunkSerializer(trunk, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            fields, parameters = _parted(form.validated_data)
            trunk_update(trunk=trunk, **fields)
            _set_parameters(trunk, parameters)
            audit_request(request._request, action="trunk.update", target=trunk)
        return Response(TrunkSerializer(self._again(trunk)).data)

    def _again(self, trunk: Trunk) -> Trunk:
        return trunk_list().get(pk=trunk.pk)


def _parted(wanted: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The trunk's own fields, and its tables of header parameters."""
    tables: dict[str, Any] = {
        name: wanted[name] for name in ("header_rules", "caller_mappings") if name in wanted
    }
    return {name: value for name, value in wanted.items() if name not in tables}, tables


def _set_parameters(trunk: Trunk, parameters: dict[str, Any]) -> None:
    if "header_rules" in parameters:
        header_rules_set(trunk=trunk, rules=parameters["header_rules"])
    if "caller_mappings" in parameters:
        caller_mappings_set(trunk=trunk, mappings=parameters["caller_mappings"])


class DidPoolSerializer(serializers.ModelSerializer[TrunkAssignment]):
    """`did_pool`: numbers, masks such as 44*****, ranges such as 1100-1200, separated by semicolons; `*` for all
    numbers of the trunk; empty: outbound calls only."""

    trunk = serializers.PrimaryKeyRelatedField(queryset=Trunk.objects.all())
    trunk_name = serializers.CharField(source="trunk.name", read_only=True)
    trunk_state = TrunkStateField(source="trunk", choices=TRUNK_STATES, read_only=True)
    trunk_state_since = serializers.DateTimeField(
        source="trunk.status.since", read_only=True, allow_null=True, default=None
    )
    tenant = serializers.SlugRelatedField(slug_field="name", queryset=Tenant.objects.all())

    class Meta:
        model = TrunkAssignment
        fields = ("id", "trunk", "trunk_name", "trunk_state", "trunk_state_since", "tenant", "did_pool")
        # Lending twice changes the pool.
        validators: tuple[Any, ...] = ()


class DidPoolChangeSerializer(serializers.ModelSerializer[TrunkAssignment]):
    class Meta:
        model = TrunkAssignment
        fields = ("did_pool",)


class DidPoolFilter(django_filters.FilterSet):
    trunk = django_filters.NumberFilter(field_name="trunk_id")
    tenant = django_filters.CharFilter(field_name="tenant__name")


class DidPoolViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[TrunkAssignment]
):
    """Which trunk is lent to which tenant, with the numbers that are the tenant's on it."""

    serializer_class = DidPoolSerializer
    queryset = ScopedQuerySet(TrunkAssignment)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "trunk": (Lower("trunk__name"), "tenant__name"),
        "tenant": ("tenant__name", Lower("trunk__name")),
    }
    search_fields = ("trunk__name", "tenant__name", "did_pool")
    filterset_class = DidPoolFilter

    def get_queryset(self) -> QuerySet[TrunkAssignment]:
        return trunk_assignment_list()

    @extend_schema(responses={200: DidPoolSerializer, 201: DidPoolSerializer})
    def create(self, request: Request) -> Response:
        """Lends a trunk to a tenant, or changes the numbers of one that has it."""
        form = DidPoolSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            assignment = trunk_assign(**form.validated_data, is_forced=_is_forced(request))
            audit_request(
                request._request, action="did_pool.set", target=assignment, tenant=assignment.tenant
            )
        return Response(DidPoolSerializer(assignment).data, status=status.HTTP_201_CREATED)

    @extend_schema(parameters=[FORCE], request=DidPoolChangeSerializer, responses=DidPoolSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """409 while rules or extensions have numbers that would go, unless that is forced."""
        assignment = self.get_object()
        form = DidPoolChangeSerializer(assignment, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        with transaction.atomic():
            changed = trunk_assign(
                trunk=assignment.trunk,
                tenant=assignment.tenant,
                did_pool=form.validated_data.get("did_pool", assignment.did_pool),
                is_forced=_is_forced(request),
            )
            audit_request(request._request, action="did_pool.set", target=changed, tenant=changed.tenant)
        return Response(DidPoolSerializer(changed).data)

    @extend_schema(parameters=[FORCE], responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Takes the trunk from the tenant. 409 while rules or extensions need it, unless that is forced."""
        assignment = self.get_object()
        with transaction.atomic():
            audit_request(
                request._request, action="did_pool.delete", target=assignment, tenant=assignment.tenant
            )
            trunk_unassign(assignment=assignment, is_forced=_is_forced(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
