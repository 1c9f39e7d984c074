"""VIP callers, harass numbers and exclusive agents by REST (manual 11.2)."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from callmanager.api.rule_table import RuleTableActions
from callmanager.domain.queue_callers import HarassLevel
from callmanager.models import ExclusiveAgent, HarassNumber, HarassPrompt, VipCaller
from callmanager.models.queue_caller import AGENTS_MAX, CALLERS_MAX
from callmanager.selectors.queue_caller import (
    exclusive_agent_list,
    exclusive_pairs,
    harass_number_list,
    harass_prompt_file,
    harass_prompt_list,
    vip_caller_list,
)
from callmanager.services.queue_caller import (
    exclusive_agent_save,
    harass_number_save,
    harass_prompt_remove,
    harass_prompt_upload,
    queue_caller_delete,
    vip_caller_save,
)
from callmanager.services.queue_caller_table import EXCLUSIVE_TABLE, HARASS_TABLE, VIP_TABLE
from tenants.api.access import ResourceAccess, tenant_of
from tenants.audit_trail import audit_request
from tenants.files import file_response
from tenants.scoped_models import ScopedQuerySet

HARASS_LEVEL = OpenApiParameter("level", int, OpenApiParameter.PATH, enum=[one.value for one in HarassLevel])


class VipCallerSerializer(serializers.ModelSerializer[VipCaller]):
    """Stands before all others in every queue, up to `last_day` (null: for ever). `number` is one, a mask
    (44201*******, each `*` one digit) or a range (1100-1200)."""

    class Meta:
        model = VipCaller
        fields = ("id", "number", "description", "last_day", "is_enabled", "created_at")
        read_only_fields = ("id", "created_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"number": {"validators": []}}


class HarassNumberSerializer(serializers.ModelSerializer[HarassNumber]):
    """Before every queue hears a prompt: of level 1, 1 ends the call and 2 goes on; of level 2 it ends the call."""

    class Meta:
        model = HarassNumber
        fields = ("id", "number", "description", "level", "created_at")
        read_only_fields = ("id", "created_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"number": {"validators": []}}


class ExclusivePairSerializer(serializers.Serializer[Any]):
    """An agent of a queue, by their numbers."""

    queue = serializers.CharField(max_length=20)
    extension = serializers.CharField(max_length=20)


@extend_schema_field(ExclusivePairSerializer(many=True))
class ExclusivePairsField(serializers.Field[Any, Any, Any, Any]):
    """Written as one list."""

    def to_internal_value(self, data: Any) -> list[tuple[str, str]]:
        if isinstance(data, list) and len(data) > AGENTS_MAX:
            raise serializers.ValidationError(f"At most {AGENTS_MAX} agents.", code="max_length")
        form = ExclusivePairSerializer(data=data, many=True)
        form.is_valid(raise_exception=True)
        return [(row["queue"], row["extension"]) for row in form.validated_data]

    def to_representation(self, value: Any) -> list[dict[str, str]]:
        return [{"queue": queue, "extension": number} for queue, number in exclusive_pairs(value.instance)]


class ExclusiveAgentSerializer(serializers.ModelSerializer[ExclusiveAgent]):
    """When one of `callers` is in a queue, those of `agents` who are free there are rung first."""

    callers = serializers.ListField(child=serializers.CharField(max_length=80), max_length=CALLERS_MAX)
    agents = ExclusivePairsField()

    class Meta:
        model = ExclusiveAgent
        fields = ("id", "description", "callers", "agents", "created_at")
        read_only_fields = ("id", "created_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"description": {"validators": []}}


class HarassPromptSerializer(serializers.ModelSerializer[HarassPrompt]):
    class Meta:
        model = HarassPrompt
        fields = ("level", "name", "length_s", "created_at")
        read_only_fields = fields


class HarassPromptUploadSerializer(serializers.Serializer[Any]):
    """A WAV file of any usual kind, as multipart/form-data; 20 MB and 2 minutes at most."""

    file = serializers.FileField()


class NumberFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()


class HarassFilter(NumberFilter):
    level = django_filters.NumberFilter()


class VipCallerViewSet(RuleTableActions):
    audit_name = "vip_caller"
    table = VIP_TABLE
    serializer_class = VipCallerSerializer
    queryset = ScopedQuerySet(VipCaller)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {
        "number": ("number",),
        "last_day": ("last_day", "number"),
        "created_at": ("created_at",),
    }
    search_fields = ("number", "description")
    filterset_class = NumberFilter

    def get_queryset(self) -> QuerySet[VipCaller]:
        tenant_of(self.request)
        return vip_caller_list()

    def make(self, fields: dict[str, Any]) -> VipCaller:
        return vip_caller_save(caller=VipCaller(), **fields)

    def change(self, row: VipCaller, changes: dict[str, Any], *, is_partial: bool) -> VipCaller:
        return vip_caller_save(caller=row, **changes)

    def remove(self, row: VipCaller) -> None:
        queue_caller_delete(row=row)


class HarassNumberViewSet(RuleTableActions):
    audit_name = "harass_number"
    table = HARASS_TABLE
    serializer_class = HarassNumberSerializer
    queryset = ScopedQuerySet(HarassNumber)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"number": ("number",), "level": ("level", "number"), "created_at": ("created_at",)}
    search_fields = ("number", "description")
    filterset_class = HarassFilter

    def get_queryset(self) -> QuerySet[HarassNumber]:
        tenant_of(self.request)
        return harass_number_list()

    def make(self, fields: dict[str, Any]) -> HarassNumber:
        return harass_number_save(entry=HarassNumber(), **fields)

    def change(self, row: HarassNumber, changes: dict[str, Any], *, is_partial: bool) -> HarassNumber:
        return harass_number_save(entry=row, **changes)

    def remove(self, row: HarassNumber) -> None:
        queue_caller_delete(row=row)


class ExclusiveAgentViewSet(RuleTableActions):
    audit_name = "exclusive_agent"
    table = EXCLUSIVE_TABLE
    serializer_class = ExclusiveAgentSerializer
    queryset = ScopedQuerySet(ExclusiveAgent)  # names the model; without a scope it answers nothing
    lookup_value_regex = r"[0-9]{1,18}"
    ordering_fields = {"description": (Lower("description"),), "created_at": ("created_at",)}
    search_fields = ("description",)

    def get_queryset(self) -> QuerySet[ExclusiveAgent]:
        tenant_of(self.request)
        return exclusive_agent_list()

    def make(self, fields: dict[str, Any]) -> ExclusiveAgent:
        return exclusive_agent_save(exclusive=ExclusiveAgent(), **fields)

    def change(self, row: ExclusiveAgent, changes: dict[str, Any], *, is_partial: bool) -> ExclusiveAgent:
        return exclusive_agent_save(exclusive=row, **changes)

    def remove(self, row: ExclusiveAgent) -> None:
        queue_caller_delete(row=row)


class HarassPromptView(ResourceAccess, APIView):
    """What harassing callers of a level hear."""

    subject = "callmanager.harassprompt"
    parser_classes = (MultiPartParser,)

    @extend_schema(parameters=[HARASS_LEVEL], responses={(200, "audio/wav"): OpenApiTypes.BINARY})
    def get(self, request: Request, level: str) -> FileResponse:
        """404 where the system's own words are said."""
        file = harass_prompt_file(_prompt(request, level))
        if file is None:
            raise Http404
        return file_response(file)

    @extend_schema(
        parameters=[HARASS_LEVEL], request=HarassPromptUploadSerializer, responses=HarassPromptSerializer
    )
    def put(self, request: Request, level: str) -> Response:
        tenant_of(request)
        form = HarassPromptUploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file = form.validated_data["file"]
        with transaction.atomic():
            made = harass_prompt_upload(
                level=_level(level), source=file, size_bytes=file.size, name=file.name
            )
            audit_request(request._request, action="harass_prompt.update", target=made)
        return Response(HarassPromptSerializer(made).data)

    @extend_schema(parameters=[HARASS_LEVEL], responses={204: None})
    def delete(self, request: Request, level: str) -> Response:
        prompt = _prompt(request, level)
        with transaction.atomic():
            audit_request(request._request, action="harass_prompt.delete", target=prompt)
            harass_prompt_remove(prompt=prompt)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _level(level: str) -> HarassLevel:
    if int(level) not in set(HarassLevel):
        raise Http404
    return HarassLevel(int(level))


def _prompt(request: Request, level: str) -> HarassPrompt:
    tenant_of(request)
    found = harass_prompt_list().filter(level=_level(level)).first()
    if found is None:
        raise Http404
    return found
